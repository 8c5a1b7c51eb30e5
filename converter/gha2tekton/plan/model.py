"""The plan: where each step of a job runs and what must be carried to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from gha2tekton.expression import Template
from gha2tekton.plan.scope import Scope
from gha2tekton.record import Record, field
from gha2tekton.rules.model import ActionRule, CommandRule, Runner
from gha2tekton.shell.docker import DockerCall
from gha2tekton.shell.script import Command
from gha2tekton.source import Source
from gha2tekton.workflow.compose import Service
from gha2tekton.workflow.matrix import Leg
from gha2tekton.workflow.model import Action, Job, Step, Workflow

Role = Literal["prepare", "notebook", "convert", "test", "publish"]
ROLES: tuple[Role, ...] = ("prepare", "notebook", "convert", "test", "publish")
"""The guide's stages in their order."""

Layout = Literal["job", "stages"]


class SeenCommand(Record, frozen=True):
    """A command of a script with the rule that knows it; ``path`` is its row in the ledger."""

    path: str
    command: Command
    inner: Command
    """What really does the work: the command without sudo, ``poetry run`` and the like."""
    name: str
    """The name of ``inner``."""
    rule: CommandRule | None
    docker: DockerCall | None = None


class OwnContainer(Record, frozen=True):
    """The container that a step runs in place of a script."""

    image: str
    dockerfile: str = ""
    """What the image is built of, relative to the action."""
    named: bool = False
    """Step or action say what its entrypoint is."""
    entrypoint: tuple[str, ...] | None = None
    """What runs by itself before the arguments, where that is known of the Dockerfile."""
    command: tuple[str, ...] | None = None
    """What takes the place of arguments where there are none."""
    shell: bool = False
    """The entrypoint takes no arguments."""


