"""The events of ``on`` as Triggers: one Trigger and binding an event, one template a workflow.

https://tekton.dev/docs/triggers/triggers/
"""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import SAME_AS_DEFAULT, Journal
from gha2tekton.lower.params import SIZES, about
from gha2tekton.lower.triggers import cel
from gha2tekton.lower.triggers.announcements import announce_event, announce_token, announce_values
from gha2tekton.lower.triggers.bindings import Bound, Origin, Path, bind, carried, input_default
from gha2tekton.lower.triggers.filters import Filter, account_filter, lower_filter
from gha2tekton.lower.triggers.listener import (
    WORKFLOW_LABEL,
    TriggerSettings,
    ask_for_token,
    ask_for_webhook,
)
from gha2tekton.lower.triggers.schedule import FILE as SCHEDULE_FILE
from gha2tekton.lower.triggers.schedule import lower_schedules
from gha2tekton.lower.triggers.webhooks import Webhook, webhooks
from gha2tekton.lower.values import sent, within_json
from gha2tekton.record import Record, replace
from gha2tekton.tekton.model import Manifest
from gha2tekton.tekton.names import label, param
from gha2tekton.tekton.run import PipelineRun
from gha2tekton.tekton.triggers import Interceptor, TemplateParam, Trigger, TriggerBinding, TriggerTemplate
from gha2tekton.workflow.model import Event, Input, Value, Workflow

TEMPLATE_FILE = "triggers/template.yaml"

_ROOM = 57
"""Leaves room for a suffix within the 63 characters of a name."""

_LOOKS = "public members of the organization, the first 30 collaborators, and who stands in a file OWNERS"

_SAME_REPOSITORY = (
    "has(body.pull_request.head.repo) && body.pull_request.head.repo != null"
    " && body.pull_request.head.repo.full_name == body.repository.full_name"
)


class TriggerSet(Record, frozen=True):
    """The files of one workflow's triggers by their place in the bundle.

    ``deliveries`` are the events the webhook must be registered for; ``scheduled`` tells that the listener's files
    must let schedules create runs.
    """

    files: Mapping[str, tuple[Manifest, ...]]
    deliveries: tuple[str, ...] = ()
    scheduled: bool = False


def lower_triggers(
    workflow: Workflow,
    run: PipelineRun,
    needed: Mapping[str, Path],
    settings: TriggerSettings,
    journal: Journal,
) -> TriggerSet:
    """What starts the Pipeline as GitHub would, with every leaf under ``on`` accounted for.

    ``run`` is what a manual start creates; ``needed`` maps each Pipeline param that carries a context value to its
    path, such as ``("github", "event", "number")``, ``("inputs", "debug")`` or ``("git", "url")``.
    """
    origin = Origin(workflow, settings.workflow_path or _path(workflow.source.name), settings.pull_request_head)
    files: dict[str, tuple[Manifest, ...]] = {}
    bound: dict[str, tuple[Bound, ...]] = {}
    filled = _filled(needed, origin)
    for event in workflow.events:
        webhook = webhooks().get(event.name)
        if event.name == "schedule":
            files[SCHEDULE_FILE] = lower_schedules(event, origin, run, needed, settings, journal)
        elif event.name == "workflow_call":
            _called(event, journal)
        elif webhook is None or webhook.undelivered:
            reason = webhook.undelivered if webhook else "no webhook of a repository carries this event"
            for path in journal.open_leaves(event.path):
                journal.manual(path, reason)
        else:
            file = f"triggers/{webhook.slug}.yaml"
            bound[event.name] = bind(webhook, origin, filled)
            files[file] = _lower_event(event, webhook, origin, bound[event.name], settings, file, journal)
            ask_for_webhook(settings, webhook.delivery, webhook.apps, journal)
    deliveries = dict.fromkeys(webhooks()[event].delivery for event in bound)
    if bound:
        announce_values(bound, journal)
        if not settings.token_account and any(not webhooks()[event].loops for event in bound):
            announce_token(workflow, journal)
        files[TEMPLATE_FILE] = _templates(run, filled, needed, origin, settings)
    return TriggerSet(files, tuple(deliveries), SCHEDULE_FILE in files)


