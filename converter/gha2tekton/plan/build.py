"""The plan of a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.plan import layout, looks, losses, runners
from gha2tekton.plan.actions import Actions
from gha2tekton.plan.assumptions import assumed, joined
from gha2tekton.plan.builds import RUN_TAG, builds
from gha2tekton.plan.chain import chained
from gha2tekton.plan.containers import find
from gha2tekton.plan.dynamic import matrix_text
from gha2tekton.plan.found import Found
from gha2tekton.plan.host_directories import host_directories, shared, told
from gha2tekton.plan.job_image import base_programs, job_image, of_images
from gha2tekton.plan.labels import idle
from gha2tekton.plan.model import JobPlan, Plan, PlannedStep, Stage
from gha2tekton.plan.native import native
from gha2tekton.plan.privileges import by_maker
from gha2tekton.plan.repository_scripts import asked, writes_env
from gha2tekton.plan.scope import Scope, evaluate_leaf, input_defaults, is_of_fields, job_scope, lanes
from gha2tekton.plan.steps import StepReader
from gha2tekton.plan.tools import supplies
from gha2tekton.record import Record, field, replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import Runner
from gha2tekton.shell.docker import DockerCall, container_options, gpu_request
from gha2tekton.tekton.names import label
from gha2tekton.workflow.matrix import Leg, MatrixError, RuntimeMatrix, legs
from gha2tekton.workflow.model import Job, Value, Workflow
from gha2tekton.workflow.repository import Repository


class PlanOptions(Record, frozen=True):
    layout: str = "auto"
    gpu_count: int = 0
    """What is asked for where the workflow says ``all`` or nothing; 0 is one."""
    image: str = ""
    docker: str = "auto"
    """``sidecars`` for each image, ``auto`` steps where they can be of it, ``dind`` for docker itself, privileged."""
    action_images: Mapping[str, str] = field(default_factory=dict)
    """Images that were built of the Dockerfiles of actions, by what ``uses`` says, with or without the ref."""
    build_registry: str = ""
    """Where images that a job builds and runs are pushed before it."""


def build_plan(
    workflow: Workflow, rules: RuleSet, repository: Repository, options: PlanOptions, journal: Journal
) -> Plan:
    """Where everything runs; what cannot run at all is marked as refused, with the reason."""
    builder = _Builder(workflow, rules, repository, options, journal)
    jobs = shared(tuple(plan for job in workflow.jobs for plan in builder.job(job)))
    in_chain = builder.chained and not any(job.matrix for job in jobs)
    if not in_chain:
        jobs = tuple(replace(job, state=True, stages=builder.ungated(job)) for job in jobs)
    if any("earlier-artifacts" in needs_of(job.walk()) for job in jobs):
        jobs = tuple(replace(job, kept=True, cache=True) if job.artifacts else job for job in jobs)
    return Plan(workflow, jobs, in_chain)


def needs_of(steps: Iterable[PlannedStep]) -> frozenset[str]:
    """What the rules of steps need a run to be given."""
    return frozenset(need for step in steps for part in step.walk() if part.rule for need in part.rule.needs)


class _Builder:
    def __init__(
        self, workflow: Workflow, rules: RuleSet, repository: Repository, options: PlanOptions, journal: Journal
    ) -> None:
        self.workflow = workflow
        self.rules = rules
        self.repository = repository
        self.options = options
        self.journal = journal
        self.usual = input_defaults(workflow)
        self.reader = StepReader(
            rules,
            Actions(repository, journal, self.usual),
            images=options.action_images,
            daemon=options.docker == "dind",
        )
        self.unpushed: set[str] = set()
        self.needed = {name for job in workflow.jobs for name in job.needed}
        self.chained = chained(workflow)

    def job(self, job: Job) -> list[JobPlan]:
        try:
            all_legs = legs(job.strategy, lambda value: evaluate_leaf(value, {}))
        except RuntimeMatrix as error:
            if job.uses is not None or job.strategy is None:
                return [self.refused(job, f"the matrix cannot be expanded: {error}")]
            scope = job_scope(self.workflow, job, Leg(), True, True)
            on = [(Leg(), self.runner(job, scope))]
            return [replace(self.group(of_images(job, scope), on, 2, dynamic=True), matrix=matrix_text(job.strategy))]
        except MatrixError as error:
            return [self.refused(job, f"the matrix cannot be expanded: {error}")]
        if job.uses is not None:
            return [self.refused(job, f"{job.uses.value.text}: {_not_drawn_in(job)}")]
        # Legs on machines of one kind share a Task, which gets the leg's values as params.
        groups: dict[str, tuple[Job, list[tuple[Leg, Runner]]]] = {}
        for leg in all_legs:
            scope = job_scope(self.workflow, job, leg, static=True)
            runner = self.runner(job, scope)
            own = of_images(job, scope)
            kind = repr((runner.kind, own.container is None, list(own.services)))
            groups.setdefault(kind if len(all_legs) > 1 else "", (own, []))[1].append((leg, runner))
        return [plan for own, group in groups.values() for plan in self.divided(own, group, len(all_legs))]

    def divided(self, job: Job, on: Sequence[tuple[Leg, Runner]], total: int) -> list[JobPlan]:
        """Legs of one kind of machine: each by itself where a Pod must know more of it than a param can say."""
        together = self.group(job, on, total)
        unknown = _unknown(job, together.scope)
        if len(on) == 1 or not (together.unserved or unknown):
            return [together]
        apart = [self.group(job, [leg], total) for leg in on]
        served = sum(len(plan.unserved) for plan in apart) < len(together.unserved) * len(apart)
        told = bool(unknown) and not any(_unknown(job, plan.scope) for plan in apart)
        return apart if served or (told and not together.unserved) else [together]

    def refused(self, job: Job, reason: str) -> JobPlan:
        scope = job_scope(self.workflow, job, Leg(), static=True)
        return JobPlan(job, scope, (Leg(),), "job", reason, (), ("docker.io/library/busybox:1.37",), refused=reason)

    def group(self, job: Job, on: Sequence[tuple[Leg, Runner]], total: int, dynamic: bool = False) -> JobPlan:
        group = tuple(leg for leg, _ in on)
        scope = job_scope(self.workflow, job, group[0], len(group) == 1, dynamic)
        runner = replace(on[0][1], hosted=all(machine.hosted for _, machine in on))
        if runner.os in ("macos", "windows"):
            return replace(self.refused(job, f"it runs on {runner.os}, and Pods run Linux"), legs=group, runner=runner)
        constant = not writes_env(job)
        usual = scope.with_known(inputs=self.usual)
        scope, steps = self.steps(job, scope, constant)
        steps, taken = assumed(steps, lambda: self.steps(job, usual, constant)[1])
        own = f"-{on[0][0].index}" if 1 == len(on) < total else ""
        found = self.containers(job, steps, f"{RUN_TAG}-{label(job.id)}{own}")
        found = replace(found, notes=joined(found.notes, taken))
        choice = job_image(
            self.workflow,
            job,
            scope,
            steps,
            runner,
            () if dynamic else group,
            self.options.image,
            self.repository,
            self.rules,
            self.journal,
        )
        as_told, (runner, made_by) = runner, by_maker(runner, steps, found.containers, self.options_of(job, scope))
        gpu = self.gpu(job, scope, runner, found)
        if not gpu and runners.shows_gpu(job, scope, runner, steps):
            gpu, runner = 1, replace(runner, note=runners.SEEN)
        at_once = total if dynamic or total != len(group) else lanes(job.strategy, total)
        stages, why = self.cut(job, steps, found, gpu, at_once)
        needs = needs_of(steps)
        machine = job_scope(self.workflow, job, group[0], True, dynamic)
        ask = (self.runner, lambda one: self.gpus(job, machine, one, found)[0])
        same, pod, node = idle(job, machine, as_told, self.rules, *ask)
        held = choice.holds | base_programs(self.rules)
        stages = supplies(losses.with_installs(stages), held, job, self.rules, choice.image)
        stages = self.placed(stages, found, gpu, job)
        return JobPlan(
            job,
            scope,
            group,
            layout="job" if len(stages) == 1 else "stages",
            why=why,
            stages=stages,
            image=choice.reference,
            tags={leg.index: version for leg, version in zip(group, choice.tags, strict=False)},
            holds=held,
            runner=runner,
            idle=same,
            repeated=pod,
            placing=node,
            gpu=gpu,
            artifacts="artifacts" in needs,
            cache="cache" in needs,
            asked=asked(steps, self.repository),
            unserved=found.problems,
            noted=joined(joined(found.notes, told(steps, runner)), looks.told(stages)),
            composed=found.composed,
            unfit=found.unfit,
            builds=found.builds,
            maker=made_by,
            daemon=self.options.docker == "dind" and any("docker" in step.effects for step in steps),
            host=host_directories(job, scope, runner, steps, found.containers),
        )

    def cut(
        self, job: Job, steps: tuple[PlannedStep, ...], found: Found, gpu: int, at_once: int
    ) -> tuple[tuple[Stage, ...], str]:
        """The stages of a job, one where it stays whole, and why; ``at_once`` of its legs run side by side."""
        as_one: tuple[Stage, ...] = (Stage(steps),)
        stageable = layout.stageable(steps, found)
        if self.options.layout != "stages" and not (self.options.layout == "auto" and stageable):
            return as_one, "it is one piece of work"
        whole, stages = layout.why_whole(job, steps, at_once), as_one
        if not whole:
            stages = layout.gate(layout.cut(steps, found))
        if len(stages) > 1:
            above = {**self.workflow.env, **job.env}
            if place := losses.shared_places(stages, job.container is not None, above):
                whole = f"its scripts leave {place} to each other, which is on no volume"
            elif gpu and not stageable:
                whole = "none of its stages would hold the GPU that it asks for"
        if whole:
            self.journal.note(Diagnostic("not-split", "note", f"job {job.id} stays one Task: {whole}", job.span))
        if whole or len(stages) < 2:
            return as_one, whole or "it is one piece of work"
        return stages, "it runs notebooks or GPU containers"

    def steps(self, job: Job, scope: Scope, constant: bool) -> tuple[Scope, tuple[PlannedStep, ...]]:
        """The steps of a job, and the scope that its variables make."""
        scope = scope.with_env(self.workflow.env, constant).with_env(job.env, constant)
        defaults = job.defaults or self.workflow.defaults
        shell = scope.guess(defaults.shell) if defaults and defaults.shell else None
        place = defaults.working_directory if defaults else None
        return scope, self.reader.steps(job.steps, scope, constant, shell=shell or "", place=place)

    def ungated(self, plan: JobPlan) -> tuple[Stage, ...]:
        """The stages of a job, which start whatever happened where other jobs or legs run on after it."""
        if plan.job.id.lower() not in self.needed and len(plan.legs) == 1:
            return plan.stages
        return tuple(replace(stage, gated=False) for stage in plan.stages)

    def containers(self, job: Job, steps: Sequence[PlannedStep], tag: str) -> Found:
        """The containers that become sidecars: none where a daemon runs them all."""
        before = builds(steps, self.repository, self.rules, self.options.build_registry, tag)
        found = find(steps, self.repository, self.rules, self.unpushed, before)
        self.unpushed |= found.unpushed
        for broken in found.unreadable:
            self.journal.note(Diagnostic("unreadable-compose-file", "error", broken.message, broken.span))
        if self.options.docker == "dind":
            return Found(gpus=tuple(one.gpus for one in found.containers if one.gpus is not None))
        return found

    def runner(self, job: Job, scope: Scope) -> Runner:
        return runners.runner(job, scope, self.workflow, self.rules)

    def options_of(self, job: Job, scope: Scope) -> DockerCall:
        """The options of a job's own container."""
        value = job.container.options if job.container is not None else None
        usual = scope.with_known(inputs=self.usual)
        return container_options(scope.guess(value) or usual.guess(value) or "")

    def gpu(self, job: Job, scope: Scope, runner: Runner, found: Found) -> int:
        count, assumed = self.gpus(job, scope, runner, found)
        if assumed:
            message = (
                f"job {job.id} asks for all GPUs of a machine and its runner's label names no number: one is asked for"
            )
            self.journal.note(Diagnostic("gpu-count-assumed", "note", message, job.span))
        return count

    def gpus(self, job: Job, scope: Scope, runner: Runner, found: Found) -> tuple[int, bool]:
        """How many GPUs a job asks for, and whether that is a guess."""
        asked: list[int | str] = [*(one.gpus for one in found.containers if one.gpus is not None), *found.gpus]
        request = gpu_request(self.options_of(job, scope))
        asked += [request] if request is not None else []
        counts = [count for count in asked if isinstance(count, int)]
        if self.options.gpu_count and (asked or runner.gpu):
            return self.options.gpu_count, False
        if counts and "all" not in asked:
            return max(counts), False
        # Where one container takes all there are, another that names some tells how many these are at least.
        return max((runner.gpu, *counts, 1 if asked else 0)), bool(asked) and not runner.gpu and not counts

    def placed(self, stages: Sequence[Stage], found: Found, gpu: int, job: Job) -> tuple[Stage, ...]:
        """The stages with their containers, and the GPU in the one that computes."""
        where = layout.stage_of(stages, found)
        out: list[Stage] = []
        for index, stage in enumerate(stages):
            own = looks.joined(stage, [one for one in found.containers if where.get(one.name) == index])
            asking = [container.name for container in own if container.gpus is not None]
            if len(asking) > 1:
                what = f"{', '.join(asking)} are different containers and each asks for GPUs: the Pod asks for the sum"
                self.journal.note(Diagnostic("gpu-sum", "warning", f"job {job.id}: {what}", job.span))
            computes = len(stages) == 1 or stage.role == "notebook" or bool(asking)
            out.append(replace(stage, containers=own, gpu=gpu if computes else 0))
        return native(out, job, self.workflow, found.problems, self.options.docker)


def _unknown(job: Job, scope: Scope) -> list[Value]:
    """What a Pod must be told of a job's containers and can be told in no param."""
    options = job.container.options if job.container is not None else None
    out = [options] if options is not None and scope.guess(options) is None else []
    for service in job.services.values():
        out += [value for value in (service.image, *service.env.values()) if not is_of_fields(scope.fold(value))]
    return out


def _not_drawn_in(job: Job) -> str:
    """Why the call of a reusable workflow is still there."""
    if job.uses is not None and job.uses.kind == "remote":
        return "a workflow of another repository: give a checkout of it with --actions-dir"
    return "there is no such file in the repository"
