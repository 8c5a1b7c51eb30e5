"""The Pipeline of a workflow while it is put together: what comes before a job's own Tasks, and their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton.journal import Journal
from gha2tekton.lower import supplied
from gha2tekton.lower.carrier import Path
from gha2tekton.lower.concurrency import GO, before, job_task
from gha2tekton.lower.concurrency import NAME as CONCURRENCY
from gha2tekton.lower.containers.image_builds import images_task
from gha2tekton.lower.fan_out import LEGS_MINUTES, legs_task
from gha2tekton.lower.job import JobWriter, LoweredTask
from gha2tekton.lower.legs import leg_carrier, leg_values
from gha2tekton.lower.limits import task_minutes
from gha2tekton.lower.placement import Placed, asks, own_spec
from gha2tekton.lower.places import bound, handed
from gha2tekton.lower.pod_values import Told, by_leg, told_by, values_task
from gha2tekton.lower.run import duration
from gha2tekton.lower.settings import ARTIFACTS, IMAGES_OF, Settings
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.record import replace
from gha2tekton.tekton.model import PipelineTask, Task, When
from gha2tekton.tekton.names import Namespace, label
from gha2tekton.tekton.run import TaskRunSpec
from gha2tekton.workflow.matrix import Leg


class Assembly:
    """What there is of a Pipeline so far, and the ways to add to it."""

    def __init__(self, plan: Plan, base: str, settings: Settings, journal: Journal) -> None:
        self.plan = plan
        self.base = base
        self.settings = settings
        self.journal = journal
        self.names = Namespace()
        self.task_names = Namespace()
        self.writer = JobWriter(plan.workflow, plan, settings, journal)
        self.tasks: list[Task] = []
        self.places: list[PipelineTask] = []
        self.finals: list[PipelineTask] = []
        self.own: dict[str, tuple[str, ...]] = {}
        self.ends: dict[str, list[str]] = {}
        """The last PipelineTasks of each job, which those that need it wait for."""
        self.by_hand: dict[str, str] = {}
        self.needed: dict[str, Path] = {}
        self.images: dict[str, str] = {}
        self.specs: list[TaskRunSpec] = []
        self.asked: list[Placed] = []

    def uses(self, workspace: str) -> bool:
        return any(one.workspace == workspace for place in (*self.places, *self.finals) for one in place.workspaces)

    def group(self, job: JobPlan) -> LoweredTask | None:
        """The Task that keeps a job's concurrency group, for all its legs."""
        if self.settings.concurrency != "keep" or job.job.concurrency is None:
            return None
        name = self.task_names.take(f"{self.base}-{label(job.job.id)}-{CONCURRENCY}")
        made = job_task(self.plan, job, name, leg_carrier(self.plan.workflow, job), self.journal)
        self.tasks += [made.task] if made else []
        return made

    def behind(
        self, group: LoweredTask | None, job: JobPlan, places: Sequence[str], after: tuple[str, ...], leg: Leg
    ) -> tuple[tuple[str, ...], tuple[When, ...]]:
        """What the first Task of a job waits for, and asks: its concurrency group's, where that is kept."""
        if group is None:
            return after, ()
        name = self.names.take(f"{places[0]}-{CONCURRENCY}")
        values, on_error = leg_values(leg, group.params, job.tags), "" if self.plan.chained else "continue"
        made = self.place(job, group, name, after, values, on_error, ())
        place, spec = before(made, places, self.settings, self.base)
        self.places.append(place)
        self.specs.append(spec)
        return (name,), () if self.plan.chained else (When(f"$(tasks.{name}.results.{GO})", ("true",)),)

    def told(self, job: JobPlan, name: str, place: str, waits: tuple[str, ...]) -> Mapping[int, Told]:
        """What each leg's Tasks wait for and are told, with the Task that works out what only the run knows."""
        if not job.computed:
            return {leg.index: Told(waits) for leg in job.legs}
        carrier = leg_carrier(self.plan.workflow, job)
        task = values_task(self.plan, job, self.task_names.take(name), carrier)
        self.tasks.append(task)
        supplied.ask_for_values(job, carrier, (), self.settings.namespace, self.journal)
        lowered = LoweredTask(task, job.stages[0], carrier.params, tuple(space.name for space in task.workspaces))
        on_error, out = "" if self.plan.chained else "continue", dict[int, Told]()
        for leg in job.legs:
            if by_leg(job) or not out:
                own = self.names.take(f"{place}-{leg.name}" if by_leg(job) else place)
                values = leg_values(leg, lowered.params, job.tags)
                made = self.place(replace(job, layout="job"), lowered, own, waits, values, on_error, ())
                self.places.append(replace(made, timeout=duration(LEGS_MINUTES)))
            out[leg.index] = told_by(job, own)
        return out

    def built(self, job: JobPlan, name: str, place: str, waits: tuple[str, ...]) -> tuple[str, ...]:
        """What a job waits for, with the Task that builds images for it."""
        if not job.builds:
            return waits
        lowered = images_task(self.writer, job, self.task_names.take(name))
        self.tasks.append(lowered.task)
        self.journal.retarget({IMAGES_OF.format(job.job.id): f"tasks/{lowered.task.name}.yaml"})
        # A job that is passed over is none the worse for images that could not be built.
        on_error = "" if self.plan.chained and job.job.condition is None else "continue"
        whole, name = replace(job, layout="job"), self.names.take(place)
        self.places.append(self.place(whole, lowered, name, waits, {}, on_error, ()))
        return (name,)

    def legs(self, job: JobPlan, task_name: str, place_name: str, waits: tuple[str, ...]) -> str:
        """The PipelineTask that works out the legs of a matrix only the run knows; its name."""
        carrier = leg_carrier(self.plan.workflow, job)
        task = legs_task(self.plan, job, self.task_names.take(task_name), carrier, self.journal)
        self.tasks.append(task)
        supplied.ask_for_values(job, carrier, (), self.settings.namespace, self.journal)
        lowered = LoweredTask(task, job.stages[0], carrier.params, (ARTIFACTS,))
        place = self.place(job, lowered, self.names.take(place_name), waits, {}, "continue", ())
        self.places.append(replace(place, timeout=duration(LEGS_MINUTES)))
        return place.name

    def place(
        self,
        job: JobPlan,
        lowered: LoweredTask,
        name: str,
        after: Sequence[str],
        values: Mapping[str, str],
        on_error: str,
        when: tuple[When, ...],
        leg: Leg | None = None,
    ) -> PipelineTask:
        params = handed(lowered.task, lowered.params, values, self.needed, self.images)
        return PipelineTask(
            name=name,
            task=lowered.task.name,
            run_after=tuple(dict.fromkeys(after)),
            timeout=duration(task_minutes(job)),
            on_error=on_error,
            when=when,
            params=params,
            workspaces=tuple(bound(self.plan, job, name, leg) for name in lowered.workspaces),
        )

    def spec_of(self, job: JobPlan, lowered: LoweredTask, task: PipelineTask) -> None:
        """What a run gives this task alone: the GPU of its container, names for services, and nodes."""
        gpu = (job.maker or self.settings.gpu_resource) if lowered.gpu[0] else ""
        self.asked.append(asks(task, job, gpu))
        self.specs += own_spec(lowered, task.name, gpu)
