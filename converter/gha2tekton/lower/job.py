"""A job's plan as Tasks, and the places they have in the Pipeline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower import compose_rows, host, runtime, supplied
from gha2tekton.lower.asked_inputs import asked_inputs
from gha2tekton.lower.carrier import Carrier, Path, Unsupported
from gha2tekton.lower.commands import Docker
from gha2tekton.lower.container import ContainerOptions, job_container
from gha2tekton.lower.daemon import daemon
from gha2tekton.lower.environment import given_env, known
from gha2tekton.lower.fan_out import LEG_IMAGE
from gha2tekton.lower.identity import identities
from gha2tekton.lower.in_place import image_of, in_place, own_names
from gha2tekton.lower.legs import leg_carrier
from gha2tekton.lower.params import declarations
from gha2tekton.lower.script import ScriptWriter
from gha2tekton.lower.services import service_sidecars
from gha2tekton.lower.settings import ARTIFACTS, CACHE, MANAGED, SOURCE, STATE, WORKSPACES, Settings
from gha2tekton.lower.sidecars import (
    SHM_VOLUME,
    Served,
    forwarder,
    isolated,
    known_as,
    served,
    shared_memory_volume,
)
from gha2tekton.lower.words import call, fits, safe
from gha2tekton.plan.model import JobPlan, Plan, Stage, pushes
from gha2tekton.plan.scope import WORKSPACE, input_defaults
from gha2tekton.record import Record, field, replace
from gha2tekton.shell.quote import word
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
STEP_NAMES = {
    "prepare": "prepare",
    "notebook": "gpu-papermill-execute",
    "convert": "nbconvert",
    "test": "pytest",
    "publish": "publish",
}
_OWN_CHECKOUT = re.compile(r"^checkout(?!.* --repository )(?!.* --ref [^\"$])", re.MULTILINE)
"""A checkout of the run's own repository that may be of the run's own revision."""


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
        split = job.layout == "stages"
        carrier = leg_carrier(self.workflow, job)
        above = {*self.workflow.env, *job.job.env}
        options = job_container(job, above, input_defaults(self.workflow), carrier, self.journal, target)
        env = given_env(self.workflow, job, carrier, self.journal, target)
        script = "".join(f"job_env {word(f'{key}={text}')}\n" for key, text in (*options.later, *env.later))
        if env.wrong:
            message = word(safe("These variables must be set by hand: " + "; ".join(env.wrong)))
            script += call("Variables to set by hand", [], f"echo {message} >&2\nexit 1\n")
        post: list[str] = []
        defaults = job.job.defaults or self.workflow.defaults
        writer = ScriptWriter(
            carrier,
            self.journal,
            target,
            defaults,
            self.settings.unmapped,
            post,
            job.job.container is not None,
            frozenset(above | set(job.job.container.env if job.job.container else ())),
            Docker(job.unserved, job.noted, job.daemon, called=stage.called),
            pushes(job.walk()),
        )
        if stage.supplies:
            lines = "".join(f"{line}\n" for line in stage.supplies)
            script += call("Install what the runner had", ["--if", word("always()")] if index else [], lines)
        script += "".join(map(writer.again, stage.again))
        last = index == len(job.stages) - 1
        for before, home in zip(job.stages[:-1] if last else (), names, strict=False):
            # What a step has to do at the job's end is here; its rows are told where it runs itself.
            apart = replace(writer, target=f"tasks/{home}.yaml")
            for earlier in (one for one in before.steps if one.ends):
                apart.step(earlier, composite=False)
        script += writer.steps(stage.steps)
        results: list[Result] = []
        if last:
            script += "".join(reversed(post))
            script += self.outputs(job, carrier, results, target)
        script = f"#!{runtime.JOB}\n{asked_inputs(self.workflow, carrier) if index == 0 else ''}{script}"
        image_param = "container-image" if split and stage.role == "notebook" and stage.gpu else ""
        limits = {self.settings.gpu_resource: str(stage.gpu)} if stage.gpu else {}
        if limits and split:
            limits = {**limits, "memory": self.settings.memory}
        proofs = identities(stage, self.journal, self.settings.namespace or "default")
        service = (
            daemon(job, limits, self.journal)
            if job.daemon
            else served(stage, limits, self.settings.gpu_resource, image_param, shared=host.mounts(job))
        )
        own: Sequence[EnvVar] = env.now
        if stage.native:
            service = in_place(service, stage.native)
            own, options = own_names(own), replace(options, security=service.security)
        told: list[EnvVar] = known(self.plan, job, index, carrier, script, self.journal, target)
        workspaces = self.workspaces(job)
        if _OWN_CHECKOUT.search(script):
            carrier.github("ref")  # the branch on which it ends
        params = dict(carrier.params)
        if "\ncheckout" in script:
            params.setdefault("git-repo-url", ("git", "url"))
            params.setdefault("git-revision", ("git", "revision"))
            told += [EnvVar("GHA_REPO_URL", "$(params.git-repo-url)"), EnvVar("GHA_REVISION", "$(params.git-revision)")]
        if job.spread:
            carrier.params[LEG_IMAGE] = (LEG_IMAGE,)
        image = f"$(params.{LEG_IMAGE})" if job.spread else carrier.tekton(job.image)
        params = {**params, **carrier.params}
        declared = list(declarations(params))
        if image_param:
            sidecar_image = next((plan.image for plan in stage.containers if plan.name == service.gpu), "")
            declared.append(Param(image_param, "Image that computes", sidecar_image or image_of(stage, image or "")))
        gpu_step = bool(limits) and not service.gpu
        own_limits = service.limits if stage.native else limits if gpu_step else {}
        step = Container(
            name=label(STEP_NAMES.get(stage.role or "", job.job.id), STEP),
            image=f"$(params.{image_param})" if image_param and gpu_step else image_of(stage, image or ""),
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
        others = [one.name for one in service.sidecars]
        services = service_sidecars(job, carrier, others, self.journal, target) if index == 0 else ()
        supplied.ask_for_values(job, carrier, options.handed, self.settings.namespace, self.journal)
        host.ask(job, self.journal)
        if job.assumed:
            self.journal.note(Diagnostic("image-assumed", "note", f"{job.assumed} (in job {job.job.id})", job.job.span))
        for note in sorted(carrier.notes):
            self.journal.note(Diagnostic("context-differs", "note", f"{note} (in job {job.job.id})", job.job.span))
        task = Task(
            name=name,
            steps=(step,),
            description=self.description(job, stage),
            labels=MANAGED | ({GPU_LABEL: "true", OWN_GPU_LABEL: "required"} if limits else {}),
            params=tuple(declared),
            workspaces=tuple(Workspace(item, WORKSPACES[item], _place(item)) for item in workspaces),
            results=(*results, *((Result("go", "true while nothing has failed"),) if split and not last else ())),
            volumes=(*self.volumes(job, service, options, step, script), *proofs.volumes),
            sidecars=(*service.sidecars, *services, *forwarder(stage.containers)),
        )
        task = isolated(stage, task)
        supplied.ask_for_rights(job, task, self.settings.namespace, self.journal)
        holder = ("sidecar", service.gpu) if service.gpu else ("step", step.name) if limits else ("", "")
        return LoweredTask(task, stage, params, workspaces, holder, "", known_as(job, stage))

    # -- environment -------------------------------------------------------------------------------------------------

    def outputs(self, job: JobPlan, carrier: Carrier, results: list[Result], target: str) -> str:
        lines = ""
        for name, value in job.job.outputs.items():
            try:
                text = carrier.text(job.scope.fold(value))
            except Unsupported as problem:
                self.journal.manual(value.path, str(problem), target)
                continue
            lines += f"output {word(name)} {word(text)}\n"
            self.journal.exact(value.path, target)
        return f"\n{lines}" if lines else ""

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
        return out + (
            [Mount(SHM_VOLUME, "/dev/shm")]
            if options.shared_memory or service.shared_memory
            else []
        )

    def volumes(
        self, job: JobPlan, service: Served, options: ContainerOptions, step: Container, script: str
    ) -> list[Manifest]:
        out: list[Manifest] = [runtime.volume(script)]
        if job.layout == "job" and not job.state:
            out.append({"name": "state", "emptyDir": {}})
        if service.sidecars:
            out.append({"name": service.mount.name, "emptyDir": {}})
        out += [{"name": f"volume-{number}", "emptyDir": {}} for number, _ in enumerate(options.volumes, 1)]
        out += host.volumes(job)
        if options.shared_memory or service.memory:
            out.append(shared_memory_volume("" if options.shared_memory else service.memory))
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


def _place(workspace: str) -> str:
    """The job's files lie where images and scripts expect them; nothing else may lie inside."""
    return WORKSPACE if workspace == SOURCE else f"/workspaces/{workspace}"
