"""The containers that scripts call, from docker command lines and compose files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gha2tekton.plan import images, open_names
from gha2tekton.plan.assumptions import joined
from gha2tekton.plan.builds import BEFORE, NO_BUILDS, Builds, of_action
from gha2tekton.plan.called import Called
from gha2tekton.plan.compose_services import container_of, fit_for_pod, must_agree
from gha2tekton.plan.found import Found
from gha2tekton.plan.images import bare, readable
from gha2tekton.plan.made import ARCHIVED, Made
from gha2tekton.plan.model import ContainerPlan, PlannedStep, SeenCommand
from gha2tekton.plan.mounts import displaces
from gha2tekton.plan.printed import Key, printed
from gha2tekton.plan.privileges import of_call
from gha2tekton.plan.projects import Project, Projects
from gha2tekton.plan.service_builds import ServiceBuilds
from gha2tekton.plan.sizes import larger
from gha2tekton.plan.verbs import ARCHIVES, BUILDS, LISTS, LOOKS, NEVER, hosts_of, looked_at
from gha2tekton.record import replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.machines import facts
from gha2tekton.shell.docker import DockerCall, gpu_request
from gha2tekton.source import Source
from gha2tekton.workflow.compose import ComposeError, Service, UnreadableCompose
from gha2tekton.workflow.repository import Repository

BUILDER = "builder"
"""The key of the container that builds images."""


def find(
    steps: Sequence[PlannedStep],
    repository: Repository,
    rules: RuleSet,
    elsewhere: Collection[str] = (),
    before: Builds = NO_BUILDS,
) -> Found:
    """Every container that the steps start or call.

    ``elsewhere`` are images that other jobs built for themselves, ``before`` those that are built before this one.
    """
    finder = _Finder(repository, before, rules, elsewhere)
    for top in steps:
        for step in top.walk():
            finder.step(top, step)
    for top, row in finder.made.archived(steps, (BUILDER, BUILDER) in finder.containers):
        finder.builder(top)
        finder.notes[row] = ARCHIVED
    finder.problems |= finder.services.unmet() | finder.made.problems
    settled = tuple(finder.settled(container, rules) for container in finder.containers.values())
    return Found(
        settled,
        finder.problems,
        {path: frozenset(names) for path, names in finder.users.items()},
        {**finder.services.notes, **finder.notes},
        unreadable=tuple(finder.unreadable),
        unpushed=frozenset(finder.made.names - finder.made.pushed),
        composed=tuple(finder.composed.values()),
        unfit=finder.unfit,
        builds=finder.services.all(),
    )


class _Finder:
    def __init__(self, repository: Repository, before: Builds, rules: RuleSet, elsewhere: Collection[str]) -> None:
        self.before = before
        self.elsewhere = elsewhere
        self.services = ServiceBuilds(before, repository, rules)
        self.projects = Projects(repository)
        self.containers: dict[tuple[str, str], ContainerPlan] = {}
        self.problems: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.unreadable: list[UnreadableCompose] = []
        self.users: dict[str, set[str]] = {}
        self.names: set[str] = set()
        self.made = Made(before.made)
        self.printed: Mapping[str, Key] = {}
        self.variables: dict[str, tuple[str, str]] = {}
        """Containers whose names only the run knows, by the variables that hold these; ``printed`` are a step's."""
        self.called = Called()
        self.composed: dict[str, Source] = {}
        self.unfit: dict[str, str] = {}
        self.wanted: Collection[str] = ()

    def step(self, top: PlannedStep, step: PlannedStep) -> None:
        directory = step.place
        self.printed = printed(step)
        if step.rule is not None and step.rule.action == "actions/checkout":
            self.projects.fetch(step)
        if step.rule is not None and "builder" in step.rule.needs and step.step.path not in self.before.rows:
            self.made.names |= of_action(step)
            self.builder(top)
        if step.container is not None and step.container.image and step.step.uses is not None:
            named = step.container.named or step.container.entrypoint is not None
            options = (("--entrypoint", "given"),) if named else ()
            self.run(top, step.step.uses.value.path, DockerCall("run", options, step.container.image, True))
        for seen in step.commands:
            if seen.name == "cd" and seen.command.place.depth == 0 and seen.command.within is None:
                target = seen.command.values[1] if len(seen.command.values) > 1 else None
                directory = images.joined(directory, target or "")
            self.projects.see(seen.command, directory, step.constants)
            if seen.docker is not None:
                before = {name: value for name, value in seen.command.variables if value is not None}
                self.call(top, seen, seen.docker, directory, {**step.constants, **before})

    def call(
        self, top: PlannedStep, seen: SeenCommand, call: DockerCall, directory: str, variables: Mapping[str, str]
    ) -> None:
        if call.verb in ("run", "create"):
            self.run(top, seen.path, call, displaces(seen, directory))
            if call.given("--name") and not call.option("--name") and (text := images.variable_after(seen, "--name")):
                self.variables[text] = ("image", self.made.aliases.get(call.target or "", call.target or ""))
        elif call.verb == "exec":
            self.use(top, ("container", call.target or ""), seen, "no earlier command starts a container of this name")
        elif call.verb in ("compose exec", "compose run", "compose up", "compose build", "compose create"):
            self.wanted = ()
            try:
                self.compose(top, seen, call, self.projects.project(call, directory, variables))
            except ComposeError as error:
                self.problems[seen.path] = str(error)
                self.unfit = {**dict.fromkeys(self.wanted, str(error)), **self.unfit}
                if isinstance(error, UnreadableCompose):
                    self.unreadable.append(error)
        elif call.verb in LOOKS:
            found = looked_at(call, self.containers.values())
            self.users.setdefault(top.step.path, set()).update(found)
            if call.verb != "inspect":
                self.called.within.update(found)
        elif call.verb in BUILDS | LISTS | ARCHIVES:
            if seen.path in self.before.rows:
                self.notes[seen.path] = BEFORE
            elif self.made.takes(top, seen.path, call):
                self.builder(top)
        elif call.verb in NEVER:
            self.problems[seen.path] = f"docker {call.verb}: {NEVER[call.verb]}"

    def run(self, top: PlannedStep, row: str, call: DockerCall, apart: bool = False) -> None:
        build = self.before.made.get(bare(call.target or ""))
        own = build is not None or bare(call.target or "") in self.made.names
        if call.target is None or (open_names.loose(call.target) and not own):
            self.problems[row] = open_names.UNKNOWN
            return
        if call.open:
            self.problems[row] = "its options are not known before the Pod starts: write them out in the script"
            return
        if build is None and own:
            why = self.before.why.get(bare(call.target), "")
            self.problems[row] = images.built_here(open_names.spoken(call.target), why)
            return
        image = build.image if build is not None else self.made.aliases.get(call.target, call.target)
        if bare(image) in self.elsewhere:
            self.problems[row] = f"{image} is built by another job and not pushed: push it to a registry there"
            return
        key = ("image", image)
        gpus = gpu_request(call)
        keys = dict.fromkeys((key, ("image", call.target), *(build.keys if build is not None else ())))
        if name := call.option("--name"):
            keys[("container", name)] = None
        shared = images.shared_memory(call)
        before = self.containers.get(key) or ContainerPlan(self.name(image), image)
        ports, unled = images.ports_of(call)
        security, differs, wrong = of_call(call)
        if wrong:
            self.problems[row] = wrong
            return
        if notes := "; ".join(filter(None, (open_names.note(call.target, build is not None), unled, differs))):
            self.notes[row] = notes
        container = replace(
            before,
            ports=tuple(dict.fromkeys((*before.ports, *ports))),
            hosts=tuple(dict.fromkeys((*before.hosts, *hosts_of(call)))),
            security={**before.security, **security},
            gpus=images.more(before.gpus, gpus),
            keys=tuple(dict.fromkeys((*before.keys, *keys))),
            shared_memory=larger(before.shared_memory, shared),
            root=before.root or images.as_root(call),
            apart=before.apart or apart,
        )
        self.containers[key] = container
        self.called.by_run(container.name, row, call)
        self.users.setdefault(top.step.path, set()).add(container.name)

    def use(self, top: PlannedStep, key: tuple[str, str], seen: SeenCommand, problem: str) -> None:
        name = key[1]
        found = next((one for one in reversed(self.containers.values()) if images.goes_by(one, key)), None)
        if found is None and not name:
            words = {images.variable(word.text) or word.text for word in seen.command.words}
            keys = {key for text, key in {**self.variables, **self.printed}.items() if text in words}
            found = next((one for one in self.containers.values() if keys.intersection(one.keys)), None)
        # The name may be what `docker ps -q` or `docker run -d` printed; if there is but one, that is meant.
        if found is None and not name and len(self.containers) == 1:
            found = next(iter(self.containers.values()))
        if found is None:
            self.problems[seen.path] = problem
        else:
            self.called.within.add(found.name)
            self.users.setdefault(top.step.path, set()).add(found.name)
            if seen.docker is not None and images.as_root(seen.docker) and not found.root:
                key = next(key for key, container in self.containers.items() if container is found)
                self.containers[key] = replace(found, root=True)

    def compose(self, top: PlannedStep, seen: SeenCommand, call: DockerCall, project: Project) -> None:
        self.composed |= {source.name: source for source in project.sources}
        if call.verb in ("compose exec", "compose run"):
            if call.target is None:
                raise ComposeError("the service is not known at conversion: name it in the script as it is")
            wanted = project.ordered([call.target], call.verb == "compose exec" or call.given("--no-deps"))
        else:
            wanted = project.started(call)
        self.wanted = wanted
        for name in wanted:
            service = project.services.get(name)
            if service is None:
                raise ComposeError(f"the compose file has no service {name}")
            if call.verb == "compose build":
                if service.build:
                    self.services.ask(seen.path, service, self.made.names)
                continue
            self.service(top, seen, call, service, project)

    def service(
        self, top: PlannedStep, seen: SeenCommand, call: DockerCall, service: Service, project: Project
    ) -> None:
        build = self.services.of(service, seen.path, call, project, self.made.names)
        if build is not None:
            service = replace(service, image=build.image, build="")
        fit_for_pod(service, call.given("--build"), self.made.names, self.unfit)
        key = ("service", service.name)
        before = self.containers.get(key)
        if before is not None and before.service is not None:
            must_agree(before.service, service, begins=call.verb != "compose exec")
        if before is None:
            name, others = self.name(service.name), self.containers.values()
            container = container_of(service, name, project.directory, others, build)
            self.containers[key] = container
        container = self.containers[key]
        if service.differs:
            self.notes[seen.path] = f"service {service.name}: {', '.join(service.differs)} are the cluster's to say"
        if images.as_root(call) and not container.root:
            container = self.containers[key] = replace(container, root=True)
        self.called.by_compose(container.name, seen.path, call, service)
        self.users.setdefault(top.step.path, set()).add(container.name)

    def settled(self, container: ContainerPlan, rules: RuleSet) -> ContainerPlan:
        """The container with what the tables know of its image."""
        known = self.before.facts.get(container.image) or facts(rules, container.image)
        made, notes, problems = self.called.settled(container, known)
        self.notes = joined(self.notes, notes)
        self.problems = {**problems, **self.problems}
        return made

    def builder(self, top: PlannedStep) -> None:
        """The step builds images."""
        key = (BUILDER, BUILDER)
        if key not in self.containers:
            self.containers[key] = ContainerPlan(self.name("builder"), "", None, None, (key,))
        self.users.setdefault(top.step.path, set()).add(self.containers[key].name)

    def name(self, text: str) -> str:
        """A readable, unique name for a sidecar."""
        name = readable(text, self.names)
        self.names.add(name)
        return name
