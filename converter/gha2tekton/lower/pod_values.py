"""What a Pod must be told before it starts and only the run knows: a Task before the job works it out.

Images and variables of sidecars are fields of the Pod, which a param reaches and the scripts of its own steps do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gha2tekton.expression import Template, references
from gha2tekton.journal import Journal
from gha2tekton.lower import runtime
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.environment import leg_count, waited_for
from gha2tekton.lower.legs import leg_carrier
from gha2tekton.lower.open_names import computed_parts
from gha2tekton.lower.params import COMPUTED, declarations
from gha2tekton.lower.settings import ARTIFACTS, BUSYBOX, MANAGED, WORKSPACES
from gha2tekton.lower.values import escaped
from gha2tekton.lower.words import safe
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.scope import context_of
from gha2tekton.record import Record, field, replace
from gha2tekton.shell.quote import word
from gha2tekton.tekton.model import Container, EnvVar, Result, Task, When, Workspace
from gha2tekton.tekton.names import Namespace
from gha2tekton.workflow.model import Value, Workflow

POD = "pod"
"""What the names of such a Task and its place end with."""
STARTS = "starts"
_HANDED = frozenset("github inputs matrix needs strategy vars".split())
"""Contexts of which a Task before the job has what the job has."""


class Told(Record, frozen=True):
    """What the Tasks of one leg wait for, and what they are told by the Task that works it out."""

    after: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    when: tuple[When, ...] = ()


def with_values(job: JobPlan, workflow: Workflow) -> JobPlan:
    """The job with the names of what must be worked out for its Pod; refused where no Task before it can."""
    names, carrier = Namespace(), leg_carrier(workflow, job)
    found: dict[str, str] = {}
    for key, said, template, name, _ in _told(job):
        if carrier.tekton(template) is not None or context_of(template) == "secrets":
            continue
        if why := _beyond(job, template, leg_carrier(workflow, job)):
            return replace(job, refused=_by_hand(job, key, said, why))
        if key not in found:
            found[key] = names.take(f"pod-{name}")
    return replace(job, computed=found)


def told(job: JobPlan, value: Value, template: Template, carrier: Carrier) -> str | None:
    """A text of the Pod, with params for what is not in the workflow; None where neither Tekton nor a Task fills it."""
    name = job.computed.get(value.path)
    if name is None:
        return carrier.tekton(template)
    carrier.params[name] = (COMPUTED, value.path)
    return f"$(params.{name})"


def by_leg(job: JobPlan) -> bool:
    """Whether what is worked out differs from leg to leg."""
    templates = (template for key, _, template, _, _ in _told(job) if key in job.computed)
    roots = {path[0].lower() for template in templates for path in _read(template)}
    return len(job.legs) > 1 and not roots.isdisjoint(("matrix", "strategy"))


def told_by(job: JobPlan, place: str) -> Told:
    """What a leg takes from the PipelineTask that works its values out."""
    values = {name: f"$(tasks.{place}.results.{name})" for name in job.computed.values()}
    return Told((place,), values, (When(f"$(tasks.{place}.results.{STARTS})", ("true",)),))


def values_task(plan: Plan, job: JobPlan, name: str, carrier: Carrier) -> Task:
    """The Task; ``carrier`` takes what it must be given."""
    states = " ".join(_states(plan, job, carrier))
    env = [*([EnvVar("GHA_STATES", states)] if states else []), *waited_for(plan, job)]
    results = [Result(STARTS, "true where the job is to start")]
    words = [f"$(results.{STARTS}.path)"]
    for key, template, kind in {key: (key, template, kind) for key, _, template, _, kind in _told(job)}.values():
        if (param := job.computed.get(key)) is not None:
            env.append(EnvVar(f"GHA_VALUE_{len(results)}", escaped(carrier.text(template))))
            words += [kind, key, f"$(results.{param}.path)"]
            results.append(Result(param, f"what {key} comes to"))
    env += _conditions(job, carrier)
    script = f"#!/bin/sh\nexec {runtime.PLACE}/pod-values {' '.join(map(_quoted, words))}\n"
    step = Container("values", BUSYBOX, script, env=(*env, *carrier.variables.values()), mounts=(runtime.MOUNT,))
    state = (Workspace(ARTIFACTS, WORKSPACES[ARTIFACTS], f"/workspaces/{ARTIFACTS}"),) if job.state else ()
    return Task(
        name,
        (replace(step, env_from=tuple(carrier.sources.values())),),
        f"Works out what the Pod of jobs.{job.job.id} must be told before it starts",
        dict(MANAGED),
        params=declarations(carrier.params),
        workspaces=state,
        results=tuple(results),
        volumes=(runtime.volume(script),),
    )


def account(job: JobPlan, value: Value, journal: Journal, target: str) -> None:
    """The row of an image, which GitHub takes for none where it comes to nothing."""
    whole = len(value.template) == 1
    if value.path in job.computed and whole:
        journal.adapted(value.path, "a Task before the job works it out, and where it is empty the job fails", target)
    else:
        journal.exact(value.path, target)


def _told(job: JobPlan) -> Iterator[tuple[str, str, Template, str, str]]:
    """What the Pod is told of its containers: where it is said and how, what, a name for it, and its kind."""
    container = job.job.container
    if container is not None and not job.spread:
        yield container.image.path, container.image.text, job.image, "image", "image"
    for name, service in job.job.services.items():
        yield service.image.path, service.image.text, job.scope.fold(service.image), f"{name}-image", "image"
        for key, value in service.env.items():
            yield value.path, value.text, job.scope.fold(value), f"{name}-{key}", "text"
    for key, part in computed_parts(job):
        yield key, key, (part,), key, "part"


def _read(template: Template) -> Iterator[tuple[str, ...]]:
    for part in template:
        if not isinstance(part, str):
            yield from references(part)


def _beyond(job: JobPlan, template: Template, carrier: Carrier) -> str:
    """Why no Task before the job can work a text out, which ``carrier`` would bring values to; empty where one can."""
    if job.matrix:
        return "and its legs, too, are only known to the run: write it out"
    foreign = dict.fromkeys(path[0].lower() for path in _read(template) if path[0].lower() not in _HANDED)
    if "secrets" in foreign:
        return "and no other Task may tell a secret: make the whole value one secret, and give it alone"
    if foreign:
        return f"and no other Task knows {' or '.join(foreign)}: write it out"
    try:
        carrier.text(template)
    except Unsupported as problem:
        return f"and {problem}: write it out"
    return ""


def _by_hand(job: JobPlan, key: str, said: str, why: str) -> str:
    container = job.job.container
    if container is not None and key == container.image.path:
        return f"the image of its container, {said}, must be known before its Pod starts, {why}"
    what = key.removeprefix(f"{job.job.path}.")
    return f"{what}, {said}, must be known before its Pod starts, {why}"


def _states(plan: Plan, job: JobPlan, carrier: Carrier) -> list[str]:
    """Where the job, or each of its legs that the Task speaks for, tells its result."""
    place = f"$(workspaces.{ARTIFACTS}.path)/.jobs/{job.job.id.lower()}"
    if not job.state:
        return []
    if leg_count(plan, job) == 1:
        return [place]
    if not by_leg(job):
        return [f"{place}.{leg.index}" for leg in job.legs]
    carrier.params["leg"] = ("leg",)
    return [f"{place}.$(params.leg)"]


def _conditions(job: JobPlan, carrier: Carrier) -> list[EnvVar]:
    """What says whether the job runs, and whether its failure is forgiven; the job's own Task has their rows."""
    out: list[EnvVar] = []
    try:
        if job.job.condition is not None:
            said = carrier.expression(job.scope.condition(job.job.condition.tree))
            out.append(EnvVar("GHA_IF", escaped(said)))
        if job.job.continue_on_error is not None:
            said = carrier.text(job.scope.fold(job.job.continue_on_error))
            out.append(EnvVar("GHA_CONTINUE_ON_ERROR", escaped(said)))
    except Unsupported:
        # Nothing can compute it: the job's own row tells so, and it does not start.
        out.append(EnvVar("GHA_IF", "fromJSON('')"))
    return out


def _quoted(text: str) -> str:
    return f'"{text}"' if text.startswith("$(results.") else word(safe(text))