class PlannedStep(Record, frozen=True):
    """One step with what it means; ``inner`` are the steps of a composite action."""

    step: Step
    title: str
    scope: Scope
    rule: ActionRule | None = None
    commands: tuple[SeenCommand, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    """What the variables of its script most likely hold."""
    action: Action | None = None
    inner: tuple[PlannedStep, ...] = ()
    role: Role | None = None
    effects: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    provided: frozenset[str] = frozenset()
    after_failure: bool = False
    container: OwnContainer | None = None
    refused: str = ""
    """Why the step cannot be done at all: its place fails loudly."""
    place: str = ""
    """The directory in which a script begins, as far as it is known."""

    @property
    def brings(self) -> frozenset[str]:
        """Programs that the action it calls sees to."""
        return frozenset(self.rule.brings) if self.rule else frozenset()

    @property
    def ends(self) -> bool:
        """Whether it does something at the job's end as well."""
        return any(part.rule is not None and part.rule.post for part in self.walk())

    def walk(self) -> Iterator[PlannedStep]:
        """The step and those inside it."""
        yield self
        for step in self.inner:
            yield from step.walk()


def pushes(steps: Iterable[PlannedStep]) -> bool:
    """Whether a step pushes with the token that GitHub's checkout leaves behind."""
    parts = [part for step in steps for part in step.walk()]
    commands = [seen.rule for part in parts for seen in part.commands if seen.rule is not None]
    return any("push" in part.rule.needs for part in parts if part.rule) or any(rule.pushes for rule in commands)


class ImageBuild(Record, frozen=True):
    """An image of the repository that is built and pushed before the job which runs it."""

    names: tuple[str, ...]
    """What scripts call it."""
    image: str
    """What it is pushed as."""
    words: tuple[str, ...]
    """Options of docker build and, last, the directory that it is built of."""
    directory: str
    """Where the words are said, relative to the workspace."""
    file: str
    """Its Dockerfile, relative to the workspace."""
    row: str
    """The command that would have built it."""
    before: tuple[PlannedStep, ...] = ()
    """The steps that fetch what it is built of."""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What its container is known by."""
        return tuple(("built", name) for name in self.names)


class ContainerPlan(Record, frozen=True):
    """A container that scripts call: a sidecar of the Task that serves the calls."""

    name: str
    image: str
    gpus: int | str | None = None
    service: Service | None = None
    keys: tuple[tuple[str, str], ...] = ()
    """What calls name it by: ("image", reference), ("service", name), ("container", name)."""
    shared_memory: str = ""
    directory: str = ""
    """Where its compose file lies, relative to the workspace."""
    entrypoint: str = ""
    command: str = ""
    """What the image runs by itself, as lines of a shell, where the tables know it."""
    user: str = ""
    """Who the image runs as, where somebody else is asked for too."""
    root: bool = False
    """A call asks for root."""
    apart: bool = False
    """The workspace lies elsewhere in it: calls ask for something else in its place."""
    plain: bool = False
    """Nothing is called in it: it runs what its image says."""
    ports: tuple[tuple[str, str], ...] = ()
    """The ports under which it was published and those that it listens on, where they differ."""
    hosts: tuple[str, ...] = ()
    """Names under which others know its machine: of the container, its service, its aliases."""
    holds: frozenset[str] = frozenset()
    """The programs that its image has, as far as the tables know."""
    worked_in: bool = False
    """Calls run commands of their own in it."""
    security: Mapping[str, Any] = field(default_factory=dict)
    """What it may do beyond others, as a security context."""
    looks: tuple[str, ...] = ()
    """The images that are asked for a GPU, and are asked here."""

    @property
    def built(self) -> bool:
        """Whether its image is built before the job."""
        return any(kind == "built" for kind, _ in self.keys)

    @property
    def builder(self) -> bool:
        """Whether it builds images."""
        return any(kind == "builder" for kind, _ in self.keys)


class Stage(Record, frozen=True):
    """What becomes one Task: ``role`` is None for a job that stays whole."""

    steps: tuple[PlannedStep, ...]
    role: Role | None = None
    gpu: int = 0
    gated: bool = False
    """Starts only if nothing failed before, so that nothing is taken to print "skipped"."""
    containers: tuple[ContainerPlan, ...] = ()
    native: str = ""
    """The container that is the step's own: the one in which its scripts work."""
    beside: str = ""
    """Why none is, so that all are called beside the step."""
    again: tuple[PlannedStep, ...] = ()
    """Steps of earlier stages that install what this one needs too: a Task begins with its image."""
    supplies: tuple[str, ...] = ()
    """Lines that install what the runner had and the image lacks."""

    @property
    def called(self) -> bool:
        """Whether it has containers that its scripts call."""
        return any(not one.plain and not one.builder for one in self.containers)

    @property
    def own(self) -> ContainerPlan | None:
        """The container that is the step's own."""
        return next((one for one in self.containers if one.name == self.native), None)

    def walk(self) -> Iterator[PlannedStep]:
        for step in self.steps:
            yield from step.walk()


class HostDirectory(Record, frozen=True):
    """A directory that a machine of one's own keeps from job to job, and of which containers are given something."""

    path: str
    read_only: bool = False
    called: bool = False
    """Containers of scripts are given it, not only those of the workflow."""


class JobPlan(Record, frozen=True):
    """A job (or legs of it that share a Task), the layout chosen for it and why."""

    job: Job
    scope: Scope
    legs: tuple[Leg, ...]
    layout: Layout
    why: str
    stages: tuple[Stage, ...]
    image: Template
    tags: Mapping[int, str] = field(default_factory=dict)
    """What ``image.version`` is in each leg, by its index: a version as the tags of images write it."""
    holds: frozenset[str] = frozenset()
    runner: Runner | None = None
    idle: frozenset[str] = frozenset()
    """The paths of labels that change nothing beside the others."""
    repeated: frozenset[str] = frozenset()
    """The paths of labels that change nothing beside what the job's containers ask for."""
    placing: frozenset[str] = frozenset()
    """The paths of labels that only choose among nodes."""
    gpu: int = 0
    artifacts: bool = False
    cache: bool = False
    kept: bool = False
    """A job of the workflow asks for artifacts of earlier runs, so that each run leaves its own."""
    state: bool = False
    """Other jobs read its result or outputs from the volume, or it reads theirs."""
    refused: str = ""
    asked: frozenset[str] = frozenset()
    """GitHub's variables that scripts of the repository read, which its steps call."""
    assumed: str = ""
    """What was taken for granted of its image."""
    matrix: Template = ()
    """The matrix as JSON where only the run knows its legs; ``legs`` then is one that stands for all."""
    spread: bool = False
    """Its legs, which only the run knows, have images of their own, which are worked out with them."""
    computed: Mapping[str, str] = field(default_factory=dict)
    """What a Task before the job works out for its Pod: params by the leaves of the workflow whose values they hold."""
    unserved: Mapping[str, str] = field(default_factory=dict)
    """Rows of docker commands that nothing in the Pod can do, with the reason."""
    noted: Mapping[str, str] = field(default_factory=dict)
    """Rows of docker commands that are done with a difference."""
    daemon: bool = False
    """A privileged sidecar runs docker itself."""
    composed: tuple[Source, ...] = ()
    """The compose files that services are started from."""
    unfit: Mapping[str, str] = field(default_factory=dict)
    """Services that cannot be sidecars, with the reason."""
    host: tuple[HostDirectory, ...] = ()
    builds: tuple[ImageBuild, ...] = ()
    """Images that are built before it begins."""
    maker: str = ""
    """The resource that stands for its GPUs, where its containers are given those of AMD."""

    @property
    def usual(self) -> bool:
        """Whether its machine is one of which nothing special is known."""
        return self.runner is None or self.runner.usual

    def walk(self) -> Iterator[PlannedStep]:
        for stage in self.stages:
            yield from stage.walk()


class Plan(Record, frozen=True):
    workflow: Workflow
    jobs: tuple[JobPlan, ...]
    chained: bool = True
    """Tekton's own stop on failure does what GitHub does: no job runs on after another's failure."""

    def parts(self, job: JobPlan) -> tuple[JobPlan, ...]:
        """All the plans of one job: its legs on machines of each kind."""
        if job.job.strategy is None:
            return (job,)
        return tuple(other for other in self.jobs if other.job.id == job.job.id)

    @property
    def staged(self) -> tuple[JobPlan, ...]:
        """The jobs that are several Tasks."""
        return tuple(job for job in self.jobs if job.layout == "stages")

    @property
    def claims(self) -> bool:
        """Whether anything must outlive a Task, so that a claim is needed."""
        return bool(self.staged) or any(job.artifacts or job.cache or job.state for job in self.jobs)
