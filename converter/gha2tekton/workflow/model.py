"""GitHub's nouns: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gha2tekton.expression import Expression, Template
from gha2tekton.record import Record, field
from gha2tekton.source import Source, Span


class Value(Record, frozen=True):
    """One leaf: its path in the ledger, its place, and its text with the expressions in it parsed.

    ``raw`` is the scalar as GitHub types it (None, bool, float or str); ``template`` holds its text as GitHub prints
    it, so 1.10 is "1.1"; a lone ``${{ }}`` is a template of that one expression.
    """

    path: str
    span: Span
    raw: bool | float | str | None
    template: Template

    @property
    def literal(self) -> str | None:
        """The text when no expression is in it, else None."""
        if not self.template:
            return ""
        only = self.template[0]
        return only if len(self.template) == 1 and isinstance(only, str) else None

    @property
    def text(self) -> str:
        """The text as it stands in the source."""
        return self.raw if isinstance(self.raw, str) else (self.literal or "")


Env = Mapping[str, Value]
"""Variables in the order written."""


class Condition(Record, frozen=True):
    """An ``if``: the value as written and its tree, without the implicit status check."""

    value: Value
    tree: Expression


class Event(Record, frozen=True):
    """One entry of ``on``; ``types`` are GitHub's defaults where none are written."""

    name: str
    path: str
    span: Span
    types: tuple[Value, ...] = ()
    branches: tuple[Value, ...] = ()
    branches_ignore: tuple[Value, ...] = ()
    tags: tuple[Value, ...] = ()
    tags_ignore: tuple[Value, ...] = ()
    paths: tuple[Value, ...] = ()
    paths_ignore: tuple[Value, ...] = ()
    workflows: tuple[Value, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    inputs: tuple[Input, ...] = ()
    secrets: tuple[SecretInput, ...] = ()
    outputs: tuple[Output, ...] = ()


class Schedule(Record, frozen=True):
    cron: Value
    timezone: Value | None = None


InputType = Literal["string", "boolean", "number", "choice", "environment"]


class Input(Record, frozen=True):
    """An input of a workflow (dispatch or call) or of an action (always a string)."""

    name: str
    path: str
    span: Span
    type: InputType = "string"
    description: Value | None = None
    required: bool = False
    default: Value | None = None
    options: tuple[Value, ...] = ()
    leaves: tuple[Value, ...] = ()
    """Every leaf below, whatever it says, for the ledger."""


class SecretInput(Record, frozen=True):
    name: str
    path: str
    span: Span
    required: bool = False
    leaves: tuple[Value, ...] = ()


class Output(Record, frozen=True):
    """An output of a reusable workflow or a composite action."""

    name: str
    value: Value
    leaves: tuple[Value, ...] = ()
    called: tuple[Value, ...] = ()
    """Outputs of other calls that it hands on."""


class Defaults(Record, frozen=True):
    """``defaults.run``; GitHub lets a job's replace the workflow's as a whole."""

    shell: Value | None = None
    working_directory: Value | None = None


class Concurrency(Record, frozen=True):
    group: Value
    cancel_in_progress: Value | None = None
    queue: Value | None = None


class Container(Record, frozen=True):
    """``container`` of a job or one entry of ``services``."""

    path: str
    span: Span
    image: Value
    env: Env = field(default_factory=dict)
    options: Value | None = None
    ports: tuple[Value, ...] = ()
    volumes: tuple[Value, ...] = ()
    username: Value | None = None
    password: Value | None = None
    command: Value | None = None
    entrypoint: Value | None = None


class RunsOn(Record, frozen=True):
    """Labels (or one expression that gives them) and the runner group."""

    labels: tuple[Value, ...] = ()
    group: Value | None = None


class MatrixValue(Record, frozen=True):
    """A value of a matrix: a leaf, or a list or mapping of such."""

    path: str
    span: Span
    value: Value | tuple[MatrixValue, ...] | Mapping[str, MatrixValue]


class Strategy(Record, frozen=True):
    """One expression that gives the matrix, or all of the strategy, is ``expression``; ``path`` is where it stands."""

    path: str
    vectors: Mapping[str, MatrixValue] = field(default_factory=dict)
    include: tuple[MatrixValue, ...] | Value = ()
    exclude: tuple[MatrixValue, ...] | Value = ()
    expression: Value | None = None
    fail_fast: Value | None = None
    max_parallel: Value | None = None


class Uses(Record, frozen=True):
    """What a step or job calls: ``owner/repo[/path]@ref``, ``./dir``, ``$/dir`` or ``docker://image``."""

    value: Value
    kind: Literal["remote", "local", "docker"]
    name: str
    """owner/repo[/path] in lower case, the directory, or the image."""
    ref: str = ""
    version: str = ""
    """The ref, or the tag that a comment behind a commit says it is."""


class Step(Record, frozen=True):
    """A step of a job or of a composite action; ``run`` or ``uses`` or one of the waiting forms."""

    path: str
    span: Span
    id: Value | None = None
    name: Value | None = None
    condition: Condition | None = None
    env: Env = field(default_factory=dict)
    continue_on_error: Value | None = None
    timeout_minutes: Value | None = None
    run: Value | None = None
    shell: Value | None = None
    working_directory: Value | None = None
    uses: Uses | None = None
    inputs: Env = field(default_factory=dict)
    """``with``; names in lower case, as GitHub compares them."""
    background: Value | None = None
    wait: tuple[Value, ...] = ()
    wait_all: Value | None = None
    cancel: Value | None = None
    parallel: tuple[Step, ...] = ()


class Job(Record, frozen=True):
    """A job with steps, or a call of a reusable workflow (``uses``)."""

    id: str
    path: str
    span: Span
    own_id: str = ""
    """The id that the called workflow gives it which it was drawn in from."""
    name: Value | None = None
    needs: tuple[Value, ...] = ()
    condition: Condition | None = None
    runs_on: RunsOn | None = None
    strategy: Strategy | None = None
    env: Env = field(default_factory=dict)
    defaults: Defaults | None = None
    outputs: Env = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    timeout_minutes: Value | None = None
    cancel_timeout_minutes: Value | None = None
    continue_on_error: Value | None = None
    container: Container | None = None
    services: Mapping[str, Container] = field(default_factory=dict)
    environment: Environment | None = None
    permissions: tuple[Value, ...] = ()
    concurrency: Concurrency | None = None
    snapshot: tuple[Value, ...] = ()
    uses: Uses | None = None
    inputs: Env = field(default_factory=dict)
    secrets: Env | Value = field(default_factory=dict)
    """What a call passes on, or the word ``inherit``."""
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The paths of a call's inputs, with those of the leaves that read them."""
    above: tuple[str, ...] | None = None
    """What success() speaks of where calls were drawn in, ``a+b`` being a call; None: all that ``needs`` leads to."""
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The calls that it needs, by name in lower case, with the jobs they became."""
    borrowed: frozenset[str] = frozenset()
    """What only the call needs of which it is a part: to be waited for, and no entry of its context ``needs``."""
    called: tuple[Value, ...] = ()
    """Leaves of a call, and of the workflow it calls, that went into this job when it was drawn in."""
    idle: frozenset[str] = frozenset()
    """The paths of those without which the job is the same."""
    rivals: tuple[str, ...] = ()
    """The jobs of other legs of its call, which end it when they fail."""
    repeats: Mapping[str, str] = field(default_factory=dict)
    """The paths of variables and defaults that say again what the workflow says for all jobs, each with that path."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The ids of the jobs it needs, in lower case."""
        return tuple(value.text.lower() for value in self.needs)


class Environment(Record, frozen=True):
    name: Value
    url: Value | None = None
    deployment: Value | None = None


class Workflow(Record, frozen=True):
    source: Source
    name: Value | None
    run_name: Value | None
    events: tuple[Event, ...]
    env: Env
    defaults: Defaults | None
    permissions: tuple[Value, ...]
    concurrency: Concurrency | None
    jobs: tuple[Job, ...]
    description: Value | None = None

    @property
    def title(self) -> str:
        """``github.workflow``: the name, or the path of the file without one."""
        return self.name.text if self.name else self.source.name

    def job(self, id: str) -> Job | None:
        """The job of an id, compared as GitHub does."""
        return next((job for job in self.jobs if job.id.lower() == id.lower()), None)


class Action(Record, frozen=True):
    """An ``action.yml``: a composite action has steps; others name what they run in ``using``."""

    source: Source
    name: Value | None
    using: Value
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    steps: tuple[Step, ...] = ()
    image: Value | None = None
    arguments: tuple[Value, ...] = ()
    entrypoint: Value | None = None
    env: Env = field(default_factory=dict)
    programs: Mapping[str, Value] = field(default_factory=dict)
    """What node runs: ``main``, ``pre``, ``post`` and the conditions ``pre-if`` and ``post-if``."""
    leaves: tuple[Value, ...] = ()
