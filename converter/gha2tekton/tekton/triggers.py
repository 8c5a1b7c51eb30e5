"""Triggers of ``triggers.tekton.dev/v1beta1``, as much as is emitted; ``manifest()`` gives plain data for the writer.

https://tekton.dev/docs/triggers/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.record import Record, field
from gha2tekton.tekton.model import Manifest, compact, manifests
from gha2tekton.tekton.run import PipelineRun

TRIGGERS_API = "triggers.tekton.dev/v1beta1"


class Interceptor(Record, frozen=True):
    """A cluster interceptor and its params, which may be any plain data."""

    name: str
    params: Mapping[str, Any]

    def manifest(self) -> Manifest:
        params = [{"name": name, "value": value} for name, value in self.params.items()]
        return {"ref": {"name": self.name, "kind": "ClusterInterceptor"}, "params": params}


class TriggerBinding(Record, frozen=True):
    """Values for a template's params; an empty value is a value."""

    name: str
    values: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)

    def manifest(self) -> Manifest:
        return {
            "apiVersion": TRIGGERS_API,
            "kind": "TriggerBinding",
            "metadata": compact(name=self.name, labels=dict(self.labels)),
            "spec": {"params": [{"name": name, "value": value} for name, value in self.values.items()]},
        }


class Trigger(Record, frozen=True):
    """Interceptors in their order, a binding (none where empty), a template, and labels that listeners select by."""

    name: str
    interceptors: tuple[Interceptor, ...]
    binding: str
    template: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def manifest(self) -> Manifest:
        return {
            "apiVersion": TRIGGERS_API,
            "kind": "Trigger",
            "metadata": compact(name=self.name, labels=dict(self.labels)),
            "spec": compact(
                interceptors=manifests(self.interceptors),
                bindings=[{"ref": self.binding, "kind": "TriggerBinding"}] if self.binding else None,
                template={"ref": self.template},
            ),
        }


class TemplateParam(Record, frozen=True):
    """A param of a template; without ``default`` the binding must give it, else the event is lost."""

    name: str
    description: str = ""
    default: str | None = None

    def manifest(self) -> Manifest:
        out = compact(name=self.name, description=self.description)
        return out if self.default is None else out | {"default": self.default}


class TriggerTemplate(Record, frozen=True):
    """What an event creates; ``namespace`` is the run's where it is not the listener's."""

    name: str
    params: tuple[TemplateParam, ...]
    run: PipelineRun
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""

    def manifest(self) -> Manifest:
        run = self.run.manifest()
        if self.namespace:
            run["metadata"] = run["metadata"] | {"namespace": self.namespace}
        return {
            "apiVersion": TRIGGERS_API,
            "kind": "TriggerTemplate",
            "metadata": compact(name=self.name, labels=dict(self.labels)),
            "spec": compact(params=manifests(self.params), resourcetemplates=[run]),
        }


class EventListener(Record, frozen=True):
    """Listens for every Trigger of its namespace that carries the labels of ``selector``."""

    name: str
    service_account: str
    selector: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)

    def manifest(self) -> Manifest:
        return {
            "apiVersion": TRIGGERS_API,
            "kind": "EventListener",
            "metadata": compact(name=self.name, labels=dict(self.labels)),
            "spec": {
                "serviceAccountName": self.service_account,
                "labelSelector": {"matchLabels": dict(self.selector)},
            },
        }
