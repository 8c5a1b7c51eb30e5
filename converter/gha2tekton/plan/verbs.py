"""Verbs of docker that need more than a sidecar that is called, and what their options come to."""

from __future__ import annotations

from collections.abc import Iterable

from gha2tekton.plan.images import is_container_of
from gha2tekton.plan.model import ContainerPlan
from gha2tekton.shell.docker import DockerCall

BUILDS = frozenset({"build", "push", "tag"})
"""Verbs of builds."""
LISTS = frozenset(
    "buildx imagetools create, buildx imagetools inspect, manifest create, manifest annotate, manifest inspect, "
    "manifest push, manifest rm".split(", ")
)
"""Verbs that work on lists of images."""
ARCHIVES = frozenset({"save", "load"})
"""Verbs that bring images to files, and from there."""
LOOKS = frozenset({"cp", "compose cp", "wait", "start", "inspect"})
"""Verbs that ask for something of a container which an earlier command has started."""
NEVER = {
    "buildx bake": "bake files are not read: write docker build for each image",
    "compose push": "name the services' images and push them with docker push",
    "import": "an image made of an archive cannot be pulled: push it to a registry first",
    "commit": "a sidecar's file system cannot be made an image: write a Dockerfile",
    "export": "a sidecar's file system cannot be taken out: copy files with docker cp",
    "attach": "use docker logs or exec",
}
"""Verbs that nothing in a Pod can do, and what can be done in their place."""


def pushes(call: DockerCall) -> bool:
    """Whether a build leaves its image in a registry."""
    outputs = " ".join(output or "" for output in call.all("--output"))
    return call.given("--push") or "type=registry" in outputs or "push=true" in outputs


def hosts_of(call: DockerCall) -> list[str]:
    """The names that lead to what docker run starts, and those that lead from there to its machine."""
    added = (value.partition(":") for value in call.all("--add-host") if value)
    hosts = [call.option("--name"), call.option("--hostname"), *call.all("--network-alias", "--net-alias")]
    hosts += [name for name, _, place in added if place in ("host-gateway", "127.0.0.1")]
    return [host for host in hosts if host]


def looked_at(call: DockerCall, containers: Iterable[ContainerPlan]) -> list[str]:
    """The containers of which a call wants something: any of them where only the run knows which."""
    names = [_part(call, word) for word in call.arguments]
    return [one.name for one in containers if any(name is None or _is(name, one) for name in names)]


def _part(call: DockerCall, word: str | None) -> str | None:
    """The container that a word names: empty where it names none, None where only the run knows."""
    if word is None or call.verb not in ("cp", "compose cp"):
        return word
    name, colon, _ = word.partition(":")
    return name if colon and not name.startswith((".", "/")) else ""


def _is(name: str, container: ContainerPlan) -> bool:
    service = container.service.name if container.service is not None else ""
    named = any(key == name for kind, key in container.keys if kind in ("container", "service"))
    return named or (bool(service) and is_container_of(name, service))
