"""Digests put behind the images of a workflow's Tasks, and what has none told."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.pins import pinned
from gha2tekton.record import replace
from gha2tekton.tekton.model import Container, Param, Task
from gha2tekton.tekton.run import PipelineRun


def with_digests(lowered: LoweredWorkflow, pins: Mapping[str, str], journal: Journal) -> LoweredWorkflow:
    """The workflow with every image that the pins name at its digest."""
    if not pins:
        return lowered
    params = {name for task in lowered.tasks for name in _params(task)}
    tasks = tuple(_task(task, pins) for task in lowered.tasks)
    images = {each.image for task in tasks for each in (*task.steps, *task.sidecars)}
    images -= {f"$(params.{name})" for name in params}
    images |= {param.default or "" for task in tasks for param in task.params if param.name in params}
    for image in sorted(images):
        if image and "@" not in image:
            journal.note(Diagnostic("image-unpinned", "note", f"{image} has no digest"))
    declared = tuple(_param(param, params, pins) for param in lowered.pipeline.params)
    return replace(
        lowered,
        tasks=tasks,
        pipeline=replace(lowered.pipeline, params=declared),
        run=_run(lowered.run, params, pins),
        template_run=_run(lowered.template_run, params, pins),
    )


def _params(task: Task) -> set[str]:
    """Those params of a Task that are images by themselves."""
    used = {each.image for each in (*task.steps, *task.sidecars)}
    return {param.name for param in task.params if f"$(params.{param.name})" in used}


def _task(task: Task, pins: Mapping[str, str]) -> Task:
    params = tuple(_param(param, _params(task), pins) for param in task.params)
    steps, sidecars = (tuple(_container(each, pins) for each in group) for group in (task.steps, task.sidecars))
    return replace(task, steps=steps, sidecars=sidecars, params=params)


def _container(container: Container, pins: Mapping[str, str]) -> Container:
    return replace(container, image=pinned(container.image, pins))


def _param(param: Param, names: set[str], pins: Mapping[str, str]) -> Param:
    named = param.name in names and param.default
    return replace(param, default=pinned(param.default or "", pins)) if named else param


def _run(run: PipelineRun, names: set[str], pins: Mapping[str, str]) -> PipelineRun:
    values = {name: pinned(value, pins) if name in names and value else value for name, value in run.params.items()}
    return replace(run, params=values)
