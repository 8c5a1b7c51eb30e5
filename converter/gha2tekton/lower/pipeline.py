"""The Pipeline of a workflow and the run that starts it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from gha2tekton.journal import Journal
from gha2tekton.lower.assembly import Assembly
from gha2tekton.lower.carrier import Unsupported
from gha2tekton.lower.concurrency import NAME as CONCURRENCY
from gha2tekton.lower.concurrency import held, holding_task
from gha2tekton.lower.environment import leg_count
from gha2tekton.lower.fan_out import RESULT, image_of, slots, started
from gha2tekton.lower.job import PIPELINE_NAMES, TASK_NAMES, LoweredTask
from gha2tekton.lower.legs import account_for_lost, leg_values
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.lower.params import by_text, described, pipeline_params, quantities
from gha2tekton.lower.placement import placed
from gha2tekton.lower.places import RUN_NAME, settings_for
from gha2tekton.lower.pod_values import POD, Told
from gha2tekton.lower.refusal import gate_task, refused_task
from gha2tekton.lower.run import claimed, manual_run
from gha2tekton.lower.settings import ARTIFACTS, CACHE, JOB, MANAGED, SOURCE, STATE, WORKSPACES, Settings
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.order import ordered
from gha2tekton.plan.scope import lanes
from gha2tekton.record import replace
from gha2tekton.tekton.model import Binding, Pipeline, PipelineTask, When, Workspace
from gha2tekton.tekton.names import label
from gha2tekton.workflow.matrix import Leg


def lower_workflow(plan: Plan, base: str, settings: Settings, journal: Journal) -> LoweredWorkflow:
    """Tasks, Pipeline and run of a plan; ``base`` is the name that everything derives from."""
    return _Lowering(plan, base, settings_for(plan, settings), journal).workflow()


class _Lowering(Assembly):
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

    def hold(self) -> None:
        """What else runs of the workflow's concurrency group comes first."""
        made = holding_task(self.plan, self.task_names.take(f"{self.base}-{CONCURRENCY}"), self.journal)
        if made is not None:
            self.tasks.append(made[0])
            self.needed |= made[1].params
            place = self.names.take(CONCURRENCY)
            self.places, spec = held(*made, place, self.places, self.settings, self.base)
            self.specs.append(spec)

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
        told = self.told(job, f"{head}{POD}", f"{own}{POD}", waits)
        ends = self.ends.setdefault(job.job.id.lower(), [])
        for leg in job.legs:
            behind = f"-{leg.name}" if len(job.legs) > 1 else ""
            places = [self.names.take(f"{own}{PIPELINE_NAMES[role]}{behind}") for role in roles]
            # Legs of such a job come one after the other.
            after = (*told[leg.index].after, *ends[-1:])
            self.stages(job, leg, lowered, places, self.behind(group, job, places, after, leg), told[leg.index])
            ends.append(places[-1])

    def stages(
        self,
        job: JobPlan,
        leg: Leg,
        lowered: Sequence[LoweredTask],
        places: Sequence[str],
        begins: tuple[tuple[str, ...], tuple[When, ...]],
        told: Told,
    ) -> None:
        """The PipelineTasks of one leg; ``begins`` is what the first waits for, and asks."""
        waits, when = begins
        for index, one in enumerate(lowered):
            if index and one.stage.gated:
                when = (When(f"$(tasks.{places[index - 1]}.results.go)", ("true",)),)
            # Only the end of a job may stop a run, and only where nothing else is to run on.
            on_error = "" if index == len(places) - 1 and self.plan.chained else "continue"
            values = {**leg_values(leg, one.params, job.tags), **told.values}
            place = self.place(job, one, places[index], waits, values, on_error, (*told.when, *when), leg)
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
        variant = "" if len(siblings) == 1 else f"-{label(job.legs[0].name or str(job.legs[0].index + 1))}"
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
        told = self.told(job, f"{name}-{POD}", f"{stem}{variant}-{POD}", waits)
        self.tasks.append(lowered.task)
        on_error = "" if self.plan.chained else "continue"
        at_once = lanes(job.job.strategy, total)
        ends = self.ends.setdefault(job.job.id.lower(), [])
        group = self.group(job)
        for leg, slot in product(job.legs, slots(job)):
            place = self.names.take(f"{stem}-{leg.name}" if total > 1 else f"{stem}{slot}")
            own = told[leg.index]
            values = {**leg_values(leg, lowered.params, job.tags), **own.values}
            values |= image_of(legs, slot) if job.matrix else {}
            behind = (ends[len(ends) - at_once],) if len(ends) >= at_once and at_once < total else ()
            when = (started(legs, slot),) if job.matrix else ()
            after, asked = self.behind(group, job, [place], (*own.after, *behind), leg)
            made = self.place(job, lowered, place, after, values, on_error, (*own.when, *when, *asked))
            if job.matrix:
                params = {param: value for param, value in made.params.items() if param != "leg"}
                made = replace(made, params=params, matrix={"leg": f"$(tasks.{legs}.results.{RESULT}{slot}[*])"})
            self.places.append(made)
            self.spec_of(job, lowered, made)
            ends.append(place)

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

    def gate(self) -> None:
        """One ``finally`` task gives the run its status when jobs run on after failures."""
        name = self.task_names.take(f"{self.base}-status")
        self.tasks.append(gate_task(name, self.plan))
        binding = Binding(ARTIFACTS, ARTIFACTS, RUN_NAME)
        self.finals.append(PipelineTask(self.names.take("status"), name, workspaces=(binding,)))
