"""What the runtime must know of a job, as variables of its containers."""

from __future__ import annotations

from collections.abc import Iterator

from gha2tekton.journal import SAME_AS_DEFAULT, Journal
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.limits import limit
from gha2tekton.lower.settings import ARTIFACTS, CACHE, SOURCE, STATE
from gha2tekton.lower.values import escaped, written
from gha2tekton.lower.words import fits, usual
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.tools import PIP
from gha2tekton.record import Record
from gha2tekton.tekton.model import EnvVar
from gha2tekton.workflow.matrix import fails_fast
from gha2tekton.workflow.model import Job, Value, Workflow
from gha2tekton.workflow.needs import ancestors
from gha2tekton.workflow.results import word

_NAMED = tuple(
    f"GITHUB_{name}"
    for name in (
        "REF SHA REPOSITORY EVENT_NAME ACTOR RUN_ID RUN_NUMBER HEAD_REF BASE_REF REF_NAME REPOSITORY_OWNER".split()
    )
)
"""Default variables that an event brings, given to a Task whose scripts name them."""

_OWN = frozenset(
    f"GITHUB_{name}"
    for name in (
        "ACTION ACTIONS ACTOR ACTOR_ID API_URL BASE_REF ENV EVENT_NAME EVENT_PATH GRAPHQL_URL HEAD_REF JOB OUTPUT PATH "
        "REF REPOSITORY RETENTION_DAYS SERVER_URL SHA STATE STEP_SUMMARY TRIGGERING_ACTOR WORKFLOW WORKSPACE".split()
    )
) | frozenset(f"RUNNER_{name}" for name in "ARCH DEBUG ENVIRONMENT NAME OS TEMP TOOL_CACHE WORKSPACE".split())
_OWN_FAMILIES = ("GITHUB_ACTION_", "GITHUB_REF_", "GITHUB_REPOSITORY_", "GITHUB_RUN_", "GITHUB_WORKFLOW_")
"""Variables of the runner's own, which no one can set; GITHUB_TOKEN and others of such names are a workflow's.

https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

_USUAL = ("success()", "true")
"""Conditions of a job that say what holds for one without."""


class Declared(Record, frozen=True):
    """Variables for the container, and those that the runtime must compute."""

    now: tuple[EnvVar, ...]
    later: tuple[tuple[str, str], ...]
    wrong: tuple[str, ...] = ()
    """What cannot be set: the job must not go on without it."""


def given_env(workflow: Workflow, job: JobPlan, carrier: Carrier, journal: Journal, target: str) -> Declared:
    """Workflow and job env: values for the container, and those that the runtime must compute."""
    wrong: list[str] = []
    now: dict[str, EnvVar] = {}
    later: dict[str, str] = {}
    for name, value in {**workflow.env, **job.job.env}.items():
        if not name:
            journal.manual(value.path, "a whole environment given by an expression: write the variables out", target)
            continue
        if name in _OWN or name.startswith(_OWN_FAMILIES):
            journal.dropped(value.path, "superseded", "GitHub gives steps its own variable of this name")
            continue
        template = job.scope.fold(value)
        text = carrier.tekton(written(template))
        later.pop(name, None)
        now.pop(name, None)
        try:
            # What a param brings may be written for the way; in the midst of a text the runtime would not know it.
            plain = len(template) == 1 or all(isinstance(part, str) or carrier.trusts(part) for part in template)
            plain = plain and all(fits(part) for part in template if isinstance(part, str))
            if text is not None and plain and usual(name):
                now[name] = EnvVar(name, text)
            else:
                later[name] = carrier.text(template)
            again = job.job.repeats.get(value.path)
            journal.exact(value.path, target, reason=f"repeats {again}" if again else "")
        except Unsupported as problem:
            journal.manual(value.path, str(problem), target)
            wrong.append(f"{name}: {problem}")
    return Declared(tuple(now.values()), tuple(later.items()), tuple(wrong))


def known(
    plan: Plan, job: JobPlan, index: int, carrier: Carrier, script: str, journal: Journal, target: str
) -> list[EnvVar]:
    """What the runtime must know of the job."""
    legs = bool(job.matrix) or leg_count(plan, job) > 1
    out = [*_places(job, carrier, legs), *(_stage(job, index) if job.layout == "stages" else ())]
    out += [*waited_for(plan, job), *_conditions(job, carrier, journal, target)]
    out += limit(job, carrier, journal) if index == 0 else []
    out += _ended(plan, job, carrier, journal, target, legs) if job.state else []
    if carrier.whole_env:
        out.append(EnvVar("GHA_ENV", " ".join(dict.fromkeys((*plan.workflow.env, *job.job.env)))))
    script = f"{script}\n{' '.join(sorted(job.asked))}"
    if "GITHUB_WORKFLOW" in script:
        out.append(EnvVar("GITHUB_WORKFLOW", escaped(plan.workflow.title)))
    for name in _NAMED:
        if name in script:
            carrier.github(name.removeprefix("GITHUB_").lower())
    if "GITHUB_EVENT_PATH" in script:
        carrier.event()
    return out


def _places(job: JobPlan, carrier: Carrier, legs: bool) -> list[EnvVar]:
    """Where the job, or each of its ``legs``, has its files."""
    shared, kept = f"$(workspaces.{ARTIFACTS}.path)", f"$(workspaces.{CACHE}.path)"
    place = f"{shared}/.jobs/{job.job.id.lower()}"
    state = f"$(workspaces.{STATE}.path)/state" if job.layout == "stages" else "/gha2tekton-state"
    if job.state:
        state = place + (".$(params.leg)" if legs else "")
    out = [
        EnvVar("GHA_JOB", job.job.id),
        EnvVar("GHA_STATE", state),
        EnvVar("GITHUB_WORKSPACE", f"$(workspaces.{SOURCE}.path)"),
    ]
    if job.job.own_id:
        out.append(EnvVar("GITHUB_JOB", job.job.own_id))
    if job.job.container is not None:
        out.append(EnvVar("GHA_CONTAINER", "true"))
    if legs and job.state:
        carrier.params["leg"] = ("leg",)
    if job.matrix:
        out += [EnvVar("GHA_LEG", "$(params.leg)"), EnvVar("GHA_LEG_FILES", f"{place}/legs")]
    if job.artifacts:
        out.append(EnvVar("GHA_ARTIFACTS", f"{shared}/artifacts"))
    if job.cache:
        out.append(EnvVar("GHA_CACHE", kept))
    if job.kept:
        out.append(EnvVar("GHA_KEPT", f"{kept}/.artifacts"))
        for name in ("ref", "sha", "run_id"):
            carrier.github(name)
    return out


def _stage(job: JobPlan, index: int) -> list[EnvVar]:
    """Which part of the job a Task is, and what it has from the one before."""
    roles = [stage.role or "" for stage in job.stages]
    out = [EnvVar("GHA_STAGE", roles[index])]
    if index:
        out.append(EnvVar("GHA_AFTER", roles[index - 1]))
    if index < len(roles) - 1:
        out += [EnvVar("GHA_LAST", "false"), EnvVar("GHA_RESULT_GO", "$(results.go.path)")]
    out.append(EnvVar("GHA_HOME", f"$(workspaces.{STATE}.path)/home"))
    installs = any(PIP in line for stage in job.stages for line in stage.supplies)
    # The environment is of the job's image: what is called in another has its own.
    if not job.stages[index].native and (installs or any("python" in step.effects for step in job.walk())):
        out.append(EnvVar("GHA_VENV", f"$(workspaces.{STATE}.path)/venv"))
    return out


def _ended(plan: Plan, job: JobPlan, carrier: Carrier, journal: Journal, target: str, legs: bool) -> list[EnvVar]:
    """What ends the job while it runs: other ``legs`` of it, or of a call, that fail."""
    out: list[EnvVar] = []
    fast = job.job.strategy.fail_fast if job.job.strategy else None
    if fast is not None and fast.literal is not None and legs:
        journal.exact(fast.path, target, reason="same as default" if fails_fast(job.job.strategy) else "")
    if legs and fails_fast(job.job.strategy):
        out.append(EnvVar("GHA_FAIL_FAST", _fail_fast(job, fast, carrier, journal, target)))
    if job.job.rivals:
        out.append(EnvVar("GHA_RIVALS", " ".join(_rivals(plan, job.job))))
    return out


def _rivals(plan: Plan, job: Job) -> Iterator[str]:
    """Where the jobs tell of themselves that end this one by failing; legs have a number each."""
    for id in (name.lower() for name in job.rivals):
        legs = any(other.matrix or leg_count(plan, other) > 1 for other in plan.jobs if other.job.id.lower() == id)
        yield f"{id}.*" if legs else id


def _fail_fast(job: JobPlan, value: Value | None, carrier: Carrier, journal: Journal, target: str) -> str:
    """Whether a leg that fails cancels the others, as far as that is known."""
    if value is None or value.literal is not None:
        return "true"
    try:
        template = job.scope.fold(value)
        text = carrier.tekton(template)
        said = escaped(carrier.text(template)) if text is None else text
    except Unsupported as problem:
        journal.adapted(value.path, f"taken for true: {problem}", target)
        return "true"
    journal.exact(value.path, target)
    return said


def waited_for(plan: Plan, job: JobPlan) -> list[EnvVar]:
    """Where the jobs that a job needs tell of themselves, and how many legs they have."""
    if not job.state or not job.job.needs:
        return []
    above = ancestors(job.job, plan.workflow)
    several: list[str] = []
    for name in above:
        plans = [other for other in plan.jobs if other.job.id.lower() == name]
        count = sum(len(other.legs) for other in plans)
        if any(other.matrix for other in plans):
            several.append(f"{name}:*")
        elif count > 1:
            several.append(f"{name}:{count}")
    needed = _words(job.job)
    spoken_of = above if job.job.above is None else job.job.above
    out = [EnvVar("GHA_NEEDS", f"$(workspaces.{ARTIFACTS}.path)/.jobs"), EnvVar("GHA_NEEDED", " ".join(needed))]
    if set(spoken_of) != {said.partition("=")[2] or said.removeprefix("-") for said in needed}:
        out.append(EnvVar("GHA_ANCESTORS", " ".join(spoken_of)))
    return [*out, EnvVar("GHA_LEGS", " ".join(several))] if several else out


def _words(job: Job) -> tuple[str, ...]:
    """What a job needs, as the runtime is told: see contexts.awk."""
    whole = {id.lower(): (name, ids) for name, ids in job.calls.items() for id in ids}
    words: dict[str, None] = {}
    for id in job.needed:
        name, ids = whole.get(id, (id, ()))
        hidden = "-" if name in job.borrowed else ""
        words[f"{hidden}{name}={word(ids)}" if ids else f"{hidden}{name}"] = None
    return tuple(words)


def _conditions(job: JobPlan, carrier: Carrier, journal: Journal, target: str) -> list[EnvVar]:
    out: list[EnvVar] = []
    condition = job.job.condition
    if condition is not None:
        try:
            said = carrier.expression(job.scope.condition(condition.tree))
            out.append(EnvVar("GHA_IF", escaped(said)))
            journal.exact(condition.value.path, target, reason=SAME_AS_DEFAULT if said in _USUAL else "")
        except Unsupported as problem:
            journal.manual(condition.value.path, str(problem))
            out.append(EnvVar("GHA_IF", "fromJSON('')"))
    elif job.state and job.job.needs:
        out.append(EnvVar("GHA_IF", "success()"))
    if job.job.continue_on_error is not None:
        template = job.scope.fold(job.job.continue_on_error)
        try:
            text = carrier.tekton(template)
            out.append(EnvVar("GHA_CONTINUE_ON_ERROR", escaped(carrier.text(template)) if text is None else text))
            journal.exact(job.job.continue_on_error.path, target)
        except Unsupported as problem:
            journal.manual(job.job.continue_on_error.path, str(problem))
    return out


def leg_count(plan: Plan, job: JobPlan) -> int:
    """How many legs a job has over all its Tasks."""
    return sum(len(other.legs) for other in plan.parts(job))
