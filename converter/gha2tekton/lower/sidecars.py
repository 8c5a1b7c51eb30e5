"""Containers beside a job's steps: those its scripts call, and its services."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gha2tekton.expression.syntax import path as static_path
from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import SECRETS, Carrier
from gha2tekton.lower.runtime import MOUNT, PLACE
from gha2tekton.plan.model import ContainerPlan, Stage
from gha2tekton.plan.scope import WORKSPACE, Scope
from gha2tekton.shell.docker import container_options
from gha2tekton.tekton.model import Container, EnvVar, Manifest, Mount
from gha2tekton.workflow.model import Container as Service
from gha2tekton.workflow.model import Value

HANDOFF = "/gha2tekton-handoff"
HANDOFF_VOLUME: Manifest = {"name": "handoff", "emptyDir": {}}
HANDOFF_MOUNT = Mount("handoff", HANDOFF)
SHM_VOLUME = "dshm"


@dataclass(frozen=True, slots=True)
class Served:
    """The sidecars of a stage and what its shell container must know of them."""

    sidecars: tuple[Container, ...] = ()
    variables: tuple[EnvVar, ...] = ()
    gpu: str = ""
    """The sidecar that holds the GPU."""
    memory: str = ""


def served(stage: Stage, limits: Mapping[str, str], image_param: str = "") -> Served:
    """The sidecars that serve a stage's container calls; the first that asks for a GPU gets it."""
    if not stage.containers:
        return Served()
    holder = next((container.name for container in stage.containers if container.gpus is not None), "")
    memory = next((container.shared_memory for container in stage.containers if container.shared_memory), "")
    sidecars = tuple(
        _sidecar(
            container,
            limits if container.name == holder else {},
            image_param if container.name == holder else "",
            bool(memory),
        )
        for container in stage.containers
    )
    table = "".join(
        f"{kind}\t{key}\t{container.name}\n" for container in stage.containers for kind, key in container.keys
    )
    variables = [EnvVar("GHA_HANDOFF", HANDOFF), EnvVar("GHA_CONTAINERS", table)]
    if holder:
        variables.append(EnvVar("GHA_GPU_CONTAINER", holder))
    return Served(sidecars, tuple(variables), holder, memory)


def _sidecar(container: ContainerPlan, limits: Mapping[str, str], image_param: str, shared_memory: bool) -> Container:
    service = container.service
    env = [EnvVar("GHA_HANDOFF", HANDOFF), EnvVar("GITHUB_WORKSPACE", WORKSPACE)]
    args: tuple[str, ...] = ()
    if service is not None:
        env += [EnvVar(name, escaped(value)) for name, value in service.environment.items()]
        command = (*(service.entrypoint or ()), *(service.command or ()))
        if service.working_dir:
            env.append(EnvVar("GHA_WORKING_DIR", service.working_dir))
        mounts = "".join(f"{source}\t{target}\n" for source, target in service.volumes)
        if mounts:
            env.append(EnvVar("GHA_MOUNTS", mounts))
        if command and command[:1] != ("sleep",) and command[:2] != ("tail", "-f"):
            args = ("--", *(escaped(part) for part in command))
    return Container(
        name=container.name,
        image=f"$(params.{image_param})" if image_param else container.image,
        command=(f"{PLACE}/serve", container.name),
        args=args,
        env=tuple(env),
        mounts=(MOUNT, HANDOFF_MOUNT, *((Mount(SHM_VOLUME, "/dev/shm"),) if shared_memory else ())),
        limits=dict(limits),
    )


def escaped(text: str) -> str:
    """Text for an environment value or argument, in which Kubernetes would expand ``$(NAME)``."""
    return re.sub(r"\$(?=[$(])", "$$", text)


def service_sidecars(
    services: Mapping[str, Service], scope: Scope, carrier: Carrier, journal: Journal, target: str
) -> tuple[Container, ...]:
    """``services`` of a job as sidecars, ready when their health command says so."""
    out: list[Container] = []
    for name, service in services.items():
        image = carrier.tekton(scope.fold(service.image))
        if image is None:
            journal.manual(service.image.path, "the image of a service must be known when the Pod starts", target)
            continue
        if not image:
            continue
        journal.exact(service.image.path, target)
        env: list[EnvVar] = []
        for key, value in service.env.items():
            text = carrier.tekton(scope.fold(value))
            if text is None:
                env.append(_secret_variable(key, scope, value, carrier, journal, target))
            else:
                env.append(EnvVar(key, escaped(text)))
                journal.exact(value.path, target)
        for port in service.ports:
            _port(port.text, port.path, journal, target)
        out.append(
            Container(
                name=re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-"),
                image=image.removeprefix("docker://"),
                env=tuple(env),
                readiness=_readiness(service, scope, journal, target),
            )
        )
        for credential in (service.username, service.password):
            if credential is not None:
                journal.dropped(
                    credential.path, "superseded", "images are pulled with the ServiceAccount's imagePullSecret"
                )
        for other in (*service.volumes, service.command, service.entrypoint):
            if other is not None:
                journal.manual(other.path, "give the sidecar this by hand", target)
    return tuple(out)


def _secret_variable(key: str, scope: Scope, value: Value, carrier: Carrier, journal: Journal, target: str) -> EnvVar:
    template = scope.fold(value)
    path = static_path(template[0]) if len(template) == 1 and not isinstance(template[0], str) else None
    if path is not None and path[0].lower() == "secrets":
        carrier.secrets.add(path[1])
        journal.exact(value.path, target)
        return EnvVar(key, secret=(SECRETS, path[1]))
    journal.manual(value.path, "a service's variables must be known when the Pod starts", target)
    return EnvVar(key, "")


def _port(text: str, path: str, journal: Journal, target: str) -> None:
    host, _, inner = text.partition("/")[0].rpartition(":")
    if host and host.rsplit(":", 1)[-1] != inner:
        journal.adapted(path, f"containers of a Pod share their ports: the service is at localhost:{inner}", target)
    else:
        journal.dropped(
            path, "superseded", f"containers of a Pod share their ports: the service is at localhost:{inner}"
        )


def _readiness(service: Service, scope: Scope, journal: Journal, target: str) -> Manifest | None:
    if service.options is None:
        return None
    text = scope.guess(service.options)
    call = container_options(text or "")
    command = call.option("--health-cmd")
    left = [
        name for name, _ in call.options if not name.startswith("--health") and name not in ("--name", "--hostname")
    ]
    if text is None or left or call.unknown:
        journal.manual(
            service.options.path, f"options a sidecar has no word for: {' '.join(left) or service.options.text}", target
        )
    else:
        journal.exact(service.options.path, target)
    if not command:
        return None
    probe: Manifest = {"exec": {"command": ["sh", "-c", command]}}
    for option, field in (("--health-interval", "periodSeconds"), ("--health-timeout", "timeoutSeconds")):
        value = call.option(option)
        if value:
            probe[field] = max(1, _seconds(value))
    if retries := call.option("--health-retries"):
        probe["failureThreshold"] = int(retries) if retries.isdigit() else 3
    return probe


def _seconds(text: str) -> int:
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "": 1}
    return round(sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h|)", text)))


def host_names(services: Mapping[str, Service]) -> Manifest:
    """A Pod template in which services are reached by their names, as from a job's container."""
    names = list(services)
    return {"hostAliases": [{"ip": "127.0.0.1", "hostnames": names}]} if names else {}
