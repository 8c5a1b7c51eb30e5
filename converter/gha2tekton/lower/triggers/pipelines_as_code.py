"""The same workflow as runs in ``.tekton/``, for clusters with Pipelines-as-Code.

https://pipelinesascode.com/docs/guide/matchingevents/
"""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower.triggers import cel
from gha2tekton.lower.triggers.bindings import Path, carried
from gha2tekton.lower.triggers.filters import account_filter, lower_filter
from gha2tekton.lower.triggers.listener import TriggerSettings
from gha2tekton.lower.triggers.webhooks import Webhook, webhooks
from gha2tekton.lower.values import sent
from gha2tekton.record import replace
from gha2tekton.tekton.model import Manifest
from gha2tekton.tekton.names import label
from gha2tekton.tekton.run import PipelineRun
from gha2tekton.workflow.model import Event, Workflow

ANNOTATION = "pipelinesascode.tekton.dev"
KEEP = "10"

_PLAIN = "^[][A-Za-z0-9 ._/:,;#@+=~()!?*&<>|-]*$"
"""What may be pasted into a run's YAML, which is how Pipelines-as-Code fills it in; other text arrives empty."""

_EVENTS = ("push", "pull_request")
_STARTED_BY = ("opened", "synchronize", "reopened", "ready_for_review")
_NUMBER = "{{ pull_request_number }}"
_GITHUB: Mapping[str, Path] = {
    "repository": ("repository", "full_name"),
    "repository_owner": ("repository", "owner", "login"),
    "repository_id": ("repository", "id"),
    "actor": ("sender", "login"),
    "triggering_actor": ("sender", "login"),
}


def lower_pipelines_as_code(
    workflow: Workflow, run: PipelineRun, needed: Mapping[str, Path], settings: TriggerSettings, journal: Journal
) -> Mapping[str, tuple[Manifest, ...]]:
    """One run for each event that Pipelines-as-Code knows; it finds the Pipeline in the namespace of the runs."""
    files: dict[str, tuple[Manifest, ...]] = {}
    for event in workflow.events:
        if event.name not in _EVENTS:
            reason = "Pipelines-as-Code starts runs on push and pull_request only"
            for path in journal.open_leaves(event.path):
                journal.manual(path, reason)
            continue
        webhook = webhooks()[event.name]
        file = _file(settings, webhook)
        files[file] = (_run(event, webhook, workflow, run, needed, settings),)
        _account(event, webhook, file, journal)
    return files


def _run(
    event: Event,
    webhook: Webhook,
    workflow: Workflow,
    run: PipelineRun,
    needed: Mapping[str, Path],
    settings: TriggerSettings,
) -> Manifest:
    filter_ = lower_filter(event, webhook, "", settings.full_name, listed=True, account=settings.token_account)
    conditions = [f"event == {cel.quote(event.name)}", *filter_.conditions]
    conditions += [filter_.changed_files] if filter_.changed_files else []
    annotations = {f"{ANNOTATION}/on-cel-expression": cel.every(conditions), f"{ANNOTATION}/max-keep-runs": KEEP}
    if _cancels(workflow):
        annotations[f"{ANNOTATION}/cancel-in-progress"] = "true"
    values = {name: _value(path, event, workflow) for name, path in needed.items() if carried(path)}
    made = replace(run, generate_name=f"{label(f'{settings.name}-{webhook.slug}')}-", params={**run.params, **values})
    manifest = made.manifest()
    manifest["metadata"] = manifest["metadata"] | {"annotations": annotations}
    # By its name alone it would have to lie in the repository too.
    place = {"kind": "pipeline", "name": run.pipeline, "namespace": "{{ target_namespace }}"}
    found = [{"name": name, "value": value} for name, value in place.items()]
    manifest["spec"] = manifest["spec"] | {"pipelineRef": {"resolver": "cluster", "params": found}}
    return manifest


