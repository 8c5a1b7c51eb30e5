"""A PipelineRun, and what one of its Tasks gets beyond the rest."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.record import Record, field
from gha2tekton.tekton.model import PIPELINE_API, Manifest, compact, manifests, resources


class TaskRunSpec(Record, frozen=True):
    """What one PipelineTask of a run gets beyond the rest: the GPU of its one GPU container above all."""

    task: str
    step: str = ""
    sidecar: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)
    pod_template: Manifest = field(default_factory=dict)
    service_account: str = ""

    def manifest(self) -> Manifest:
        given = resources(self.limits, {})
        return compact(
            pipelineTaskName=self.task,
            serviceAccountName=self.service_account,
            podTemplate=self.pod_template,
            stepSpecs=[{"name": self.step, "computeResources": given}] if self.step else None,
            sidecarSpecs=[{"name": self.sidecar, "computeResources": given}] if self.sidecar else None,
        )


class PipelineRun(Record, frozen=True):
    """A run; ``workspaces`` are complete bindings, ``generate_name`` makes it one for ``kubectl create``."""

    generate_name: str
    pipeline: str
    service_account: str
    timeout: str
    labels: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    workspaces: tuple[Manifest, ...] = ()
    pod_template: Manifest = field(default_factory=dict)
    task_run_specs: tuple[TaskRunSpec, ...] = ()

    def manifest(self) -> Manifest:
        return {
            "apiVersion": PIPELINE_API,
            "kind": "PipelineRun",
            "metadata": compact(generateName=self.generate_name, labels=dict(self.labels)),
            "spec": compact(
                pipelineRef={"name": self.pipeline},
                params=[{"name": name, "value": value} for name, value in self.params.items()],
                timeouts={"pipeline": self.timeout},
                taskRunTemplate=compact(serviceAccountName=self.service_account, podTemplate=self.pod_template),
                taskRunSpecs=manifests(self.task_run_specs),
                workspaces=list(self.workspaces),
            ),
        }
