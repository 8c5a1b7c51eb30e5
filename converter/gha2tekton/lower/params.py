"""The params of a Pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gha2tekton.lower.carrier import EVERY, JSON, Path
from gha2tekton.lower.triggers.bindings import input_default
from gha2tekton.lower.values import sent
from gha2tekton.record import replace
from gha2tekton.tekton.model import Param, Task
from gha2tekton.tekton.run import TaskRunSpec
from gha2tekton.workflow.model import Input, Workflow

_OWN: Mapping[Path, str] = {
    ("git", "url"): "Repository to fetch",
    ("git", "revision"): "Branch, tag or commit to fetch",
    ("git", "head"): "Commit that statuses are set for",
    ("leg",): "Number of the leg among those of the matrix",
    ("leg-image",): "Image that the leg runs in",
    ("image", "version"): "Version of the image that the leg asks for",
}
COMPUTED = "worked out before the job"
"""Where a param holds what a leaf of the workflow comes to: the path begins with this, and the leaf's follows."""

SIZES = {
    "gpu-count": "GPUs of the run; its taskRunSpecs carry the quantity, which no param can",
    "memory-limit": "Memory of the GPU container; its taskRunSpecs carry it",
}


def pipeline_params(
    workflow: Workflow, needed: Mapping[str, Path], images: Mapping[str, str], sizes: Mapping[str, str]
) -> list[Param]:
    """The Pipeline's params: what the repository is, what the event says, the workflow's inputs, images."""
    inputs = {item.name.lower(): item for event in workflow.events for item in event.inputs}
    out: list[Param] = []
    for name, path in sorted(needed.items(), key=lambda item: (item[1][0] != "git", item[0])):
        item = inputs.get(path[1].lower()) if path[0] == "inputs" else None
        default = sent(input_default(item)) if item else None if path[0] == "git" else ""
        out.append(Param(name, about(path, item), default))
    out += [Param(name, "Image that computes", image) for name, image in images.items()]
    out += [Param(name, SIZES[name], value) for name, value in sizes.items()]
    return out


def declarations(paths: Mapping[str, Path]) -> tuple[Param, ...]:
    """The params of a Task that is given context values."""
    return tuple(Param(name, about(path)) for name, path in paths.items())


def about(path: Path, item: Input | None = None) -> str:
    """What a param holds: the words of the input that it is, else the name of the context value."""
    if item is not None:
        return _about(item)
    if path[0] == JSON:
        return "matrix as JSON" if path[1] == EVERY else f"matrix.{path[1]} as JSON"
    return f"what {path[1]} comes to" if path[0] == COMPUTED else _OWN.get(path, ".".join(path))


def _about(item: Input) -> str:
    """An input in its own words, and what it takes: a webhook is held to that, people are told."""
    description = (item.description.literal or "") if item.description else ""
    choices = ", ".join(option.text for option in item.options)
    takes = {"choice": f"one of {choices}", "boolean": "true or false", "number": "a number"}.get(item.type, "")
    words = " ".join(description.split()) or f"inputs.{item.name}"
    return f"{words} ({takes})" if takes else words


def described(tasks: Iterable[Task], params: Iterable[Param]) -> tuple[Task, ...]:
    """Tasks whose params say what they are, as the Pipeline's of the same name do."""
    told = {param.name: param.description for param in params}
    return tuple(
        replace(task, params=tuple(replace(p, description=told.get(p.name) or p.description) for p in task.params))
        for task in tasks
    )


def quantities(specs: Sequence[TaskRunSpec], gpu_resource: str) -> dict[str, str]:
    """The quantities of GPU containers that are the same for all of them, by the name of their param."""
    names = {gpu_resource: "gpu-count", "memory": "memory-limit"}
    said = {name: {spec.limits[name] for spec in specs if name in spec.limits} for name in names}
    return {names[name]: min(values) for name, values in said.items() if len(values) == 1}


def by_text(spec: TaskRunSpec, sizes: Mapping[str, str], gpu_resource: str) -> TaskRunSpec:
    """Quantities as text of the TriggerTemplate, the one place where a param can reach them."""
    names = {gpu_resource: "gpu-count", "memory": "memory-limit"}
    texts = {name: f"$(tt.params.{param})" for name, param in names.items() if param in sizes}
    return replace(spec, limits={name: texts.get(name, value) for name, value in spec.limits.items()})
