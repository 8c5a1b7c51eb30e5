"""Sidecars for the containers that a job's scripts call, and what its shell container must know of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from gha2tekton.lower import open_names
from gha2tekton.lower.containers.service_options import service_options
from gha2tekton.lower.runtime import MOUNT, PLACE
from gha2tekton.lower.settings import BUSYBOX
from gha2tekton.lower.values import escaped
from gha2tekton.plan.model import ContainerPlan, JobPlan, Stage
from gha2tekton.plan.privileges import run_as
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.plan.sizes import larger, quantity
from gha2tekton.record import Record, field, replace
from gha2tekton.shell.quote import word
from gha2tekton.tekton.model import Container, EnvVar, Manifest, Mount, Task
from gha2tekton.workflow.compose import Service

HANDOFF = "/gha2tekton-handoff"
HANDOFF_MOUNT = Mount("handoff", HANDOFF)
SHM_VOLUME = "dshm"
ELSEWHERE = "/gha2tekton-workspace"
"""Where a sidecar has the workspace in whose place it was given something else."""
_HOST = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
"""What Kubernetes takes for the name of a machine."""
BUILDAH = "quay.io/buildah/stable:v1.41"


class Served(Record, frozen=True):
    """The sidecars of a stage and what its shell container must know of them."""

    sidecars: tuple[Container, ...] = ()
    variables: tuple[EnvVar, ...] = ()
    gpu: str = ""
    """The sidecar that holds the GPU, the first one where several do."""
    memory: str = ""
    security: Manifest | None = None
    """What the container may do that is the step itself."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """What that one asks for."""
    shared_memory: bool = False
    """Whether it has /dev/shm in memory."""
    mount: Mount = HANDOFF_MOUNT
    """What the steps and the sidecars share."""


def served(
    stage: Stage,
    limits: Mapping[str, str],
    resource: str,
    image_param: str = "",
    builder: str = BUILDAH,
    shared: Sequence[Mount] = (),
) -> Served:
    """The sidecars that serve a stage's container calls; each that asks for GPUs gets its own.

    ``shared`` are mounts that each has as the step has them.
    """
    if not stage.containers:
        return Served()
    # The step itself before others.
    asking = sorted((one for one in stage.containers if one.gpus is not None), key=lambda one: one.name != stage.native)
    holder = asking[0].name if asking else ""
    memory = larger(*(container.shared_memory for container in stage.containers))
    several = len(asking) > 1
    sidecars: list[Container] = []
    for container in stage.containers:
        own = limits if container.gpus is not None else {}
        if own and several and isinstance(container.gpus, int):
            own = {**own, resource: str(container.gpus)}
        first = container.name == holder
        image = (
            builder if container.builder else f"$(params.{image_param})" if image_param and first else container.image
        )
        made = _sidecar(container, image, own, bool(container.shared_memory))
        serves = not container.plain and not container.builder
        sidecars.append(replace(made, mounts=(*made.mounts, *shared)) if shared and serves else made)
    names = {container.service.name: container.name for container in stage.containers if container.service}
    told = "".join(_told(container, names) for container in stage.containers)
    variables = [EnvVar("GHA_HANDOFF", HANDOFF), EnvVar("GHA_CONTAINERS", told)]
    if shared:
        variables.append(EnvVar("GHA_SHARED", "".join(f"{escaped(mount.path)}\n" for mount in shared)))
    if any(one.name == holder and not one.plain for one in stage.containers):
        variables.append(EnvVar("GHA_GPU_CONTAINER", holder))
    return Served(tuple(sidecars), tuple(variables), holder, memory)


def isolated(stage: Stage, task: Task) -> Task:
    """The Task, with the workspace elsewhere in those sidecars in which its place is another's."""
    apart = {container.name for container in stage.containers if container.apart and not container.plain}
    if not apart and not any(one.workspaces for one in task.sidecars):
        return task
    # Who names any workspace has only those.
    own = tuple((workspace.name, "") for workspace in task.workspaces)
    source = tuple((workspace.name, ELSEWHERE) for workspace in task.workspaces if workspace.mount_path == WORKSPACE)
    return replace(
        task,
        steps=tuple(replace(step, workspaces=own) for step in task.steps),
        sidecars=tuple(
            replace(one, workspaces=source if one.name in apart else one.workspaces or own) for one in task.sidecars
        ),
    )