def _path(name: str) -> str:
    """The workflow's file as a dispatch names it."""
    at = name.find(".github/workflows/")
    return name[at:] if at >= 0 else f".github/workflows/{name.rsplit('/', 1)[-1]}"


def _filled(needed: Mapping[str, Path], origin: Origin) -> dict[str, Path]:
    """The params that events fill: those the Pipeline reads, and the other inputs that a dispatch may set."""
    filled = {name: path for name, path in needed.items() if carried(path)}
    read = {item.name for path in filled.values() if (item := origin.input(path))}
    for item in origin.inputs:
        if item.name not in read:
            filled.setdefault(param(("inputs", item.name)), ("inputs", item.name))
    return filled


# -- one event -----------------------------------------------------------------------------------------------------


def _lower_event(
    event: Event,
    webhook: Webhook,
    origin: Origin,
    bound: tuple[Bound, ...],
    settings: TriggerSettings,
    file: str,
    journal: Journal,
) -> tuple[Manifest, ...]:
    filter_ = lower_filter(event, webhook, origin.path, settings.full_name, account=settings.token_account)
    account_filter(event, webhook, file, journal)
    _account(event, webhook, file, journal)
    announce_event(event, webhook, settings, journal)
    if filter_.changed_files:
        ask_for_token(settings, "asks GitHub's API for the changed files of pull requests", journal)
    name = label(f"{settings.name}-{webhook.slug}", _ROOM)
    labels = {**settings.labels, WORKFLOW_LABEL: label(settings.name)}
    # A binding without params is refused; a Trigger may do without one.
    bindings = (TriggerBinding(name, {item.param: item.value for item in bound}, labels).manifest(),) if bound else ()

    def trigger(suffix: str, conditions: tuple[str, ...], template: str, owners: bool = False) -> Manifest:
        narrowed = Filter(filter_.conditions + conditions, filter_.changed_files)
        interceptors = _interceptors(webhook, narrowed, bound, settings, owners)
        return Trigger(name + suffix, interceptors, name if bound else "", template, labels).manifest()

    template = _template_name(settings)
    if not webhook.withheld:
        return (*bindings, trigger("", (), template))
    out = (*bindings, trigger("", (_SAME_REPOSITORY,), template))
    other = (f"!({_SAME_REPOSITORY})",)
    # The owners check knows this delivery alone and lets every other one pass.
    if settings.forks == "members" and webhook.delivery == "pull_request":
        ask_for_token(
            settings, f"asks GitHub's API who is a member before a pull request of a fork runs: {_LOOKS}", journal
        )
        return (*out, trigger("-forks", other, template, owners=True))
    if settings.forks == "secretless":
        return (*out, trigger("-forks", other, _template_name(settings, "-forks")))
    return out


def _interceptors(
    webhook: Webhook, filter_: Filter, bound: tuple[Bound, ...], settings: TriggerSettings, owners: bool
) -> tuple[Interceptor, ...]:
    """Signature and event first, then what the delivery says, then what GitHub must be asked, then the values."""
    secret = dict(zip(("secretName", "secretKey"), settings.webhook_secret, strict=True))
    token = dict(zip(("secretName", "secretKey"), settings.token_secret, strict=True))
    out = [Interceptor("github", {"secretRef": secret, "eventTypes": [webhook.delivery]})]
    last: dict[str, object] = {"filter": cel.every(filter_.conditions)}
    if owners:
        members = {"enabled": True, "personalAccessToken": token, "checkType": "all"}
        out, last = [*out, Interceptor("cel", last), Interceptor("github", {"githubOwners": members})], {}
    if filter_.changed_files:
        out += [Interceptor("cel", last)] if last else []
        out += [Interceptor("github", {"addChangedFiles": {"enabled": True, "personalAccessToken": token}})]
        last = {"filter": filter_.changed_files}
    overlays = [{"key": item.param, "expression": item.overlay} for item in bound if item.overlay]
    if overlays:
        last["overlays"] = overlays
    return (*out, Interceptor("cel", last)) if last else tuple(out)


