"""What lowering a workflow gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton.lower.carrier import Path
from gha2tekton.record import Record, field
from gha2tekton.tekton.model import Manifest, Pipeline, Task
from gha2tekton.tekton.run import PipelineRun


class LoweredWorkflow(Record, frozen=True):
    """Everything of a workflow but its triggers; ``needed`` are the Pipeline's params with their context paths."""

    tasks: tuple[Task, ...]
    pipeline: Pipeline
    run: PipelineRun
    template_run: PipelineRun
    needed: Mapping[str, Path]
    files: Mapping[str, Manifest]
    claim: str
    defaults: Mapping[str, str]
    """Params of the TriggerTemplate beyond the event's: the GPU count and memory."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The files of each job's Tasks."""
    ends: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The PipelineTasks that tell each job's result, a leg each, by the job's id in lower case."""

    @property
    def homes(self) -> Mapping[str, str]:
        """The file of each job's first Task."""
        return {name: files[0] for name, files in self.own.items()}