def _told(container: ContainerPlan, sidecars: Mapping[str, str]) -> str:
    """What the runtime's docker must know of a container: lines of words with tabs between, see compose.sh."""
    name = container.name
    if container.plain:
        keys = [("plain", key) if kind == "service" else (kind, key) for kind, key in container.keys]
        return "".join(f"{kind}\t{key}\t{name}\n" for kind, key in keys if kind != "image")
    lines = [f"{kind}\t{key}\t{name}" for kind, key in container.keys if kind != "built" and key != _pushed(container)]
    service = container.service
    if service is not None:
        home = posixpath.join(WORKSPACE, container.directory) if container.directory else WORKSPACE
        lines.append(f"home\t{name}\t{home}")
        if service.profiles:
            lines.append(f"profiles\t{name}\t{','.join(service.profiles)}")
        after = [(sidecars[other], how) for other, how in service.depends_on if other in sidecars]
        lines += [f"after\t{name}\t{other}\t{how}" for other, how in after]
        lines += [f"env-file\t{name}\t{posixpath.normpath(posixpath.join(home, file))}" for file in service.env_files]
        if service.env_files:
            # What the compose file says of a variable wins over the file of variables.
            lines += [f"env\t{name}\t{key}={_literal(text)}" for key, text in service.environment.items()]
        for key, raw in service.open_environment.items():
            lines.append(f"env\t{name}\t{key}" + ("" if raw is None else f"={raw}"))
        lines += [
            f"pinned\t{name}\t{raw}\t{known}" for raw, known in service.pinned if not re.search(r"[\t\n]", raw + known)
        ]
        lines += [f"mount\t{name}\t{_place(source, home)}\t{target}" for source, target in service.volumes if source]
    # No name of an image that docker takes holds what a param would be taken for.
    texts = (open_names.told(line) if line.startswith("image\t") else escaped(line) for line in lines)
    return "".join(text.replace("\n", " ") + "\n" for text in texts)


def _pushed(container: ContainerPlan) -> str:
    """The name of an image that was built for the run, which no script knows."""
    return container.image if container.built else ""


def _place(source: str, home: str) -> str:
    """Where a path of a compose file leads; the name of a volume stays."""
    if source.startswith((".", "/")) or "/" in source:
        return posixpath.normpath(posixpath.join(home, source)) if not source.startswith("~") else source
    return source


def _literal(text: str) -> str:
    return text.replace("$", "$$")


def _sidecar(container: ContainerPlan, image: str, limits: Mapping[str, str], shared_memory: bool) -> Container:
    mounts = (Mount(SHM_VOLUME, "/dev/shm"),) if shared_memory and not container.builder else ()
    made = Container(name=container.name, image=image, mounts=mounts, limits=dict(limits))
    return _by_itself(container, made) if container.plain else _serving(container, made)


def _by_itself(container: ContainerPlan, made: Container) -> Container:
    """What runs what its image or its service says, and nothing else."""
    service = container.service
    if service is None:
        return replace(made, security=dict(container.security) or None)
    return replace(
        made,
        args=tuple(escaped(text) for text in service.command or ()),
        working_dir=service.working_dir,
        env=tuple(_variables(service)),
        readiness=_readiness(service),
        security={**container.security, **run_as(service.user)} or None,
    )