# -- the template --------------------------------------------------------------------------------------------------


def _template_name(settings: TriggerSettings, suffix: str = "") -> str:
    return label(f"{settings.name}-template", _ROOM) + suffix


def _templates(
    run: PipelineRun, filled: Mapping[str, Path], needed: Mapping[str, Path], origin: Origin, settings: TriggerSettings
) -> tuple[Manifest, ...]:
    constant = {name for name, path in filled.items() if path == ("github", "workflow")}
    params = tuple(_declared(name, path, origin) for name, path in filled.items() if name not in constant)
    params += tuple(TemplateParam(name, SIZES[name], value) for name, value in settings.template_defaults.items())
    values = {**run.params, **{name: f"$(tt.params.{name})" for name in filled if name in needed}}
    values |= dict.fromkeys(constant, sent(origin.workflow.title))
    values |= {name: f"$(tt.params.{name})" for name in settings.template_defaults if name in values}
    labels = {**settings.labels, WORKFLOW_LABEL: label(settings.name)}
    made = replace(run, params=values, labels={**run.labels, **labels})
    out = [TriggerTemplate(_template_name(settings), params, made, labels).manifest()]
    if settings.forks == "secretless":
        forks = TriggerTemplate(_template_name(settings, "-forks"), params, made, labels, settings.forks_namespace)
        out.append(forks.manifest())
    return tuple(out)


def _declared(name: str, path: Path, origin: Origin) -> TemplateParam:
    """What a run cannot do without has no default: an event that lacks it starts nothing and says so in the log."""
    if path in (("git", "url"), ("git", "revision")):
        return TemplateParam(name, about(path))
    item = origin.input(path)
    if item:
        return TemplateParam(name, about(path, item), within_json(sent(input_default(item))))
    return TemplateParam(name, about(path), "")


# -- the report ----------------------------------------------------------------------------------------------------


def _account(event: Event, webhook: Webhook, file: str, journal: Journal) -> None:
    if journal.knows(event.path) and journal.fate(event.path) is None:
        if webhook.difference:
            journal.adapted(event.path, webhook.difference, file)
        else:
            journal.exact(event.path, file)
    if journal.knows(f"{event.path}.inputs"):
        journal.exact(f"{event.path}.inputs", file, reason=SAME_AS_DEFAULT)
    for item in event.inputs:
        for leaf in item.leaves:
            _account_input(item, leaf, file, journal)


def _account_input(item: Input, leaf: Value, file: str, journal: Journal) -> None:
    part = leaf.path.removeprefix(item.path).lstrip(".").split("[")[0]
    match part:
        case "default" if (leaf.literal or "") == input_default(replace(item, default=None)):
            journal.exact(leaf.path, TEMPLATE_FILE, reason=SAME_AS_DEFAULT)
            if item.required:
                journal.exact(leaf.path, file)
        case "" | "description" | "default":
            journal.exact(leaf.path, TEMPLATE_FILE)
        case "options":
            journal.exact(leaf.path, file)
        case "type" if item.type == "string":
            journal.exact(leaf.path, file, reason=SAME_AS_DEFAULT)
        case "type" if item.type == "environment":
            journal.adapted(leaf.path, f"{SAME_AS_DEFAULT}, any text: there are no environments here", file)
        case "type":
            journal.exact(leaf.path, file)
        case "required" if item.default is not None or item.type == "boolean":
            why = "its default keeps the input from being empty" if item.default else "a boolean is never empty"
            journal.dropped(leaf.path, "superseded", why)
        case "required" if not item.required:
            journal.exact(leaf.path, file, reason=SAME_AS_DEFAULT)
        case "required":
            journal.exact(leaf.path, file)
        case _:
            journal.dropped(leaf.path, "no effect outside GitHub")


def _called(event: Event, journal: Journal) -> None:
    for path in journal.open_leaves(event.path):
        journal.dropped(path, "superseded", "a call is converted with its caller")
