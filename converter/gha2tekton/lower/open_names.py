"""Names of images that hang on what a run is told, with the params that hold it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gha2tekton.expression import Expression, parse_template
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.params import COMPUTED
from gha2tekton.lower.values import escaped
from gha2tekton.plan.model import ContainerPlan, JobPlan, Stage
from gha2tekton.plan.open_names import loose, pattern
from gha2tekton.plan.told import is_computed, said
from gha2tekton.record import replace

_PARAM = re.compile(r"(\$\(params\.[a-z0-9-]+\))")


def computed_parts(job: JobPlan) -> Iterator[tuple[str, Expression]]:
    """What a Task must work out of the images that a job calls: fields as text, and their expressions."""
    called = [one for stage in job.stages for one in stage.containers]
    names = [name for one in called for name in _names(one)]
    names += [name for build in job.builds for name in build.names]
    for part in (part for name in names if "${{" in name for part in parse_template(name)):
        path = static_path(part) if not isinstance(part, str) else None
        if not isinstance(part, str) and (path is None or is_computed(path)):
            yield said(part), part


def _names(container: ContainerPlan) -> tuple[str, ...]:
    return container.image, *(key for _, key in container.keys)


def with_params(stage: Stage, job: JobPlan, carrier: Carrier) -> Stage:
    """A stage whose containers are named by params; ``carrier`` takes these."""
    if not any(mark in text for one in stage.containers for text in _names(one) for mark in ("${{", "*")):
        return stage
    filled = (
        replace(
            one,
            image=in_params(one.image, job, carrier),
            keys=tuple((kind, in_params(key, job, carrier, spoken=True)) for kind, key in one.keys),
        )
        for one in stage.containers
    )
    return replace(stage, containers=tuple(filled))


def in_params(name: str, job: JobPlan, carrier: Carrier, spoken: bool = False) -> str:
    """A name with params for the fields in it; one that is ``spoken`` in scripts has the commit as these say it."""
    if loose(name):
        return pattern(name)
    out = ""
    for part in parse_template(name) if "${{" in name else (name,):
        if isinstance(part, str):
            out += part
        elif (param := job.computed.get(said(part))) is not None:
            carrier.params[param] = (COMPUTED, said(part))
            out += f"$(params.{param})"
        elif spoken and static_path(part) == ("github", "sha"):
            carrier.github("sha")
            out += "${{github.sha}}"
        else:
            out += carrier.tekton((part,)) or ""
    return out


def told(name: str) -> str:
    """The name of an image as a variable of a container says it: params stay, all else is escaped."""
    return "".join(part if _PARAM.fullmatch(part) else escaped(part) for part in _PARAM.split(name))
