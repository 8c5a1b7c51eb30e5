"""What a run is told of its event: GitHub's contexts as values of a TriggerBinding.

https://docs.github.com/actions/reference/workflows-and-actions/contexts#github-context
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from gha2tekton.lower.event_types import FREE
from gha2tekton.lower.repository import nested, repository_facts
from gha2tekton.lower.triggers import cel
from gha2tekton.lower.triggers.webhooks import Webhook, objects
from gha2tekton.lower.values import sent
from gha2tekton.record import Record, replace
from gha2tekton.tekton.run import PipelineRun
from gha2tekton.workflow.model import Event, Input, Workflow

Path = tuple[str, ...]

_SERVER = "body.repository.html_url.replace('/' + body.repository.full_name, '')"
_REPOSITORY = {
    "repository": "body.repository.full_name",
    "repository_owner": "body.repository.owner.login",
    "repository_id": "string(int(body.repository.id))",
    "repository_owner_id": "string(int(body.repository.owner.id))",
    "repositoryurl": "body.repository.git_url",
    "actor": "body.sender.login",
    "triggering_actor": "body.sender.login",
    "actor_id": "string(int(body.sender.id))",
    "server_url": _SERVER,
    "api_url": f"{_SERVER} == 'https://github.com' ? 'https://api.github.com' : {_SERVER} + '/api/v3'",
    "graphql_url": f"{_SERVER} == 'https://github.com' ? 'https://api.github.com/graphql' : {_SERVER} + '/api/graphql'",
}
_CONSTANT = {
    "run_number": "1",
    "run_attempt": "1",
    "ref_protected": "false",
    "retention_days": "90",
    "secret_source": "Actions",
}
_UNKNOWN = {
    "run_id": "the id of the delivery",
    "run_number": "always 1",
    "run_attempt": "always 1",
    "ref_protected": "always false",
    "retention_days": "always 90",
}
_ALWAYS_THERE = re.compile(r"body\.(after|(\w+\.)+(full_name|clone_url|git_url|login|sha|head_sha))")
"""Fields that GitHub always sends and that hold no ``$``: bound as they stand."""

NUMBER = "([-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?)?"
"""A number that was given, or nothing."""

_PUSH = (
    "size(bytes(body.marshalJSON())) < 100000 ? body.marshalJSON() : '{' + body.map(key, "
    "[{key: key == 'commits' ? [] : body[key]}.marshalJSON()].map(v, v.substring(1, size(v) - 1))[0]).join(',') + '}'"
)
_LONG = (
    "github.event of a push holds no commits where it would be longer than 100 kB: a container takes no longer value"
)

_NUMBERED = re.compile(r"('[\w/]*'|string\(int\([\w.]+\)\)| \+ )+")


class Bound(Record, frozen=True):
    """One param of a binding: its value, and the CEL overlay the value is taken from where it must be worked out."""

    param: str
    value: str
    overlay: str = ""
    difference: str = ""


class Origin(Record, frozen=True):
    """What the bindings of one workflow have in common; ``path`` is its file in the repository."""

    workflow: Workflow
    path: str
    head: bool = False
    """Check out the head of a pull request instead of its merge."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs of ``workflow_dispatch``."""
        return tuple(
            item for event in self.workflow.events if event.name == "workflow_dispatch" for item in event.inputs
        )

    def input(self, path: Path) -> Input | None:
        """The declared input that a path reads, through ``inputs`` or through ``github.event.inputs``."""
        lowered = tuple(part.lower() for part in path)
        if lowered[:3] == ("github", "event", "inputs"):
            lowered = lowered[2:]
        if lowered[0] != "inputs" or len(lowered) != 2:
            return None
        return next((item for item in self.inputs if item.name.lower() == lowered[1]), None)


def bind(webhook: Webhook, origin: Origin, needed: Mapping[str, Path]) -> tuple[Bound, ...]:
    """The values that an event gives to a Pipeline's params; paths that no event carries are left out."""
    events = (event for event in origin.workflow.events if event.name == webhook.event)
    if webhook.merged_ref and any(value.text == "closed" for event in events for value in event.types):
        merged = "body.action == 'closed' && body.pull_request.merged == true"
        webhook = replace(webhook, ref=f"{merged} ? {webhook.merged_ref} : {webhook.ref}")
    found = (_bind(param, path, webhook, origin) for param, path in needed.items())
    return tuple(bound for bound in found if bound)


def carried(path: Path) -> bool:
    """Whether events fill this context value; others (``vars``) are the repository's and stay in the template."""
    root, rest = path[0], path[1:]
    return root in ("git", "inputs") or (root == "github" and bool(rest))


def _bind(param: str, path: Path, webhook: Webhook, origin: Origin) -> Bound | None:
    if not carried(path):
        return None
    root, name = path[0], path[1].lower()
    if root == "inputs" or origin.input(path):
        return _input(param, path, webhook, origin)
    if root == "git":
        git = {"url": "body.repository.clone_url", "head": webhook.head or webhook.sha}
        return _worked_out(param, git[name] if name in git else _revision(webhook, origin))
    if name == "event":
        known = _known(path[2:])
        if known and known[0] in objects() and known[0] not in webhook.objects:
            return Bound(param, "")
        certain = ".".join(known) in webhook.certain
        if certain and _ALWAYS_THERE.fullmatch(cel.field(known)):
            return Bound(param, f"$({cel.field(known)})")
        whole, difference = cel.text(known, certain=certain), ""
        if webhook.event == "push" and not known:
            whole, difference = cel.guarded(_PUSH), _LONG
        return Bound(param, f"$(extensions.{param})", whole, difference)
    if name == "run_id":
        return Bound(param, "$(context.eventID)", difference="github.run_id is the id of the delivery")
    if name in _CONSTANT:
        difference = f"github.{name} is {_UNKNOWN[name]}" if name in _UNKNOWN else ""
        return Bound(param, _CONSTANT[name], difference=difference)
    if name == "workflow":
        return None  # the same for every event: it stands in the template
    if name == "event_name":
        return Bound(param, webhook.event)
    return _worked_out(param, _expression(name, webhook, origin), name)


