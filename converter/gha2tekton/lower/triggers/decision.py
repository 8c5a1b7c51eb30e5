"""Would GitHub run the workflow for a delivery, would ours, and which filter decides.

GitHub's side is worked out from the workflow itself, not from what was lowered, so that the two can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gha2tekton.lower.status import TOLD
from gha2tekton.lower.triggers.bindings import NUMBER
from gha2tekton.lower.triggers.filters import BOT, SKIP
from gha2tekton.lower.triggers.webhooks import Webhook, webhooks
from gha2tekton.record import Record
from gha2tekton.workflow.glob import matches
from gha2tekton.workflow.model import Event, Input, Value, Workflow

Payload = Mapping[str, Any]

DRAFTED = ("created", "edited", "deleted")
"""What may be done with a release that is a draft."""


class Decision(Record, frozen=True):
    """One question asked of a delivery: ``github`` and ``ours`` say whether it lets the run start, None is unknown."""

    event: str
    place: str
    github: bool | None
    ours: bool | None
    why: str


class _Delivery(Record, frozen=True):
    """What is known beside the workflow, see ``explain``."""

    payload: Payload
    path: str
    changed_files: Sequence[str] | None
    forks: bool


def explain(
    workflow: Workflow,
    delivery: str,
    payload: Payload,
    path: str = "",
    changed_files: Sequence[str] | None = None,
    forks: bool = False,
) -> tuple[Decision, ...]:
    """Every question that decides, in order, for each event of ``on`` that a delivery brings.

    ``delivery`` is the ``X-GitHub-Event`` header, ``path`` the workflow's file (which a dispatch names),
    ``changed_files`` those of a pull request, which the payload lacks; ``forks`` tells that forks were let in.
    """
    table, given = webhooks(), _Delivery(payload, path, changed_files, forks)
    out: list[Decision] = []
    for event in workflow.events:
        webhook = table.get(event.name)
        if event.name == delivery and (webhook is None or webhook.undelivered):
            out.append(_elsewhere(event, webhook))
        if webhook is None or webhook.undelivered or webhook.delivery != delivery:
            continue
        out.append(Decision(event.name, event.path, True, True, f"the workflow starts on {event.name}"))
        out += _asked(event, given)
    return tuple(out) or (Decision("", "on", False, False, f"nothing under on starts on {delivery}"),)


def _elsewhere(event: Event, webhook: Webhook | None) -> Decision:
    match event.name:
        case "schedule":
            return Decision(event.name, event.path, True, True, "no delivery starts it: a CronJob does, by its clock")
        case "workflow_call":
            return Decision(event.name, event.path, False, False, "no delivery starts it: another workflow calls it")
        case _:
            reason = webhook.undelivered if webhook else "no webhook of a repository carries this event"
            return Decision(event.name, event.path, True, False, reason)


def verdict(decisions: Sequence[Decision], ours: bool) -> str:
    """In words: whether a run starts, and which places hold it back or are not known."""
    started = starting(decisions, ours)
    sides = [(one, one.ours if ours else one.github) for one in decisions]
    if not started:
        places = dict.fromkeys(one.place for one, holds in sides if holds is False)
        return f"does not run it, for {' and '.join(places)}"
    unknown = dict.fromkeys(one.place for one, holds in sides if holds is None and one.event in started)
    return f"may run it: {' and '.join(unknown)} is not known" if unknown else "runs it"


def starting(decisions: Iterable[Decision], ours: bool = False) -> tuple[str, ...]:
    """The events of ``on`` that start a run, on GitHub or with us."""
    verdicts: dict[str, bool] = {}
    for decision in decisions:
        holds = decision.ours if ours else decision.github
        verdicts[decision.event] = verdicts.get(decision.event, True) and holds is not False
    return tuple(event for event, holds in verdicts.items() if holds)


def _asked(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    webhook = webhooks()[event.name]
    if not webhook.loops:
        sender = (delivery.payload.get("sender") or {}).get("login")
        yield _same(event, sender != BOT, f"{sender or 'nobody'} is the sender; GitHub's own token starts no runs")
    actions = [value.text for value in event.types] or list(webhook.actions)
    if actions:
        action = delivery.payload.get("action")
        why = f"the action is {action}, wanted is one of {', '.join(actions)}"
        yield _same(event, action in actions, why, "types" if event.types else "")
    if event.name in _OF_EVENTS:
        yield from _OF_EVENTS[event.name](event, delivery)


def _same(event: Event, holds: bool | None, why: str, filter: str = "") -> Decision:
    """A question that GitHub and we answer alike: about the event, or about one of its filters."""
    return Decision(event.name, f"{event.path}.{filter}" if filter else event.path, holds, holds, why)


def _push(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    ref = str(delivery.payload["ref"])
    deleted = delivery.payload.get("deleted") is True
    yield _same(event, not deleted, f"{ref} was {'deleted' if deleted else 'pushed'}")
    message = (delivery.payload.get("head_commit") or {}).get("message") or ""
    skipped = re.search(SKIP.replace(r"\s*$", r"\s*\Z"), message) is not None
    yield _same(
        event, not skipped, f"the commit message {'asks to be skipped' if skipped else 'does not hold it back'}"
    )
    by_branch = bool(event.branches or event.branches_ignore)
    by_tag = bool(event.tags or event.tags_ignore)
    tag = ref.startswith("refs/tags/")
    name = ref.removeprefix("refs/tags/" if tag else "refs/heads/")
    if tag and by_tag:
        yield _filtered(event, "tags", event.tags, event.tags_ignore, name, "tag")
    elif tag and by_branch:
        yield _same(event, False, "only branches are named, and this is a tag", "branches")
    elif not tag and by_branch:
        yield from _named(event, name, "branch")
    elif not tag and by_tag:
        yield _same(event, False, "only tags are named, and this is a branch", "tags")
    if (event.paths or event.paths_ignore) and not tag:
        commits = delivery.payload.get("commits") or []
        files = [file for commit in commits for kind in ("added", "modified", "removed") for file in commit[kind]]
        yield _files(event, files, len(commits) > 1000)


def _pull_request(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    pull = delivery.payload["pull_request"]
    if event.name == "pull_request":
        clean = pull.get("mergeable") is not False
        yield _same(event, clean, "it merges" if clean else "a pull request with conflicts runs nothing")
    if webhooks()[event.name].withheld and not _same_repository(delivery.payload):
        why = "a fork: GitHub withholds secrets and asks for approval, the webhook would not"
        yield Decision(event.name, event.path, True, delivery.forks, why)
    yield from _named(event, pull["base"]["ref"], "base branch")
    if event.paths or event.paths_ignore:
        yield _files(event, delivery.changed_files)


def _release(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    release = delivery.payload.get("release") or {}
    draft = release.get("draft") is True and delivery.payload.get("action") in DRAFTED
    yield _same(event, not draft, "a draft starts nothing" if draft else "it is no draft")


def _status(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    ours = str(delivery.payload.get("description") or "").endswith(TOLD)
    why = "a run here set the status, as GitHub's own token does there" if ours else "others set the status"
    yield _same(event, not ours, why)


def _merge_group(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    base = delivery.payload["merge_group"]["base_ref"].removeprefix("refs/heads/")
    yield from _named(event, base, "base branch")


def _workflow_run(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    run = delivery.payload["workflow_run"]
    if event.workflows:
        named = matches([value.text for value in event.workflows], run["name"])
        yield _same(event, named, f"the workflow that ran is {run['name']}", "workflows")
    branch = run["head_branch"]
    if branch is not None:
        yield from _named(event, branch, "head branch")
    elif event.branches or event.branches_ignore:
        yield Decision(event.name, f"{event.path}.branches", None, False, "the run that ended names no branch")


def _check(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    app = (delivery.payload[event.name].get("app") or {}).get("slug")
    yield _same(event, app != "github-actions", f"the check is {app}'s")


def _deployment_status(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    state = delivery.payload["deployment_status"]["state"]
    yield _same(event, state != "inactive", f"the state is {state}")


def _dispatch(event: Event, delivery: _Delivery) -> Iterator[Decision]:
    asked = delivery.payload.get("workflow")
    yield _same(event, asked == delivery.path, f"asked for is {asked}")
    for item in event.inputs:
        for holds, why in _input(item, delivery.payload.get("inputs") or {}):
            yield Decision(event.name, item.path, holds, holds, why)


_OF_EVENTS: Mapping[str, Callable[[Event, _Delivery], Iterator[Decision]]] = {
    "push": _push,
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "pull_request_review": _pull_request,
    "pull_request_review_comment": _pull_request,
    "release": _release,
    "status": _status,
    "merge_group": _merge_group,
    "workflow_run": _workflow_run,
    "check_run": _check,
    "check_suite": _check,
    "deployment_status": _deployment_status,
    "workflow_dispatch": _dispatch,
}
"""What is asked of some events beyond their actions."""


def _named(event: Event, name: str, kind: str) -> Iterator[Decision]:
    if event.branches or event.branches_ignore:
        yield _filtered(event, "branches", event.branches, event.branches_ignore, name, kind)


def _filtered(
    event: Event, filter: str, include: Sequence[Value], ignore: Sequence[Value], name: str, kind: str
) -> Decision:
    why = f"the {kind} is {name}"
    if include:
        return _same(event, matches([value.text for value in include], name), why, filter)
    return _same(event, not matches([value.text for value in ignore], name), why, f"{filter}-ignore")


def _files(event: Event, files: Sequence[str] | None, too_many: bool = False) -> Decision:
    """Of more than a thousand commits GitHub compares no files, and runs."""
    filter = "paths" if event.paths else "paths-ignore"
    if files is None:
        return _same(event, None, "the delivery does not list the changed files", filter)
    include, ignore = [value.text for value in event.paths], [value.text for value in event.paths_ignore]
    counted = [file for file in files if (matches(include, file) if include else not matches(ignore, file))]
    why = f"{counted[0]} changed" if counted else f"none of {len(files)} changed files counts"
    return _same(event, bool(counted) or too_many, why, filter)


def _input(item: Input, given: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    value = given.get(item.name)
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    if item.required and item.default is None and item.type != "boolean" and not text:
        yield False, "a required input is empty"
    if value is None:
        return
    choices = {"choice": [option.text for option in item.options], "boolean": ["true", "false"]}.get(item.type, [])
    if choices:
        yield text in choices, f"{text} is given, wanted is one of {', '.join(choices)}"
    if item.type == "number":
        yield bool(re.fullmatch(NUMBER, text)), f"{text} is given, wanted is a number"


def _same_repository(payload: Payload) -> bool:
    head = payload["pull_request"]["head"].get("repo") or {}
    return bool(head.get("full_name") == payload["repository"]["full_name"])
