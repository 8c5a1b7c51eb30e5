"""The Pipeline of a workflow and the run that starts it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import Path, Unsupported
from gha2tekton.lower.concurrency import GO, before, held, holding_task, job_task
from gha2tekton.lower.concurrency import NAME as CONCURRENCY
from gha2tekton.lower.containers.image_builds import images_task
from gha2tekton.lower.environment import leg_count
from gha2tekton.lower.fan_out import LEGS_MINUTES, RESULT, image_of, legs_task, slots, started
from gha2tekton.lower.job import PIPELINE_NAMES, TASK_NAMES, JobWriter, LoweredTask
from gha2tekton.lower.legs import account_for_lost, leg_carrier, leg_values
from gha2tekton.lower.limits import task_minutes
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.lower.params import by_text, described, pipeline_params, quantities
from gha2tekton.lower.placement import Placed, asks, own_spec, placed
from gha2tekton.lower.places import RUN_NAME, bound, handed, settings_for
from gha2tekton.lower.refusal import gate_task, refused_task
from gha2tekton.lower.run import claimed, duration, manual_run
from gha2tekton.lower.settings import ARTIFACTS, CACHE, IMAGES_OF, JOB, MANAGED, SOURCE, STATE, WORKSPACES, Settings
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.order import ordered
from gha2tekton.plan.scope import lanes
from gha2tekton.record import replace
from gha2tekton.tekton.model import Binding, Pipeline, PipelineTask, Task, When, Workspace
from gha2tekton.tekton.names import Namespace, label
from gha2tekton.tekton.run import TaskRunSpec
from gha2tekton.workflow.matrix import Leg


def lower_workflow(plan: Plan, base: str, settings: Settings, journal: Journal) -> LoweredWorkflow:
    """Tasks, Pipeline and run of a plan; ``base`` is the name that everything derives from."""
    return _Lowering(plan, base, settings_for(plan, settings), journal).workflow()


class _Lowering:
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

    def workflow(self) -> LoweredWorkflow:
        for job in ordered(self.plan):
            if job.refused:
                self.refused(job)
            elif job.layout == "stages":
                self.staged(job, bare=len(self.plan.staged) == 1)
            else:
                self.whole(job)
        if not self.plan.chained:
            self.gate()
        if self.settings.concurrency == "keep":
            self.hold()
        sizes = quantities(self.specs, self.settings.gpu_resource)
        params = pipeline_params(self.plan.workflow, self.needed, self.images, sizes)
        claims = self.plan.claims
        workspaces = [SOURCE, *(name for name in (ARTIFACTS, CACHE, STATE, JOB) if self.uses(name))]
        claim = f"{self.settings.shared or self.base}-workspace" if claims else ""
        pipeline = Pipeline(
            name=f"{self.base}-pipeline",
            description=f"{self.plan.workflow.title} ({self.plan.workflow.source.name})",
            labels=MANAGED,
            params=tuple(params),
            workspaces=tuple(Workspace(name, WORKSPACES[name]) for name in workspaces),
            tasks=tuple(self.places),
            finally_=tuple(self.finals),
        )
        nodes, specs = placed(self.asked, self.specs, claimed(self.plan) if claim else frozenset(), self.journal)
        run = manual_run(self.plan, self.base, pipeline, self.needed, claim, nodes, specs, self.settings)
        files = {f"scripts/{name}.yaml": manifest for name, manifest in self.writer.files.items()}
        template = replace(
            run, task_run_specs=tuple(by_text(spec, sizes, self.settings.gpu_resource) for spec in specs)
        )
        tasks = described(self.tasks, params)
        return LoweredWorkflow(tasks, pipeline, run, template, self.needed, files, claim, sizes, self.own, self.ends)

    def uses(self, workspace: str) -> bool:
        return any(one.workspace == workspace for place in (*self.places, *self.finals) for one in place.workspaces)

    def hold(self) -> None:
        """What else runs of the workflow's concurrency group comes first."""
        made = holding_task(self.plan, self.task_names.take(f"{self.base}-{CONCURRENCY}"), self.journal)
        if made is not None:
            self.tasks.append(made[0])
            self.needed |= made[1].params
            place = self.names.take(CONCURRENCY)
            self.places, spec = held(*made, place, self.places, self.settings, self.base)
            self.specs.append(spec)

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

    def staged(self, job: JobPlan, bare: bool) -> None:
        prefix = self.settings.name_prefix
        roles = [stage.role or "" for stage in job.stages]
        own = "" if bare and len(self.plan.jobs) == 1 else f"{label(job.job.id)}-"
        head = f"{prefix}-" if prefix else "" if (bare and prefix is None) or prefix == "" else f"{self.base}-{own}"
        names = [self.task_names.take(head + TASK_NAMES[role]) for role in roles]
        self.own[job.job.id.lower()] = tuple(f"tasks/{name}.yaml" for name in names)
        waits = tuple(end for name in job.job.needed for end in self.ends.get(name, []))
        lowered, group = self.writer.tasks(job, names), self.group(job)
        waits = self.built(job, f"{head}image-build", f"{own}build-images", waits)
        self.tasks += [one.task for one in lowered]
        ends = self.ends.setdefault(job.job.id.lower(), [])
        for leg in job.legs:
            behind = f"-{leg.name}" if len(job.legs) > 1 else ""
            places = [self.names.take(f"{own}{PIPELINE_NAMES[role]}{behind}") for role in roles]
            # Legs of such a job come one after the other.
            self.stages(job, leg, lowered, places, self.behind(group, job, places, (*waits, *ends[-1:]), leg))
            ends.append(places[-1])

    def stages(
        self,
        job: JobPlan,
        leg: Leg,
        lowered: Sequence[LoweredTask],
        places: Sequence[str],
        begins: tuple[tuple[str, ...], tuple[When, ...]],
    ) -> None:
        """The PipelineTasks of one leg; ``begins`` is what the first waits for, and asks."""
        waits, when = begins
        for index, one in enumerate(lowered):
            if index and one.stage.gated:
                when = (When(f"$(tasks.{places[index - 1]}.results.go)", ("true",)),)
            # Only the end of a job may stop a run, and only where nothing else is to run on.
            on_error = "" if index == len(places) - 1 and self.plan.chained else "continue"
            values = leg_values(leg, one.params, job.tags)
            place = self.place(job, one, places[index], waits, values, on_error, when, leg)
            self.places.append(place)
            self.spec_of(job, one, place)
            waits, when = (places[index],), ()
        if any(stage.gated for stage in job.stages):
            # A stage that could not start keeps all behind it from starting; what runs after failures runs here then.
            final = replace(place, name=self.names.take(f"{places[-1]}-after-failure"), run_after=(), on_error="")
            began = When(f"$(tasks.{places[0]}.status)", ("Succeeded", "Failed"))
            self.finals.append(replace(final, when=(began, When(f"$(tasks.{places[-1]}.status)", ("None",)))))

    def whole(self, job: JobPlan) -> None:
        stem = label(job.job.id)
        siblings = [plan for plan in self.plan.parts(job) if not plan.refused]
        total = leg_count(self.plan, job)
        prefix = self.settings.name_prefix
        head = f"{self.base}-" if prefix is None else f"{prefix}-" if prefix else ""
        variant = "" if len(siblings) == 1 else f"-{label(job.legs[0].name)}"
        name = self.task_names.take(f"{head}{stem}{variant}")
        waits = tuple(end for needed in job.job.needed for end in self.ends.get(needed, []))
        if job.matrix:
            try:
                legs = self.legs(job, f"{name}-{RESULT}", f"{stem}-{RESULT}", waits)
            except Unsupported as problem:
                self.refused(replace(job, refused=f"the matrix cannot be expanded: {problem}"))
                return
            waits = (legs,)
        self.own[job.job.id.lower()] = (*self.own.get(job.job.id.lower(), ()), f"tasks/{name}.yaml")
        (lowered,) = self.writer.tasks(job, [name])
        waits = self.built(job, f"{name}-images", f"{stem}-images", waits)
        self.tasks.append(lowered.task)
        on_error = "" if self.plan.chained else "continue"
        at_once = lanes(job.job.strategy, total)
        ends = self.ends.setdefault(job.job.id.lower(), [])
        group = self.group(job)
        for leg, slot in product(job.legs, slots(job)):
            place = self.names.take(f"{stem}-{leg.name}" if total > 1 else f"{stem}{slot}")
            values = leg_values(leg, lowered.params, job.tags) | (image_of(legs, slot) if job.matrix else {})
            behind = (ends[len(ends) - at_once],) if len(ends) >= at_once and at_once < total else ()
            when = (started(legs, slot),) if job.matrix else ()
            after, asked = self.behind(group, job, [place], (*waits, *behind), leg)
            made = self.place(job, lowered, place, after, values, on_error, (*when, *asked))
            if job.matrix:
                params = {param: value for param, value in made.params.items() if param != "leg"}
                made = replace(made, params=params, matrix={"leg": f"$(tasks.{legs}.results.{RESULT}{slot}[*])"})
            self.places.append(made)
            self.spec_of(job, lowered, made)
            ends.append(place)

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
        lowered = LoweredTask(task, job.stages[0], carrier.params, (ARTIFACTS,))
        place = self.place(job, lowered, self.names.take(place_name), waits, {}, "continue", ())
        self.places.append(replace(place, timeout=duration(LEGS_MINUTES)))
        return place.name

    def refused(self, job: JobPlan) -> None:
        """A job that cannot run here: its Task says so and fails."""
        others = any(not plan.refused for plan in self.plan.parts(job))
        stem = label(f"{job.job.id}-by-hand" if others else job.job.id)
        known = self.by_hand.get(job.job.id)
        name = known or self.task_names.take(f"{self.base}-{stem}")
        target = f"tasks/{name}.yaml"
        if others:
            account_for_lost(job, self.plan, target, self.journal)
        else:
            for path in self.journal.open_leaves(job.job.path):
                self.journal.manual(path, job.refused, target)
        if known:
            return
        self.by_hand[job.job.id] = name
        self.tasks.append(refused_task(job, name, self.settings.unmapped))
        waits = tuple(end for needed in job.job.needed for end in self.ends.get(needed, []))
        place = self.names.take(stem)
        self.places.append(PipelineTask(place, name, waits, on_error="" if self.plan.chained else "continue"))
        self.ends.setdefault(job.job.id.lower(), []).append(place)

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

    def gate(self) -> None:
        """One ``finally`` task gives the run its status when jobs run on after failures."""
        name = self.task_names.take(f"{self.base}-status")
        self.tasks.append(gate_task(name, self.plan))
        binding = Binding(ARTIFACTS, ARTIFACTS, RUN_NAME)
        self.finals.append(PipelineTask(self.names.take("status"), name, workspaces=(binding,)))
