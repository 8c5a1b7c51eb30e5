"""Services of compose files as far as a Pod can have them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gha2tekton.plan.images import bare, built_here, names_of, published
from gha2tekton.plan.model import ContainerPlan, ImageBuild
from gha2tekton.plan.mounts import displaced
from gha2tekton.plan.privileges import privileges
from gha2tekton.plan.projects import UNKNOWN
from gha2tekton.tekton.model import Manifest
from gha2tekton.workflow.compose import ComposeError, Service


def fit_for_pod(service: Service, rebuilt: bool, built: Collection[str], unfit: dict[str, str]) -> None:
    """ComposeError, kept in ``unfit``, for a service that cannot be a sidecar; ``built`` are images the job made."""
    try:
        _fit(service, rebuilt, built)
    except ComposeError as error:
        unfit[service.name] = str(error)
        raise


def _fit(service: Service, rebuilt: bool, built: Collection[str]) -> None:
    if service.build and (not service.image or rebuilt or bare(service.image) in built):
        raise ComposeError(
            f"service {service.name} is built from {service.build}: push its image and name it in the compose file, "
            "or name a registry with --build-registry, and it is built in a Task before the job"
        )
    if not service.image:
        raise ComposeError(f"service {service.name} has no image")
    if bare(service.image) in built:
        raise ComposeError(built_here(service.image))
    if service.unset:
        names = ", ".join(f"${name.removeprefix(f'{UNKNOWN}_')}" for name in service.unset)
        raise ComposeError(f"service {service.name} hangs on {names}, which nothing sets before the Pod starts")
    for name, text in service.open_environment.items():
        if text is not None and UNKNOWN in text:
            raise ComposeError(f"the script computes {name} of service {service.name}: pass a variable on instead")
    if service.ignored:
        raise ComposeError(f"service {service.name} says what a sidecar cannot do: {', '.join(service.ignored)}")


def ports_of(service: Service, others: Iterable[ContainerPlan]) -> tuple[tuple[str, str], ...]:
    """The ports that must be led on; ComposeError where that cannot be done."""
    try:
        ports = published(service.ports)
    except ValueError as error:
        raise ComposeError(f"service {service.name}: {error}") from None
    taken = {inner for other in others if other.service for _, inner in other.ports}
    if both := sorted(taken & {inner for _, inner in ports}):
        raise ComposeError(
            f"service {service.name} and another listen on port {both[0]}, and a Pod's containers share ports"
        )
    return ports


def security_of(service: Service) -> Manifest:
    """What it may do beyond others; ComposeError where that has no word in a Pod."""
    made, left = privileges(service.privileged, service.cap_add, service.cap_drop, service.security_opt)
    if left:
        raise ComposeError(f"service {service.name} says what a sidecar cannot do: {', '.join(left)}")
    return made


def container_of(
    service: Service, name: str, directory: str, others: Iterable[ContainerPlan], build: ImageBuild | None
) -> ContainerPlan:
    """A service as a container beside others; ComposeError where it cannot be one."""
    keys = (("service", service.name), ("container", service.name), *names_of(service))
    return ContainerPlan(
        name,
        service.image,
        service.gpus,
        service,
        (*keys, *(build.keys if build is not None else ())),
        service.shm_size,
        directory,
        ports=ports_of(service, others),
        hosts=(service.name, *filter(None, (service.container_name,)), *service.hosts),
        security=security_of(service),
        apart=displaced(service.volumes, directory),
    )


def must_agree(one: Service, other: Service, begins: bool) -> None:
    """ComposeError where two readings of a service would be two containers; ``begins`` tells that it may start anew."""
    if one.image != other.image:
        raise ComposeError(f"two compose files have a service {one.name} with different images")
    fields = ("environment", "open_environment", "env_files", "volumes", "command", "entrypoint", "working_dir", "user")
    for name in fields if begins else ():
        if getattr(one, name) != getattr(other, name):
            key = {"open_environment": "environment", "env_files": "env_file"}.get(name, name)
            raise ComposeError(
                f"service {one.name} was started with another {key} before, and a sidecar is made once: "
                "give it the same files each time, or a name of its own"
            )
