"""The plan for people: where each step runs, and why."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.expression import unparse_template
from gha2tekton.plan.model import JobPlan, PlannedStep


def render(conversions: Sequence[Conversion]) -> str:
    """Jobs, their layout and stages, each step with role and effects."""
    lines: list[str] = []
    for conversion in conversions:
        lines.append(conversion.source.name)
        for job in conversion.plan.jobs if conversion.plan else ():
            lines += _job(job)
    return "\n".join(lines) + "\n"


def _job(job: JobPlan) -> list[str]:
    if job.refused:
        return [f"  job {job.job.id}: by hand: {job.refused}"]
    legs = f", {len(job.legs)} legs" if len(job.legs) > 1 else ""
    lines = [f"  job {job.job.id}: layout {job.layout}: {job.why}; image {unparse_template(job.image)}{legs}"]
    for stage in job.stages:
        gpu = f", {stage.gpu} GPU" if stage.gpu else ""
        gated = ", only if nothing failed" if stage.gated else ""
        lines.append(f"    {stage.role or 'the whole job'}{gpu}{gated}")
        for item in stage.containers:
            role = "step" if item.name == stage.native else "sidecar"
            lines.append(f"      {role} {item.name}: {item.image or 'builds images'}")
        lines += [f"      beside the step: {stage.beside}"] if stage.beside else []
        lines += [_step(step, 6) for step in stage.steps]
    return lines


def _step(step: PlannedStep, indent: int) -> str:
    effects = f" [{', '.join(sorted(step.effects))}]" if step.effects else ""
    note = f": by hand: {step.refused}" if step.refused else ""
    line = f"{' ' * indent}{step.title}{effects}{note}"
    return "\n".join([line, *(_step(inner, indent + 2) for inner in step.inner)])
