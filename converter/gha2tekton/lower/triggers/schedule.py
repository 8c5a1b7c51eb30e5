"""``schedule``: a CronJob that creates the run itself, so that no listener has to be trusted or reached.

https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.journal import Diagnostic, Journal, Setup
from gha2tekton.lower.triggers.bindings import Origin, Path, scheduled
from gha2tekton.lower.triggers.listener import WORKFLOW_LABEL, TriggerSettings
from gha2tekton.manifests import dump
from gha2tekton.record import replace
from gha2tekton.tekton.model import Manifest, compact
from gha2tekton.tekton.names import label
from gha2tekton.tekton.run import PipelineRun
from gha2tekton.workflow.model import Event

FILE = "triggers/schedule.yaml"
_LIMIT = 52
"""Kubernetes adds eleven characters to a CronJob's name for its Jobs."""


def lower_schedules(
    event: Event,
    origin: Origin,
    run: PipelineRun,
    needed: Mapping[str, Path],
    settings: TriggerSettings,
    journal: Journal,
) -> tuple[Manifest, ...]:
    """One CronJob and the run it creates for every entry of ``schedule``."""
    out: list[Manifest] = []
    labels = {**settings.labels, WORKFLOW_LABEL: label(settings.name)}
    empty: tuple[str, ...] = ()
    for index, entry in enumerate(event.schedules):
        suffix = "" if len(event.schedules) == 1 else f"-{index + 1}"
        name = label(f"{settings.name}-schedule{suffix}", _LIMIT)
        timezone = entry.timezone.text if entry.timezone else "Etc/UTC"
        params, empty = scheduled(run, needed, origin, entry.cron.text, settings.default_branch, settings.full_name)
        made = replace(run, params=params, labels={**run.labels, **labels})
        manifest = _defaulted(made.manifest(), settings.template_defaults)
        job = _cron_job(name, " ".join(entry.cron.text.split()), timezone, labels, settings)
        out += [_held(name, manifest, labels), job]
        journal.exact(entry.cron.path, FILE)
        if entry.timezone:
            journal.exact(entry.timezone.path, FILE)
    if not settings.default_branch:
        message = "a scheduled run takes the repository's default branch as the remote names it; github.ref is empty"
        journal.note(Diagnostic("default-branch-unknown", "note", message, event.span))
    if empty:
        names = ", ".join(f"github.{name}" for name in empty)
        journal.note(Diagnostic("context-differs", "note", f"{names}: empty in a scheduled run", event.span))
    if not settings.full_name and any(path == ("git", "url") for path in needed.values()):
        why = "scheduled runs clone OWNER/REPOSITORY until it says which: no delivery tells them"
        journal.need(Setup("option", "--github-repository", why))
    return tuple(out)


def _defaulted(value: Any, defaults: Mapping[str, str]) -> Any:
    """What a template would put in: no template is between a schedule and its run."""
    match value:
        case dict():
            return {key: _defaulted(item, defaults) for key, item in value.items()}
        case list():
            return [_defaulted(item, defaults) for item in value]
        case str():
            for name, default in defaults.items():
                value = value.replace(f"$(tt.params.{name})", default)
            return value
        case _:
            return value


def _held(name: str, run: Manifest, labels: Mapping[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": compact(name=name, labels=dict(labels)),
        "data": {"pipelinerun.yaml": dump([run])},
    }


def _cron_job(
    name: str, schedule: str, timezone: str, labels: Mapping[str, str], settings: TriggerSettings
) -> Manifest:
    container = {
        "name": "create",
        "image": settings.kubectl_image,
        "args": ["create", "--filename=/run-to-create/pipelinerun.yaml"],
        "volumeMounts": [{"name": "run", "mountPath": "/run-to-create", "readOnly": True}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
    }
    pod = {
        "serviceAccountName": settings.scheduler_account,
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [{"name": "run", "configMap": {"name": name}}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": compact(name=name, labels=dict(labels)),
        "spec": {
            "schedule": schedule,
            "timeZone": timezone,
            "concurrencyPolicy": "Allow",
            "startingDeadlineSeconds": 3600,
            "jobTemplate": {"spec": {"backoffLimit": 3, "ttlSecondsAfterFinished": 86400, "template": {"spec": pod}}},
        },
    }
