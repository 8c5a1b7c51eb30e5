"""The plan: where each step of a job runs and what must be carried to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gha2tekton.rules.model import ActionRule, CommandRule, Runner
from gha2tekton.shell.docker import DockerCall
from gha2tekton.shell.script import Command
from gha2tekton.workflow.compose import Service
from gha2tekton.workflow.model import Action, Job, Step, Workflow

Role = Literal["prepare", "notebook", "convert", "test", "publish"]
ROLES: tuple[Role, ...] = ("prepare", "notebook", "convert", "test", "publish")
"""The guide's stages in their order."""

Layout = Literal["job", "stages"]


@dataclass(frozen=True, slots=True)
class SeenCommand:
    """A command of a script with the rule that knows it; ``path`` is its row in the ledger."""

    path: str
    name: str
    command: Command
    rule: CommandRule | None
    docker: DockerCall | None = None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step with what it means; ``inner`` are the steps of a composite action."""

    step: Step
    title: str
    rule: ActionRule | None = None
    commands: tuple[SeenCommand, ...] = ()
    action: Action | None = None
    inner: tuple[PlannedStep, ...] = ()
    role: Role | None = None
    effects: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    after_failure: bool = False
    refused: str = ""
    """Why the step cannot be done at all: its place fails loudly."""

    def walk(self) -> Iterator[PlannedStep]:
        """The step and those inside it."""
        yield self
        for step in self.inner:
            yield from step.walk()


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """A container that scripts call: a sidecar of the Task that serves the calls."""

    name: str
    image: str
    gpu: bool = False
    gpu_count: int | None = None
    service: Service | None = None
    keys: tuple[tuple[str, str], ...] = ()
    """What calls name it by: ("image", reference), ("service", name), ("container", name)."""
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    shared_memory: str = ""
    working_dir: str = ""
    mounts: tuple[tuple[str, str], ...] = ()
    """Workspace-relative source ("." for the root) and destination."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What becomes one Task: ``role`` is None for a job that stays whole."""

    steps: tuple[PlannedStep, ...]
    role: Role | None = None
    gpu: bool = False
    gated: bool = False
    """Starts only if nothing failed before, so that nothing is taken to print "skipped"."""
    containers: tuple[ContainerPlan, ...] = ()

    def walk(self) -> Iterator[PlannedStep]:
        for step in self.steps:
            yield from step.walk()


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job, the layout chosen for it and why."""

    job: Job
    layout: Layout
    why: str
    stages: tuple[Stage, ...]
    image: str
    image_user: str = ""
    tools_missing: tuple[str, ...] = ()
    gpu: int = 0
    runner: Runner | None = None
    needs_artifacts: bool = False
    needs_cache: bool = False
    needs_state: bool = False
    """Other jobs read its result or outputs from the volume, or it reads theirs."""
    matrix: Mapping[str, object] = field(default_factory=dict)
    leg: str = ""
    refused: str = ""

    def walk(self) -> Iterator[PlannedStep]:
        for stage in self.stages:
            yield from stage.walk()


@dataclass(frozen=True, slots=True)
class Plan:
    workflow: Workflow
    jobs: tuple[JobPlan, ...]

    @property
    def shares_volume(self) -> bool:
        """Whether anything must outlive a Task, so that a claim is needed."""
        return any(job.layout == "stages" or job.needs_artifacts or job.needs_cache or job.needs_state for job in self.jobs)
