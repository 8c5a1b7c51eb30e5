"""The same workflow as runs in ``.tekton/``, for clusters with Pipelines-as-Code.

https://pipelinesascode.com/docs/guide/matchingevents/
"""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower import cel
from gha2tekton.lower.bindings import Path, carried
from gha2tekton.lower.filters import account_filter, lower_filter
from gha2tekton.lower.listener import TriggerSettings
from gha2tekton.lower.values import sent
from gha2tekton.lower.webhooks import Webhook, webhooks
from gha2tekton.record import replace
from gha2tekton.tekton.model import Manifest, PipelineRun
from gha2tekton.tekton.names import label
from gha2tekton.workflow.model import Event, Workflow

ANNOTATION = "pipelinesascode.tekton.dev"
KEEP = "10"

_PLAIN = "^[A-Za-z0-9 ._/:,#@+=~()-]*$"
"""What may be pasted into a run's YAML, which is how Pipelines-as-Code fills it in; other text arrives empty."""

_STARTED_BY = ("opened", "synchronize", "reopened")
_REF = {"push": "body.ref", "pull_request": "'refs/pull/' + string(int(body.number)) + '/merge'"}
_SHA = {"push": "body.after", "pull_request": "body.pull_request.head.sha"}
_GITHUB = {
    "repository": "body.repository.full_name",
    "repository_owner": "body.repository.owner.login",
    "repository_id": "string(int(body.repository.id))",
    "actor": "body.sender.login",
    "triggering_actor": "body.sender.login",
}


def lower_pipelines_as_code(
    workflow: Workflow, run: PipelineRun, needed: Mapping[str, Path], settings: TriggerSettings, journal: Journal
) -> Mapping[str, tuple[Manifest, ...]]:
    """One run for each event that Pipelines-as-Code knows; the Pipeline and its Tasks belong beside them."""
    files: dict[str, tuple[Manifest, ...]] = {}
    for event in workflow.events:
        if event.name not in _REF:
            reason = "Pipelines-as-Code starts runs on push and pull_request only"
            for path in journal.open_leaves(event.path):
                journal.manual(path, reason)
            continue
        webhook = webhooks()[event.name]
        file = f".tekton/{label(f'{settings.name}-{webhook.slug}')}.yaml"
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
    filter_ = lower_filter(event, webhook, "", settings.full_name, listed=True)
    conditions = [f"event == {cel.quote(event.name)}", *filter_.conditions]
    conditions += [filter_.changed_files] if filter_.changed_files else []
    annotations = {f"{ANNOTATION}/on-cel-expression": cel.every(conditions), f"{ANNOTATION}/max-keep-runs": KEEP}
    cancel = workflow.concurrency.cancel_in_progress if workflow.concurrency else None
    if cancel and cancel.raw is True:
        annotations[f"{ANNOTATION}/cancel-in-progress"] = "true"
    values = {name: _value(path, event, workflow) for name, path in needed.items() if carried(path)}
    made = replace(run, generate_name=f"{label(f'{settings.name}-{webhook.slug}')}-", params={**run.params, **values})
    manifest = made.manifest()
    manifest["metadata"] = manifest["metadata"] | {"annotations": annotations}
    return manifest


def _value(path: Path, event: Event, workflow: Workflow) -> str:
    root, name = path[0].lower(), path[1].lower()
    if root == "git":
        return {
            "url": "{{ repo_url }}",
            "revision": _filled(_REF[event.name]) if event.name == "pull_request" else "{{ revision }}",
        }.get(name, "{{ revision }}")
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
            return _filled(_REF[event.name])
        case "ref_name":
            number = "string(int(body.number)) + '/merge'"
            return _filled("pac.target_branch") if event.name == "push" else _filled(number)
        case "sha":
            return _filled(_SHA[event.name])
        case "head_ref" | "base_ref":
            side = name.removesuffix("_ref")
            return _filled(f"body.pull_request.{side}.ref") if event.name == "pull_request" else ""
        case _:
            return _filled(_GITHUB[name]) if name in _GITHUB else ""


def _payload(path: Path) -> str:
    """A field of the payload, where it is text or a number."""
    if not path or "*" in path:
        return ""
    field = cel.field([part.lower() for part in path])
    written = f"type({field}) == double ? string(int({field})) : string({field})"
    return f"{{{{ cel: {cel.present([part.lower() for part in path])} ? {_checked(f'({written})')} : '' }}}}"


def _filled(expression: str) -> str:
    return f"{{{{ cel: {_checked(f'({expression})')} }}}}"


def _checked(expression: str) -> str:
    return f"({expression}.matches('{_PLAIN}') ? {expression} : '')"


def _account(event: Event, webhook: Webhook, file: str, journal: Journal) -> None:
    for leaf in event.types:
        if leaf.text not in _STARTED_BY:
            journal.manual(leaf.path, "Pipelines-as-Code starts no run for this type", file)
    account_filter(event, webhook, file, journal, listed=True)
    if event.path in journal.open_leaves(event.path):
        journal.exact(event.path, file)
    message = (
        "Pipelines-as-Code pastes values into a run's YAML: text of an event that could be more than text "
        "(quotes, braces, line ends, $) arrives empty; github.sha of a pull request is its head"
    )
    journal.note(Diagnostic("payload-text-withheld", "note", message))
    if webhook.withheld:
        message = "a pull request from a fork waits for /ok-to-test of a member, and then runs with all Secrets"
        journal.note(Diagnostic("forks-approved", "note", message, event.span))
