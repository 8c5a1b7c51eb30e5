"""The filters of ``on`` as conditions over a delivery.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gha2tekton.journal import Journal
from gha2tekton.lower.triggers import cel
from gha2tekton.lower.triggers.bindings import dispatch_checks
from gha2tekton.lower.triggers.webhooks import Webhook
from gha2tekton.record import Record, replace
from gha2tekton.workflow.model import Event, Value

BOT = "github-actions[bot]"
"""Whom GitHub's own token acts as: what it does starts no runs, so that no workflow feeds itself."""

SKIP = r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|\n\nskip-checks: ?true\s*$"
"""https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs"""

_PUSHED = (
    "has(body.commits) && body.commits != null && (size(body.commits) > 1000"
    " || body.commits.exists(c, ['added', 'modified', 'removed'].exists(kind, kind in c && c[kind].exists(f, {test}))))"
)
"""Above 1,000 commits GitHub runs whatever the paths."""

_ASKED = (
    "has(extensions.changed_files) && extensions.changed_files != ''"
    " && extensions.changed_files.split(',').exists(f, {test})"
)

_LISTED = "files.all.exists(f, {test})"


class Filter(Record, frozen=True):
    """What must hold before anything is asked of GitHub's API, and what of the changed files after."""

    conditions: tuple[str, ...]
    changed_files: str = ""


def lower_filter(
    event: Event, webhook: Webhook, dispatched: str, full_name: str, listed: bool = False, account: str = ""
) -> Filter:
    """An event's filters as CEL.

    ``dispatched`` is the workflow's path, which a dispatch names; ``full_name`` the only repository, where one is set;
    ``listed`` tells that whoever evaluates it lists a pull request's changed files by itself, as ``files.all``, and its
    base as ``target_branch``; ``account`` is whom a token of one's own acts as.
    """
    conditions: list[str] = []
    if full_name:
        conditions.append(f"body.repository.full_name == {cel.quote(full_name)}")
    if not webhook.loops:
        known = f"{cel.present(('sender',))} && has(body.sender.login)"
        by = cel.one_of("body.sender.login", (BOT, account)) if account else f"body.sender.login == {cel.quote(BOT)}"
        conditions.append(f"!({known} && {by})")
    actions = [value.text for value in event.types] or list(webhook.actions)
    if actions:
        conditions.append(f"has(body.action) && {cel.one_of('body.action', actions)}")
    if webhook.only:
        conditions.append(webhook.only)
    if event.workflows:
        names = [value.text for value in event.workflows]
        conditions.append(cel.included("body.workflow_run.name", names))
    changed = ""
    if event.name == "push":
        conditions += _push(event)
    else:
        if listed:
            # A member's comment asks for a run too, and is then the body.
            conditions = [f"!has(body.pull_request) || {cel.group(cel.every(conditions))}"]
            webhook = replace(webhook, branch="target_branch")
        if webhook.branch and (event.branches or event.branches_ignore):
            conditions.append(_named(webhook.branch, event.branches, event.branches_ignore))
        changed = _files(_LISTED if listed else _ASKED, event.paths, event.paths_ignore)
    if event.name == "workflow_dispatch":
        conditions.append(f"has(body.workflow) && body.workflow == {cel.quote(dispatched)}")
        conditions += dispatch_checks(event)
    return Filter(tuple(conditions), changed)


def _push(event: Event) -> list[str]:
    conditions = ["has(body.ref)", "!(has(body.deleted) && body.deleted == true)"]
    on_branches = event.branches or event.branches_ignore
    on_tags = event.tags or event.tags_ignore
    kinds: list[str] = []
    if on_branches:
        kinds.append(_pushed("refs/heads/", event.branches, event.branches_ignore))
    if on_tags:
        kinds.append(_pushed("refs/tags/", event.tags, event.tags_ignore))
    if kinds:
        conditions.append(kinds[0] if len(kinds) == 1 else " || ".join(map(cel.group, kinds)))
    files = _files(_PUSHED, event.paths, event.paths_ignore)
    if files:
        only_branches = on_branches and not on_tags
        conditions.append(files if only_branches else f"body.ref.startsWith('refs/tags/') || {cel.group(files)}")
    message = ("head_commit", "message")
    conditions.append(f"!({cel.present(message)} && body.head_commit.message.matches({cel.quote(SKIP)}))")
    return conditions


def _pushed(kind: str, include: Sequence[Value], ignore: Sequence[Value]) -> str:
    if include:
        return _named("body.ref", include, (), kind)
    return f"body.ref.startsWith({cel.quote(kind)}) && {_named('body.ref', (), ignore, kind)}"


def _named(value: str, include: Sequence[Value], ignore: Sequence[Value], prefix: str = "") -> str:
    if include:
        return cel.included(value, [pattern.text for pattern in include], prefix)
    return f"!{cel.group(cel.any_match(value, [pattern.text for pattern in ignore], prefix))}"


def _files(frame: str, include: Sequence[Value], ignore: Sequence[Value]) -> str:
    """Some changed file is included, or some is not ignored."""
    if not include and not ignore:
        return ""
    return frame.replace("{test}", _named("f", include, ignore))


def _too_early(event: Event) -> Iterator[Value]:
    """Patterns with ``!`` before all those that they could take something back of."""
    for patterns in (event.branches, event.tags, event.paths, event.workflows):
        first = next((index for index, one in enumerate(patterns) if not one.text.startswith("!")), 0)
        yield from patterns[:first]


def account_filter(event: Event, webhook: Webhook, file: str, journal: Journal, listed: bool = False) -> None:
    """Gives every filter leaf its outcome, with ``file`` as its target."""
    for leaf in _too_early(event):
        journal.dropped(leaf.path, "superseded", "it takes back what no pattern before it has given")
    named = event.branches + event.branches_ignore + event.tags + event.tags_ignore
    for leaf in event.types + named + event.workflows:
        if webhook.difference:
            journal.adapted(leaf.path, webhook.difference, file)
        else:
            journal.exact(leaf.path, file)
    for leaf in (*event.paths, *event.paths_ignore):
        if event.name == "push":
            reason = (
                "judged by the files that the pushed commits list, where GitHub compares the branch before and after "
                "and looks at the first 300: a change that a later commit takes back still counts"
            )
        elif listed:
            reason = "changed files are asked of GitHub, all of them, where GitHub looks at the first 300"
        else:
            reason = "changed files are asked of GitHub's API with a token; a comma in a file's name divides it"
        journal.adapted(leaf.path, reason, file)