def _value(path: Path, event: Event, workflow: Workflow) -> str:
    root, name = path[0], path[1].lower()
    pull = event.name == "pull_request"
    if root == "git":
        known = {"url": "{{ repo_url }}", "revision": f"refs/pull/{_NUMBER}/merge" if pull else "{{ revision }}"}
        return known.get(name, "{{ revision }}")
    if root == "inputs":
        return ""
    match name:
        case "event":
            return _payload(path[2:])
        case "event_name":
            return event.name
        case "workflow":
            return sent(workflow.title)
        case "ref":
            return f"refs/pull/{_NUMBER}/merge" if pull else _payload(("ref",))
        case "ref_name":
            return f"{_NUMBER}/merge" if pull else ""
        case "sha":
            return "{{ revision }}"
        case "head_ref" | "base_ref":
            return _payload(("pull_request", name.removesuffix("_ref"), "ref")) if pull else ""
        case _:
            return _payload(_GITHUB[name]) if name in _GITHUB else ""


def _payload(path: Path) -> str:
    """A field of the payload, where it is text, a number or a boolean.

    An expression is only taken for one that begins with ``body``, and one that fails stays as it is written.
    """
    if not path or "*" in path:
        return ""
    lowered = [part.lower() for part in path]
    field = cel.field(lowered)
    text = field
    if not cel.textual(lowered):
        number = f"type({field}) == double ? string(int({field})) : string({field})"
        text = f"(type({field}) in [map, list] ? '' : {number})"
    return f"{{{{ body.size() > 0 && {cel.present(lowered)} && {text}.matches('{_PLAIN}') ? {text} : '' }}}}"


def account_cancelling(workflow: Workflow, settings: TriggerSettings, journal: Journal) -> None:
    """What becomes of the workflow's concurrency group, where Pipelines-as-Code cancels older runs by itself."""
    asked = workflow.concurrency
    events = [event for event in workflow.events if event.name in _EVENTS]
    if asked is None or not events or not _cancels(workflow) or asked.cancel_in_progress is None:
        return
    if journal.fate(asked.cancel_in_progress.path) is None:
        reason = "Pipelines-as-Code cancels the older runs of the same pull request or branch, whatever the group says"
        journal.adapted(asked.cancel_in_progress.path, reason, _file(settings, webhooks()[events[0].name]))
        if asked.group is not None:
            journal.dropped(asked.group.path, "superseded", "the runs of a pull request or branch are one group")


def _cancels(workflow: Workflow) -> bool:
    cancel = workflow.concurrency.cancel_in_progress if workflow.concurrency else None
    return cancel is not None and cancel.raw is True


def _file(settings: TriggerSettings, webhook: Webhook) -> str:
    return f".tekton/{label(f'{settings.name}-{webhook.slug}')}.yaml"


def _account(event: Event, webhook: Webhook, file: str, journal: Journal) -> None:
    for leaf in event.types:
        if leaf.text == "labeled":
            reason = "Pipelines-as-Code starts runs for labels that its annotation on-label names: give it there"
            journal.manual(leaf.path, reason, file)
        elif leaf.text not in _STARTED_BY:
            journal.manual(leaf.path, "Pipelines-as-Code starts no run for this type", file)
    account_filter(event, webhook, file, journal, listed=True)
    if event.path in journal.open_leaves(event.path):
        journal.exact(event.path, file)
    message = (
        "Pipelines-as-Code pastes values into a run's YAML: text of an event that could be more than text "
        "(quotes, braces, line ends, $) arrives empty, as all of the event does in a run that a comment asks for; "
        "github.sha of a pull request is its head"
    )
    journal.note(Diagnostic("payload-text-withheld", "note", message))
    if webhook.withheld:
        message = "a pull request from a fork waits for /ok-to-test of a member, and then runs with all Secrets"
        journal.note(Diagnostic("forks-approved", "note", message, event.span))
