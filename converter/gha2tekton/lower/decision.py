"""Would GitHub run the workflow for a delivery, would ours, and which filter decides.

GitHub's side is worked out from the workflow itself, not from what was lowered, so that the two can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gha2tekton.lower.bindings import NUMBER
from gha2tekton.lower.filters import BOT, SKIP
from gha2tekton.lower.status import TOLD
from gha2tekton.lower.webhooks import Webhook, webhooks
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
    table = webhooks()
    out: list[Decision] = []
    for event in workflow.events:
        webhook = table.get(event.name)
        if event.name == delivery and (webhook is None or webhook.undelivered):
            out.append(_elsewhere(event, webhook))
        if webhook is None or webhook.undelivered or webhook.delivery != delivery:
            continue
        out.append(Decision(event.name, event.path, True, True, f"the workflow starts on {event.name}"))
        out += _asked(event, payload, path, changed_files, forks)
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


def _asked(
    event: Event, payload: Payload, path: str, changed_files: Sequence[str] | None, forks: bool
) -> Iterable[Decision]:
    webhook = webhooks()[event.name]

    def decide(place: str, holds: bool | None, why: str, ours: bool | None = None) -> Decision:
        return Decision(event.name, place, holds, holds if ours is None else ours, why)

    if not webhook.loops:
        sender = (payload.get("sender") or {}).get("login")
        yield decide(
            event.path, sender != BOT, f"{sender or 'nobody'} is the sender; GitHub's own token starts no runs"
        )
    actions = [value.text for value in event.types] or list(webhook.actions)
    if actions:
        action = payload.get("action")
        place = f"{event.path}.types" if event.types else event.path
        yield decide(place, action in actions, f"the action is {action}, wanted is one of {', '.join(actions)}")
    match event.name:
        case "push":
            yield from (decide(*asked) for asked in _push(event, payload))
        case "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment":
            pull = payload["pull_request"]
            if event.name == "pull_request":
                clean = pull.get("mergeable") is not False
                yield decide(event.path, clean, "it merges" if clean else "a pull request with conflicts runs nothing")
            if webhook.withheld and not _same_repository(payload):
                why = "a fork: GitHub withholds secrets and asks for approval, the webhook would not"
                yield decide(event.path, True, why, ours=forks)
            yield from (decide(*asked) for asked in _named(event, pull["base"]["ref"], "base branch"))
            if event.paths or event.paths_ignore:
                yield decide(*_files(event, changed_files))
        case "release":
            draft = (payload.get("release") or {}).get("draft") is True and payload.get("action") in DRAFTED
            yield decide(event.path, not draft, "a draft starts nothing" if draft else "it is no draft")
        case "status":
            ours_too = str(payload.get("description") or "").endswith(TOLD)
            why = "a run here set the status, as GitHub's own token does there" if ours_too else "others set the status"
            yield decide(event.path, not ours_too, why)
        case "merge_group":
            base = payload["merge_group"]["base_ref"].removeprefix("refs/heads/")
            yield from (decide(*asked) for asked in _named(event, base, "base branch"))
        case "workflow_run":
            run = payload["workflow_run"]
            if event.workflows:
                names = [value.text for value in event.workflows]
                place = f"{event.path}.workflows"
                yield decide(place, matches(names, run["name"]), f"the workflow that ran is {run['name']}")
            branch = run["head_branch"]
            if branch is None and (event.branches or event.branches_ignore):
                yield decide(f"{event.path}.branches", None, "the run that ended names no branch", ours=False)
            else:
                yield from (decide(*asked) for asked in _named(event, branch, "head branch"))
        case "check_run" | "check_suite":
            app = (payload[event.name].get("app") or {}).get("slug")
            yield decide(event.path, app != "github-actions", f"the check is {app}'s")
        case "deployment_status":
            state = payload["deployment_status"]["state"]
            yield decide(event.path, state != "inactive", f"the state is {state}")
        case "workflow_dispatch":
            yield decide(event.path, payload.get("workflow") == path, f"asked for is {payload.get('workflow')}")
            yield from (decide(*asked) for item in event.inputs for asked in _input(item, payload.get("inputs") or {}))
        case _:
            pass


Asked = tuple[str, "bool | None", str]


def _push(event: Event, payload: Payload) -> Iterable[Asked]:
    ref = str(payload["ref"])
    deleted = payload.get("deleted") is True
    yield event.path, not deleted, f"{ref} was {'deleted' if deleted else 'pushed'}"
    message = (payload.get("head_commit") or {}).get("message") or ""
    skipped = re.search(SKIP.replace(r"\s*$", r"\s*\Z"), message)
    yield event.path, not skipped, f"the commit message {'asks to be skipped' if skipped else 'does not hold it back'}"
    by_branch = bool(event.branches or event.branches_ignore)
    by_tag = bool(event.tags or event.tags_ignore)
    tag = ref.startswith("refs/tags/")
    name = ref.removeprefix("refs/tags/" if tag else "refs/heads/")
    if tag and by_tag:
        yield _filtered(f"{event.path}.tags", event.tags, event.tags_ignore, name, "tag")
    elif tag and by_branch:
        yield f"{event.path}.branches", False, "only branches are named, and this is a tag"
    elif not tag and by_branch:
        yield _filtered(f"{event.path}.branches", event.branches, event.branches_ignore, name, "branch")
    elif not tag and by_tag:
        yield f"{event.path}.tags", False, "only tags are named, and this is a branch"
    if (event.paths or event.paths_ignore) and not tag:
        commits = payload.get("commits") or []
        files = [file for commit in commits for kind in ("added", "modified", "removed") for file in commit[kind]]
        place, holds, why = _files(event, files)
        yield place, holds or len(commits) > 1000, why


def _named(event: Event, name: str, kind: str) -> Iterable[Asked]:
    if event.branches or event.branches_ignore:
        yield _filtered(f"{event.path}.branches", event.branches, event.branches_ignore, name, kind)


def _filtered(place: str, include: Sequence[Value], ignore: Sequence[Value], name: str, kind: str) -> Asked:
    if include:
        return place, matches([value.text for value in include], name), f"the {kind} is {name}"
    return f"{place}-ignore", not matches([value.text for value in ignore], name), f"the {kind} is {name}"


def _files(event: Event, files: Sequence[str] | None) -> Asked:
    place = f"{event.path}.{'paths' if event.paths else 'paths-ignore'}"
    if files is None:
        return place, None, "the delivery does not list the changed files"
    include, ignore = [value.text for value in event.paths], [value.text for value in event.paths_ignore]
    counted = [file for file in files if (matches(include, file) if include else not matches(ignore, file))]
    return place, bool(counted), f"{counted[0]} changed" if counted else f"none of {len(files)} changed files counts"


def _input(item: Input, given: Mapping[str, Any]) -> Iterable[Asked]:
    value = given.get(item.name)
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    if item.required and item.default is None and item.type != "boolean" and not text:
        yield item.path, False, "a required input is empty"
    if value is None:
        return
    choices = {"choice": [option.text for option in item.options], "boolean": ["true", "false"]}.get(item.type, [])
    if choices:
        yield item.path, text in choices, f"{text} is given, wanted is one of {', '.join(choices)}"
    if item.type == "number":
        yield item.path, bool(re.fullmatch(NUMBER, text)), f"{text} is given, wanted is a number"


def _same_repository(payload: Payload) -> bool:
    head = payload["pull_request"]["head"].get("repo") or {}
    return bool(head.get("full_name") == payload["repository"]["full_name"])
