"""What GitHub hears of a run: a commit status for the workflow's jobs, under the names that branch protection knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gha2tekton.expression import fold_template
from gha2tekton.journal import Journal
from gha2tekton.lower.concurrency import holders
from gha2tekton.lower.fan_out import ANY, IMAGE_OF
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.lower.pod_values import STARTS
from gha2tekton.lower.status import PATHS, TASK, Check, pending, status_params, status_task, verdict
from gha2tekton.lower.triggers.listener import TriggerSettings, ask_for_token
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.scope import literal
from gha2tekton.record import replace
from gha2tekton.tekton.model import Param, PipelineTask
from gha2tekton.tekton.names import Namespace
from gha2tekton.workflow.matrix import Leg, job_name

_DECIDES = re.compile(rf"\$\(tasks\.([^.]+)\.results\.(?:{STARTS}|{ANY}|{IMAGE_OF}-\d+)\)")


def with_checks(
    lowered: LoweredWorkflow, plan: Plan, settings: TriggerSettings, target_url: str, journal: Journal
) -> LoweredWorkflow:
    """The workflow with a first and a last task that set a commit status for each job and leg."""
    checks = _one_of_each_name(_checks(lowered, plan))
    if not checks:
        return lowered
    task_names, places = Namespace(), Namespace()
    for named in lowered.tasks:
        task_names.take(named.name)
    for place in (*lowered.pipeline.tasks, *lowered.pipeline.finally_):
        places.take(place.name)
    task = status_task(task_names.take(f"{settings.name}-{TASK}"), settings.token_secret)
    params = tuple(
        Param(param.name, param.description, target_url) if param.name.endswith("-url") else param
        for param in status_params()
    )
    pipeline = replace(
        lowered.pipeline,
        params=(*lowered.pipeline.params, *params),
        tasks=(pending(places.take(f"{TASK}-pending"), task.name, checks), *lowered.pipeline.tasks),
        finally_=(*lowered.pipeline.finally_, verdict(places.take(TASK), task.name, checks)),
    )
    for job in plan.jobs:
        unnamed = replace(job, job=replace(job.job, name=None, id=job.job.id.replace("--", " / ")))
        told = any(_name(job, leg) != _name(unnamed, leg) for leg in job.legs)
        if told and job.job.name is not None and journal.knows(job.job.name.path) and not job.refused:
            journal.exact(job.job.name.path, "pipeline.yaml")
    ask_for_token(settings, "sets commit statuses: it needs the right to write them (repo:status)", journal)
    return replace(lowered, tasks=(*lowered.tasks, task), pipeline=pipeline, needed={**lowered.needed, **PATHS})


def _checks(lowered: LoweredWorkflow, plan: Plan) -> Iterator[Check]:
    legs: dict[str, list[str]] = {}
    for job in plan.jobs:
        known = legs.setdefault(job.job.id.lower(), [])
        if not job.refused or not known:
            known += [_name(job, leg) for leg in job.legs]
    groups = holders(lowered.pipeline.tasks)
    deciders = {task.name: place for task in lowered.pipeline.tasks for place in _deciders(task)}
    for id, places in lowered.ends.items():
        names = legs.get(id, [])
        if any(job.spread and job.job.id.lower() == id for job in plan.jobs):
            # As many of them run as the legs have images; one verdict speaks of all.
            told = (deciders[places[0]], *places)
            yield Check(names[0], "".join(f"$(tasks.{place}.status)" for place in told))
            continue
        for index, place in enumerate(places):
            held = f"$(tasks.{groups[place]}.status) " if place in groups else ""
            # A job that was never started, for want of an image or of legs, is not one that was skipped.
            held += f"$(tasks.{deciders[place]}.status)" if place in deciders else ""
            yield Check(names[index] if index < len(names) else place, f"{held}$(tasks.{place}.status)")


def _deciders(task: PipelineTask) -> Iterator[str]:
    """The task that says whether this one is started, by what it worked out."""
    for when in task.when:
        if found := _DECIDES.fullmatch(when.input):
            yield found[1]


def _one_of_each_name(checks: Iterable[Check]) -> tuple[Check, ...]:
    """A status takes the place of an earlier one of its name, which GitHub compares without case: the worst must speak.

    Verdicts that are joined without a space are those of one check, and a failure among them is its own.
    """
    found: dict[str, Check] = {}
    for check in checks:
        key = " ".join(check.name.split()).casefold()
        earlier = found.get(key)
        found[key] = (
            replace(earlier, verdict=f"{earlier.verdict}{check.verdict}".replace(" ", "")) if earlier else check
        )
    return tuple(found.values())


def _name(job: JobPlan, leg: Leg) -> str:
    """What GitHub calls the check of a job: a name that says nothing of the leg has it in parentheses behind.

    A name that the run alone knows is the job's id here, with the call's before it.
    """
    template = job.job.name.template if job.job.name else (job.job.id,)
    name = literal(fold_template(template, {**job.scope.known, "matrix": dict(leg.values)}))
    written = all(isinstance(part, str) for part in template)
    shown = name or job.job.id.replace("--", " / ")
    if not leg.name or (not written and name):
        return shown
    call, of, own = shown.rpartition(" / ")
    return f"{call}{of}{job_name(own, leg)}"
