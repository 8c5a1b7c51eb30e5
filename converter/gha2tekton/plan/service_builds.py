"""Services of compose files whose images are built for a job before it begins."""

from __future__ import annotations

from collections.abc import Collection

from gha2tekton.plan.builds import BEFORE, UNNAMED, Builds, of_directory, of_dockerfile
from gha2tekton.plan.images import bare, built_here, readable
from gha2tekton.plan.model import ImageBuild
from gha2tekton.plan.projects import Project
from gha2tekton.record import replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.shell.docker import DockerCall
from gha2tekton.workflow.compose import ComposeError, Service
from gha2tekton.workflow.repository import Repository


class ServiceBuilds:
    """Filled call by call; ``before`` is what else is built."""

    def __init__(self, before: Builds, repository: Repository, rules: RuleSet) -> None:
        self.before = before
        self.repository = repository
        self.rules = rules
        self.made: dict[str, ImageBuild] = {}
        self.asked: dict[str, set[str]] = {}
        self.notes: dict[str, str] = {}

    def ask(self, row: str, service: Service, made: set[str]) -> None:
        """A call of ``compose build``, whose image ``made`` takes; ComposeError where it cannot be before the job."""
        made.add(bare(service.image or service.name))
        if not self.before.pushed:
            raise ComposeError(built_here(service.image or service.name, UNNAMED))
        self.asked.setdefault(row, set()).add(service.name)
        self.notes[row] = BEFORE

    def of(
        self, service: Service, row: str, call: DockerCall, project: Project, made: Collection[str]
    ) -> ImageBuild | None:
        """What is built for a service; None where its image is to be had. ComposeError where it cannot be built."""
        if service.name in self.made:
            return self.made[service.name]
        again = call.given("--build") or bare(service.image or service.name) in made
        if not (service.build and self.before.pushed and (again or not service.image)):
            return self.before.made.get(bare(service.image))
        before, problem = self.before.places.get(row, ((), ""))
        if service.build_left:
            problem = problem or f"its build says {', '.join(service.build_left)}"
        name, options = service.image or service.name, list(service.build_options)
        build, problem = of_directory(row, (name,), options, service.build, project.directory, before, problem)
        if problem:
            raise ComposeError(f"service {service.name} cannot be built in a Task before the job: {problem}")
        build = replace(build, image=self.before.pushed.format(readable(name, ())))
        known = of_dockerfile(build, self.repository, self.rules)
        self.before.facts.update({build.image: known} if known is not None else {})
        self.notes[row] = BEFORE
        return self.made.setdefault(service.name, build)

    def unmet(self) -> dict[str, str]:
        """The calls of ``compose build`` for services that the job does not start, with what to do."""
        left = {row: sorted(names - self.made.keys()) for row, names in self.asked.items()}
        return {row: built_here(", ".join(names)) for row, names in left.items() if names}

    def all(self) -> tuple[ImageBuild, ...]:
        """Every image that is built before the job."""
        return tuple({build.image: build for build in (*self.before.made.values(), *self.made.values())}.values())
