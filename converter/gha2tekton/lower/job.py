"""A job's plan as Tasks, and the places they have in the Pipeline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower import open_names, pod_values, runtime, supplied
from gha2tekton.lower.carrier import Carrier, Path
from gha2tekton.lower.cloning import built_before, checkout_variables
from gha2tekton.lower.containers import host
from gha2tekton.lower.containers.by_hand import by_hand
from gha2tekton.lower.containers.daemon import daemon
from gha2tekton.lower.containers.in_place import image_of, in_place, own_names
from gha2tekton.lower.containers.job_container import ContainerOptions, job_container, volume_lines
from gha2tekton.lower.containers.services import memory_of_services, service_sidecars
from gha2tekton.lower.containers.sidecars import (
    SHM_VOLUME,
    Served,
    forwarder,
    isolated,
    known_as,
    served,
    shared_memory_volume,
)
from gha2tekton.lower.environment import given_env, known
from gha2tekton.lower.fan_out import LEG_IMAGE
from gha2tekton.lower.identity import identities
from gha2tekton.lower.legs import leg_carrier
from gha2tekton.lower.params import declarations
from gha2tekton.lower.rows import compose as compose_rows
from gha2tekton.lower.rows.commands import Docker
from gha2tekton.lower.script import ScriptWriter
from gha2tekton.lower.settings import ARTIFACTS, CACHE, MANAGED, SOURCE, STAGED_MEMORY, STATE, WORKSPACES, Settings
from gha2tekton.lower.stage_script import stage_script, variable_lines
from gha2tekton.lower.words import fits
from gha2tekton.plan.builds import RUN_PARAM
from gha2tekton.plan.model import JobPlan, Plan, Stage, pushes
from gha2tekton.plan.scope import WORKSPACE, input_defaults, literal
from gha2tekton.plan.sizes import larger
from gha2tekton.record import Record, field, replace
from gha2tekton.tekton.model import Container, EnvVar, Manifest, Mount, Param, Result, Task, Workspace
from gha2tekton.tekton.names import STEP, label
from gha2tekton.workflow.model import Workflow

GPU_LABEL = "tekton.dev/gpu-required"
OWN_GPU_LABEL = "gha2tekton.dev/gpu"
TASK_NAMES = {
    "prepare": "gpu-env-preparation",
    "notebook": "gpu-papermill-execution",
    "convert": "jupyter-nbconvert",
    "test": "pytest-execution",
    "publish": "publish-results",
}
PIPELINE_NAMES = {
    "prepare": "prepare-environment",
    "notebook": "execute-notebook-gpu",
    "convert": "convert-to-html",
    "test": "run-tests",
    "publish": "publish-results",
}
STEP_NAMES = {
    "prepare": "prepare",
    "notebook": "gpu-papermill-execute",
    "convert": "nbconvert",
    "test": "pytest",
    "publish": "publish",
}
IMAGE_PARAM = "container-image"
"""The param by which runs choose the image that computes."""
_GO = Result("go", "true while nothing has failed")


class Gpu(Record, frozen=True):
    """What the one container of a Task that computes asks for, and the param of its image where it has one."""

    limits: Mapping[str, str]
    param: str = ""


class LoweredTask(Record, frozen=True):
    """A Task with what the Pipeline and its runs must know of it."""

    task: Task
    stage: Stage
    params: Mapping[str, Path]
    workspaces: tuple[str, ...]
    gpu: tuple[str, str] = ("", "")
    """The kind (step or sidecar) and name of the container that asks for the GPU."""
    script: str = ""
    """Set when the script lies in a ConfigMap instead of the Task."""
    hosts: tuple[str, ...] = ()


class JobWriter(Record):
    """Lowers the jobs of one workflow."""

    workflow: Workflow
    plan: Plan
    settings: Settings
    journal: Journal
    files: dict[str, Manifest] = field(default_factory=dict)

    def tasks(self, job: JobPlan, names: list[str]) -> tuple[LoweredTask, ...]:
        """The Tasks of a job, one a stage, under these names."""
        lowered = tuple(self.task(job, index, names) for index in range(len(job.stages)))
        compose_rows.account(job, names, self.journal)
        return lowered

    def task(self, job: JobPlan, index: int, names: list[str]) -> LoweredTask:
        stage, name = job.stages[index], names[index]
        target = f"tasks/{name}.yaml"
        carrier = leg_carrier(self.workflow, job)
        stage = open_names.with_params(stage, job, carrier)
        above = {*self.workflow.env, *job.job.env}
        options = job_container(job, above, input_defaults(self.workflow), carrier, self.journal, target)
        env = given_env(self.workflow, job, carrier, self.journal, target)
        writer = self.script_writer(job, stage, carrier, above, target)
        gpu = self.gpu(job, stage)
        service = self.service(job, stage, gpu)
        others = [one.name for one in service.sidecars]
        services = service_sidecars(job, carrier, others, self.journal, target) if index == 0 else ()
        before = volume_lines(options) + variable_lines((*options.later, *env.later), env.wrong)
        before += by_hand(job.job, self.journal, self.settings.unmapped) if index == 0 else ""
        script = stage_script(self.workflow, job, index, names, writer, before)
        proofs = identities(stage, self.journal, self.settings.namespace or "default")
        own: Sequence[EnvVar] = env.now
        if stage.native:
            own, options = own_names(own), replace(options, security=service.security)
        told = known(self.plan, job, index, carrier, script, self.journal, target)
        told += checkout_variables(carrier, script)
        if any(one.built for one in stage.containers):
            carrier.params[RUN_PARAM] = ("github", "run_id")
        told += built_before(job, script, carrier)
        image = _image(job, carrier)
        gpu_step = bool(gpu.limits) and not service.gpu
        own_limits = service.limits if stage.native else gpu.limits if gpu_step else {}
        step = Container(
            name=label(STEP_NAMES.get(stage.role or "", job.job.id), STEP),
            image=f"$(params.{gpu.param})" if gpu.param and gpu_step else image_of(stage, image),
            script=script,
            # What is called in the container begins in the image's own directory.
            working_dir="" if stage.native else f"$(workspaces.{SOURCE}.path)",
            env=(*told, *service.variables, *proofs.variables, *carrier.variables.values(), *options.env, *own),
            env_from=tuple(carrier.sources.values()),
            mounts=(runtime.MOUNT, *self.mounts(job, service, options), *proofs.mounts),
            limits={**(job.runner.limits if job.runner else {}), **own_limits, **options.limits},
            security=options.security,
        )
        if not fits(script):
            step = self.filed(step, name)
        beside = memory_of_services(job) if services else ""
        workspaces = self.workspaces(job)
        task = Task(
            name=name,
            steps=(step,),
            description=self.description(job, stage),
            labels=MANAGED | ({GPU_LABEL: "true", OWN_GPU_LABEL: "required"} if gpu.limits else {}),
            params=self.params(stage, carrier, gpu, service, image),
            workspaces=tuple(Workspace(item, WORKSPACES[item], _place(item)) for item in workspaces),
            results=(_GO,) if job.layout == "stages" and index < len(job.stages) - 1 else (),
            volumes=(
                *self.volumes(job, service, options, step, script, beside),
                *proofs.volumes,
            ),
            sidecars=(*service.sidecars, *services, *forwarder(stage.containers)),
        )
        task = isolated(stage, task)
        self.ask(job, carrier, options, task)
        holder = ("sidecar", service.gpu) if service.gpu else ("step", step.name) if gpu_step else ("", "")
        return LoweredTask(task, stage, dict(carrier.params), workspaces, holder, "", known_as(job, stage))

    # -- what a Task is made of --------------------------------------------------------------------------------------

    def script_writer(
        self, job: JobPlan, stage: Stage, carrier: Carrier, above: Iterable[str], target: str
    ) -> ScriptWriter:
        """The writer of a stage's steps; ``above`` are the variables that workflow and job set."""
        container = job.job.container
        return ScriptWriter(
            carrier,
            self.journal,
            target,
            job.job.defaults or self.workflow.defaults,
            self.settings.unmapped,
            [],
            container is not None,
            frozenset({*above, *(container.env if container else ())}),
            Docker(job.unserved, job.noted, job.daemon, called=stage.called),
            pushes(job.walk()),
            job.job.repeats,
        )

    def gpu(self, job: JobPlan, stage: Stage) -> Gpu:
        split = job.layout == "stages"
        limits = {job.maker or self.settings.gpu_resource: str(stage.gpu)} if stage.gpu else {}
        if limits and (memory := self.settings.memory or (STAGED_MEMORY if split else "")):
            limits["memory"] = memory
        named = split and stage.role == "notebook" and stage.gpu
        # The default of a param can hold no other.
        named = named and (stage.own is not None or literal(job.image) is not None)
        named = named and not any("$(" in one.image for one in stage.containers)
        return Gpu(limits, IMAGE_PARAM if named else "")

    def service(self, job: JobPlan, stage: Stage, gpu: Gpu) -> Served:
        if job.daemon:
            return daemon(job, gpu.limits, self.journal)
        resource = job.maker or self.settings.gpu_resource
        service = served(stage, gpu.limits, resource, gpu.param, shared=host.mounts(job))
        return in_place(service, stage.native) if stage.native else service

    def params(self, stage: Stage, carrier: Carrier, gpu: Gpu, service: Served, image: str) -> tuple[Param, ...]:
        declared = declarations(carrier.params)
        if not gpu.param:
            return declared
        computes = next((plan.image for plan in stage.containers if plan.name == service.gpu), "")
        return (*declared, Param(gpu.param, "Image that computes", computes or image_of(stage, image)))

    def ask(self, job: JobPlan, carrier: Carrier, options: ContainerOptions, task: Task) -> None:
        """What a person must supply or know of."""
        supplied.ask_for_values(job, carrier, options.handed, self.settings.namespace, self.journal)
        host.ask(job, self.journal)
        if job.assumed:
            self.journal.note(Diagnostic("image-assumed", "note", f"{job.assumed} (in job {job.job.id})", job.job.span))
        for note in sorted(carrier.notes):
            self.journal.note(Diagnostic("context-differs", "note", f"{note} (in job {job.job.id})", job.job.span))
        supplied.ask_for_rights(job, task, self.settings.namespace, self.journal)

    # -- places ------------------------------------------------------------------------------------------------------

    def workspaces(self, job: JobPlan) -> tuple[str, ...]:
        wanted = [SOURCE]
        if job.layout == "stages" or job.artifacts or job.state:
            wanted.append(ARTIFACTS)
        if job.layout == "stages" or job.cache:
            wanted.append(CACHE)
        if job.layout == "stages":
            wanted.append(STATE)
        return tuple(wanted)

    def mounts(self, job: JobPlan, service: Served, options: ContainerOptions) -> list[Mount]:
        out = [] if job.layout == "stages" or job.state else [Mount("state", "/gha2tekton-state")]
        out += [service.mount] if service.sidecars else []
        out += [Mount(f"volume-{number}", place) for number, place in enumerate(options.volumes, 1)]
        out += options.mounts
        out += [mount for mount in host.mounts(job) if mount.path not in {other.path for other in options.mounts}]
        return out + ([Mount(SHM_VOLUME, "/dev/shm")] if options.shared_memory or service.shared_memory else [])

    def volumes(
        self, job: JobPlan, service: Served, options: ContainerOptions, step: Container, script: str, beside: str
    ) -> list[Manifest]:
        out: list[Manifest] = [runtime.volume(script)]
        if job.layout == "job" and not job.state:
            out.append({"name": "state", "emptyDir": {}})
        if service.sidecars:
            out.append({"name": service.mount.name, "emptyDir": {}})
        out += [{"name": f"volume-{number}", "emptyDir": {}} for number, _ in enumerate(options.volumes, 1)]
        out += host.volumes(job)
        if memory := larger(options.shared_memory, service.memory, beside):
            out.append(shared_memory_volume(memory))
        if any(mount.name == "scripts" for mount in step.mounts):
            made = self.files[step.args[0].rpartition("/")[2]]
            out.append({"name": "scripts", "configMap": {"name": made["metadata"]["name"]}})
        return out

    def filed(self, step: Container, name: str) -> Container:
        """The step with its script in a ConfigMap, where Tekton does not read it; a changed one has another name."""
        digest = hashlib.sha256(step.script.encode()).hexdigest()[:10]
        self.files[name] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{name}-script-{digest}", "labels": dict(MANAGED)},
            "immutable": True,
            "data": {name: step.script},
        }
        mount = Mount("scripts", "/gha2tekton-scripts", read_only=True)
        return replace(
            step, script="", command=(runtime.JOB,), args=(f"/gha2tekton-scripts/{name}",), mounts=(*step.mounts, mount)
        )

    def description(self, job: JobPlan, stage: Stage) -> str:
        where = f"jobs.{job.job.id} of {self.workflow.source.name}"
        return f"{where}: {stage.role}" if stage.role else where


def _image(job: JobPlan, carrier: Carrier) -> str:
    if job.spread:
        carrier.params[LEG_IMAGE] = (LEG_IMAGE,)
        return f"$(params.{LEG_IMAGE})"
    container = job.job.container
    if container is None:
        return carrier.tekton(job.image) or ""
    return pod_values.told(job, container.image, job.image, carrier) or ""


def _place(workspace: str) -> str:
    """The job's files lie where images and scripts expect them; nothing else may lie inside."""
    return WORKSPACE if workspace == SOURCE else f"/workspaces/{workspace}"
