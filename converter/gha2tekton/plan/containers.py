"""The containers that scripts call, from docker command lines and compose files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gha2tekton.plan.model import ContainerPlan, PlannedStep, SeenCommand
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.plan.steps import guessed_script
from gha2tekton.shell.docker import DockerCall, gpu_request
from gha2tekton.shell.script import read
from gha2tekton.workflow.compose import ComposeError, Service, dotenv, read_services
from gha2tekton.workflow.repository import Repository

_BUILDS = frozenset({"build", "compose build", "buildx bake", "push", "import", "export", "commit"})
_DEFAULT_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


@dataclass(frozen=True, slots=True)
class Found:
    """The containers of a job's scripts; ``problems`` maps a command's row to why it cannot be served."""

    containers: tuple[ContainerPlan, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The containers that each step (by its path) calls or starts."""


def find(steps: Iterable[PlannedStep], repository: Repository) -> Found:
    """Every container that the steps start or call."""
    finder = _Finder(repository)
    for top in steps:
        for step in top.walk():
            for seen in step.commands:
                if seen.docker is not None:
                    finder.call(top, step, seen, seen.docker)
    return Found(
        tuple(finder.containers.values()),
        finder.problems,
        {path: frozenset(names) for path, names in finder.users.items()},
    )


class _Finder:
    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.containers: dict[tuple[str, str], ContainerPlan] = {}
        self.problems: dict[str, str] = {}
        self.users: dict[str, set[str]] = {}
        self.names: set[str] = set()

    def call(self, top: PlannedStep, step: PlannedStep, seen: SeenCommand, call: DockerCall) -> None:
        if call.verb in ("run", "create"):
            self.run(top, seen, call)
        elif call.verb == "exec":
            self.use(top, ("container", call.target or ""), seen, "no earlier command starts a container of this name")
        elif call.verb in ("compose exec", "compose run", "compose up"):
            self.compose(top, step, seen, call)
        elif call.verb in _BUILDS:
            why = f"docker {call.verb} needs a daemon: build and push the image in a step of its own"
            self.problems[seen.path] = why

    def run(self, top: PlannedStep, seen: SeenCommand, call: DockerCall) -> None:
        if call.target is None:
            self.problems[seen.path] = "the image is not known before the Pod starts: name it in the script as it is"
            return
        key = ("image", call.target)
        gpus = gpu_request(call)
        before = self.containers.get(key)
        keys: tuple[tuple[str, str], ...] = (key,)
        if name := call.option("--name"):
            keys = (key, ("container", name))
        if before is None:
            container = ContainerPlan(
                self.name(call.target), call.target, gpus, None, keys, call.option("--shm-size") or ""
            )
        else:
            more = tuple(item for item in keys if item not in before.keys)
            container = replace(before, gpus=before.gpus or gpus, keys=before.keys + more)
        self.containers[key] = container
        for other in keys[1:]:
            self.containers.pop(other, None)
        self.users.setdefault(top.step.path, set()).add(container.name)

    def use(self, top: PlannedStep, key: tuple[str, str], seen: SeenCommand, problem: str) -> None:
        found = next((container for container in self.containers.values() if key in container.keys), None)
        if found is None:
            self.problems[seen.path] = problem
        else:
            self.users.setdefault(top.step.path, set()).add(found.name)

    def compose(self, top: PlannedStep, step: PlannedStep, seen: SeenCommand, call: DockerCall) -> None:
        try:
            services = self.services(step, call)
        except ComposeError as error:
            self.problems[seen.path] = str(error)
            return
        wanted = [call.target] if call.target else [value for value in call.arguments if value] or list(services)
        for name in wanted:
            service = services.get(name or "")
            if service is None:
                self.problems[seen.path] = f"the compose file has no service {name}"
                continue
            if call.verb == "compose up" and service.profiles and not set(service.profiles) & set(call.profiles):
                continue
            if not service.image:
                self.problems[seen.path] = (
                    f"service {name} is built from {service.build or 'a Dockerfile'}: push its image and name it"
                )
                continue
            key = ("service", service.name)
            keys = (key, ("container", service.name))
            if key not in self.containers:
                self.containers[key] = ContainerPlan(
                    self.name(service.name), service.image, service.gpus, service, keys, service.shm_size
                )
            self.users.setdefault(top.step.path, set()).add(self.containers[key].name)

    def services(self, step: PlannedStep, call: DockerCall) -> dict[str, Service]:
        given = [value for value in call.files if value is not None]
        if len(given) < len(call.files):
            raise ComposeError("the compose file's name is not known at conversion")
        directory = (step.scope.guess(step.step.working_directory) or "") if step.step.working_directory else ""
        sources = []
        for name in given or _DEFAULT_FILES:
            path = posixpath.normpath(posixpath.join(directory, name.removeprefix(WORKSPACE).lstrip("/")))
            source = self.repository.read(path)
            if source is not None:
                sources.append(source)
            elif given:
                raise ComposeError(f"the compose file {path} is not in the repository")
            if sources and not given:
                break
        if not sources:
            raise ComposeError("there is no compose file beside the workflow")
        text = guessed_script(step.scope, step.step.run.template) if step.step.run else ""
        env = self.repository.read(posixpath.join(directory, ".env"))
        variables = {
            **(dotenv(env.text) if env else {}),
            **step.scope.likely,
            **read(text, step.scope.likely).constants,
        }
        return read_services(sources, {"GITHUB_WORKSPACE": WORKSPACE, "PWD": WORKSPACE, **variables})

    def name(self, text: str) -> str:
        """A readable, unique name for a sidecar."""
        last = text.rsplit("/", 1)[-1].partition(":")[0].partition("@")[0].lower()
        slug = (
            "".join(char if char.isalnum() and char.isascii() else "-" for char in last).strip("-")[:40] or "container"
        )
        name, count = slug, 1
        while name in self.names:
            count += 1
            name = f"{slug}-{count}"
        self.names.add(name)
        return name