def _expression(name: str, webhook: Webhook, origin: Origin) -> str:
    """CEL for a property of ``github``, empty where it has no value for this event."""
    match name:
        case "ref":
            return webhook.ref
        case "ref_name":
            return f"{cel.group(webhook.ref)}.translate('^refs/(heads|tags|pull)/', '')"
        case "ref_type":
            return f"{cel.group(webhook.ref)}.startsWith('refs/tags/') ? 'tag' : 'branch'"
        case "sha" | "workflow_sha":
            return webhook.sha
        case "head_ref":
            return webhook.head_ref
        case "base_ref":
            return webhook.base_ref
        case "workflow_ref":
            return f"body.repository.full_name + {cel.quote(f'/{origin.path}@')} + {cel.group(webhook.ref)}"
        case _:
            return _REPOSITORY.get(name, "")


def _worked_out(param: str, expression: str, name: str = "") -> Bound:
    if not expression:
        difference = "github.sha is known after checkout only" if name == "sha" else ""
        return Bound(param, "", difference=difference)
    if _ALWAYS_THERE.fullmatch(expression):
        return Bound(param, f"$({expression})")
    difference = ""
    if name == "sha" and "merge_commit_sha" in expression:
        difference = "github.sha is the head of the pull request until GitHub has made the test merge"
    # A commit's hash, a number and a host hold no $.
    safe = name.endswith(("sha", "_id", "_url", "_type")) or "_sha" in expression or ".id" in expression
    safe = safe or bool(_NUMBERED.fullmatch(expression))
    return Bound(param, f"$(extensions.{param})", expression if safe else cel.guarded(expression), difference)


def _revision(webhook: Webhook, origin: Origin) -> str:
    return "body.pull_request.head.sha" if webhook.withheld and origin.head else webhook.checkout


def _known(path: Iterable[str]) -> Path:
    """The part of a path below ``event`` that is known: it ends where an index is worked out or a filter stands."""
    out: list[str] = []
    for part in path:
        if part == "*":
            break
        out.append(part if out and out[0] in FREE else part.lower())
    return tuple(out)


def _input(param: str, path: Path, webhook: Webhook, origin: Origin) -> Bound:
    declared = origin.input(path)
    if webhook.event != "workflow_dispatch" or declared is None:
        return Bound(param, "")
    default = cel.quote(sent(input_default(declared)))
    return Bound(param, f"$(extensions.{param})", cel.text(("inputs", declared.name), default))


def input_default(item: Input) -> str:
    """What GitHub gives for an input of ``workflow_dispatch`` that nobody set."""
    if item.default is not None:
        return item.default.literal or ""
    if item.type == "choice" and item.options:
        return item.options[0].literal or ""
    return "false" if item.type == "boolean" else ""


def scheduled(
    run: PipelineRun, needed: Mapping[str, Path], origin: Origin, cron: str, branch: str, repository: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The params of a run that a schedule starts, and the properties of ``github`` that are empty in it.

    ``branch`` is the default branch and ``repository`` its full name, empty where they are not known.
    """
    params = dict(run.params)
    ref = f"refs/heads/{branch}" if branch else ""
    known = {
        "event_name": "schedule",
        "ref": ref,
        "ref_name": branch,
        "ref_type": "branch",
        "sha": "",
        "workflow_sha": "",
        "head_ref": "",
        "base_ref": "",
        "workflow": origin.workflow.title,
        "workflow_ref": f"{repository}/{origin.path}@{ref}" if ref and repository else "",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "graphql_url": "https://api.github.com/graphql",
        **_CONSTANT,
    }
    known |= {"repository": repository, "repository_owner": repository.partition("/")[0]} if repository else {}
    facts = repository_facts(repository, branch)
    told = {("event", "schedule"): cron, ("event",): sent(json.dumps({"schedule": cron, **nested(facts)}))}
    told |= {("event", *place): sent(text) for place, text in facts.items()}
    empty: list[str] = []
    for param, path in needed.items():
        root, rest = path[0], tuple(part.lower() for part in path[1:])
        if root == "inputs" or rest[:1] == ("event",):
            params[param] = told.get(rest, "")
            if rest[:2] == ("event", "repository") and not params[param]:
                empty.append(".".join(rest))
        elif root == "github" and rest[0] in known:
            params[param] = sent(known[rest[0]])
        elif root == "git" and rest == ("revision",):
            params[param] = sent(ref)  # nothing is the default branch as the remote names it
        elif not params.setdefault(param, "") and root == "github":
            empty.append(rest[0])
    return params, tuple(dict.fromkeys(empty))


def dispatch_checks(event: Event) -> list[str]:
    """What GitHub asks of inputs before it accepts a dispatch."""
    checks: list[str] = []
    for item in event.inputs:
        path = ("inputs", item.name)
        given, value = cel.present(path), f"string({cel.field(path)})"
        if item.required and item.default is None and item.type != "boolean":
            checks.append(f"{given} && {cel.field(path)} != ''")
        if item.type == "choice" and item.options:
            checks.append(f"!({given}) || {cel.one_of(value, [option.text for option in item.options])}")
        elif item.type == "boolean":
            checks.append(f"!({given}) || {cel.one_of(value, ('true', 'false'))}")
        elif item.type == "number":
            checks.append(f"!({given}) || {value}.matches({cel.quote(f'^{NUMBER}$')})")
    return checks