def _serving(container: ContainerPlan, made: Container) -> Container:
    """What runs the commands that it is handed, as the service or the image would."""
    service, entrypoint, command = container.service, container.entrypoint, container.command
    env = [EnvVar("GHA_HANDOFF", HANDOFF), EnvVar("GITHUB_WORKSPACE", ELSEWHERE if container.apart else WORKSPACE)]
    env += [EnvVar("GHA_DISPLACED", WORKSPACE)] if container.apart else []
    if service is not None:
        env += _variables(service)
        env += [EnvVar("GHA_WORKING_DIR", service.working_dir)] if service.working_dir else []
        env += [EnvVar("GHA_OPEN_INPUT", " ".join(service.open_input))] if service.open_input else []
        if service.entrypoint is not None:
            entrypoint, command = _words(service.entrypoint), ""
        if service.command is not None:
            command = _words(service.command)
        if service.health is not None:
            env.append(EnvVar("GHA_HEALTH", escaped(_words(service.health.command))))
            times = (service.health.interval, service.health.retries, service.health.start_period)
            env.append(EnvVar("GHA_HEALTH_TIMES", " ".join(map(str, times))))
    user = (service.user if service is not None else "") or container.user
    env += [EnvVar("GHA_USER", user)] if user else []
    env += [EnvVar("GHA_ENTRYPOINT", escaped(entrypoint))] if entrypoint else []
    env += [EnvVar("GHA_COMMAND", escaped(command))] if command else []
    return replace(
        made,
        command=(f"{PLACE}/serve", container.name),
        env=tuple(env),
        mounts=(MOUNT, HANDOFF_MOUNT, *made.mounts),
        security={**container.security, **({"runAsUser": 0} if container.root else {})} or None,
    )


def _variables(service: Service) -> list[EnvVar]:
    """What a service is told; the device plugin says which devices there are."""
    told = (pair for pair in service.environment.items() if pair[0] != "NVIDIA_VISIBLE_DEVICES")
    return [EnvVar(name, escaped(value)) for name, value in told]


def forwarder(containers: Sequence[ContainerPlan]) -> tuple[Container, ...]:
    """A sidecar that leads published ports to those that containers of the Pod listen on."""
    pairs = dict.fromkeys(pair for container in containers for pair in container.ports)
    if not pairs:
        return ()
    lines = "".join(f"busybox nc $many -p {host} -e busybox nc 127.0.0.1 {inner} &\n" for host, inner in pairs)
    # Builds of busybox differ in the letter for a server that goes on.
    letter = "case $(busybox nc --help 2>&1) in *-ll*) many=-ll ;; *) many=-lk ;; esac\n"
    return (Container(name="published-ports", image=BUSYBOX, script=f"#!/bin/sh\n{letter}{lines}wait\n"),)


def known_as(job: JobPlan, stage: Stage) -> tuple[str, ...]:
    """The names that lead to the Pod itself: of services, and of containers as scripts know them."""
    names = [name for container in stage.containers for name in container.hosts]
    names += [name for one in job.job.services.values() for name in service_options(job, one.options).hosts]
    return tuple(dict.fromkeys(name for name in (*job.job.services, *names) if is_host(name)))


def is_host(name: str) -> bool:
    """Whether Kubernetes lets a Pod know itself by this name."""
    return _HOST.fullmatch(name) is not None


def _words(words: tuple[str, ...]) -> str:
    return " ".join(word(text) for text in words)


def _readiness(service: Service | None) -> Manifest | None:
    if service is None or service.health is None:
        return None
    health = service.health
    out: Manifest = {
        "exec": {"command": list(health.command)},
        "periodSeconds": health.interval,
        "timeoutSeconds": health.timeout,
        "failureThreshold": health.retries,
    }
    return out | ({"initialDelaySeconds": health.start_period} if health.start_period else {})


def shared_memory_volume(size: str) -> Manifest:
    """/dev/shm in memory, as large as was asked for: 8g, 512m; "host" and "" have no limit."""
    limit = {"sizeLimit": given} if (given := quantity(size)) else {}
    return {"name": SHM_VOLUME, "emptyDir": {"medium": "Memory", **limit}}
