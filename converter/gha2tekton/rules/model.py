"""Rules as they are read from files; see mappings/README.md for their authors' view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gha2tekton.expression import Template
from gha2tekton.journal import Cause, Fate
from gha2tekton.record import Record, field, replace

Effect = Literal["workspace", "home", "python", "env", "system", "services", "docker", "background"]
RuleFate = Literal["mapped", "dropped", "manual"]


class InputRule(Record, frozen=True):
    """What becomes of one input; ``default`` is the action's own."""

    fate: Literal["used", "adapted", "dropped", "manual"]
    reason: str = ""
    cause: Cause = "no effect outside GitHub"
    default: str = ""
    code: str = ""
    """The language that the value is code of (sh, python, javascript, other): values within it must stay data."""


class Provides(Record, frozen=True):
    """A tool of a version that the job's image must hold; ``version`` is the input that names it."""

    tool: str
    version: str = ""
    default: str = ""
    file: str = ""
    """The input that names a file in which the version is."""
    files: tuple[str, ...] = ()
    """Files that say it where nothing else does; ``version`` may name one of them."""


class Identity(Record, frozen=True):
    """A token by which the run shows a cloud who it is: GitHub's OIDC token there, a ServiceAccount's here.

    ``input`` may name another audience; with any input of ``unless`` the action needs no such token.
    """

    name: str
    audience: str
    input: str = ""
    unless: tuple[str, ...] = ()


class ActionRule(Record, frozen=True, eq=False):
    """One action; ``id`` is the rule's path below mappings/ without its ending."""

    id: str
    action: str
    about: str = ""
    fate: RuleFate = "mapped"
    cause: Cause = "no effect outside GitHub"
    reason: str = ""
    differs: str = ""
    role: str = ""
    effects: frozenset[str] = frozenset()
    tools: tuple[str, ...] = ()
    provides: Provides | None = None
    brings: tuple[str, ...] = ()
    """Programs that are there after it, whatever the image holds."""
    needs: frozenset[str] = frozenset()
    identity: Identity | None = None
    outputs: tuple[str, ...] = ()
    inputs: Mapping[str, InputRule] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """Further values that its lines use, such as the number of the pull request."""
    run: str = ""
    post: str = ""
    program: tuple[str, ...] = ()
    """Which of its own programs (pre, main, post) node runs; the inputs that are used are passed on."""
    command: str = ""
    """What runs among the action's own files in place of node."""
    machine: str = ""
    """The input that names the kind of machine that it starts, on which a later job runs."""
    image: str = ""
    """The container that the action is; all inputs that are given are passed on."""
    ref: str = ""
    example: Mapping[str, object] = field(default_factory=dict)


class InputOutcome(Record, frozen=True):
    name: str
    fate: Fate
    reason: str = ""
    cause: Cause = "no effect outside GitHub"


class Emission(Record, frozen=True):
    """The shell lines of a step; ``variables`` bring the values that only the run knows."""

    lines: str
    post: str = ""
    variables: Mapping[str, Template] = field(default_factory=dict)
    outcomes: tuple[InputOutcome, ...] = ()
    problems: tuple[str, ...] = ()


class CommandRule(Record, frozen=True):
    """A program: what running it means, and how it is had where the image lacks it."""

    id: str
    command: str
    role: str = ""
    effects: frozenset[str] = frozenset()
    gpu: bool = False
    pushes: bool = False
    """It pushes with the token that the checkout left."""
    provides: tuple[str, ...] = ()
    """Tools that the command itself brings, such as what ``pip install`` names."""
    wants: str = ""
    """What an earlier command must have provided, else ``supply`` does."""
    supply: str = ""
    fate: RuleFate = "mapped"
    reason: str = ""
    differs: str = ""


class Runner(Record, frozen=True):
    """A machine asked for by labels or group."""

    os: Literal["linux", "macos", "windows", "unknown"]
    gpu: int = 0
    product: str = ""
    arch: str = ""
    image: str = ""
    node_selector: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, str], ...] = ()
    note: str = ""
    hosted: bool = False
    """GitHub's own machine, which is new for each job."""
    guessed: bool = False
    """Whether the run may name another one."""
    unread: tuple[str, ...] = ()
    """Labels beside those that decide, of which no entry knows anything."""

    @property
    def kind(self) -> Runner:
        """The machine without what tells only how it was found: legs of one kind can share a Task."""
        return replace(self, note="", hosted=False, unread=())

    @property
    def usual(self) -> bool:
        """Whether it is any Linux machine, of which nothing special is known."""
        return self.kind == Runner("linux")


class Image(Record, frozen=True):
    """An image: the tools it holds and what its configuration says."""

    name: str
    reference: str
    holds: frozenset[str]
    tool: str = ""
    """The tool whose version its tag takes, as ``{version}`` in the reference."""
    size: int = 0
    user: str = ""
    home: str = ""
    entrypoint: str = ""
    command: str = ""
    """What it runs by itself, behind the entrypoint."""
    version: str = ""
    """The tag's version where a job asks for none."""
    numbers: int = 0
    """How many numbers of a version its tags have at most; 0 for all."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """The tags of versions that are asked for by the name of a line of releases."""
    job: bool = True
    """Whether it may be chosen to run a job's scripts."""
    paths: tuple[str, ...] = ()
    """Directories by which a script shows that it wants the image."""
    prepare: tuple[str, str] = ("", "")
    """A program, and the line that brings it and others where the image lacks it."""


class ImageChoice(Record, frozen=True):
    """``version`` is not yet in ``reference`` where only the run knows it: a template of text and expressions."""

    reference: Template
    holds: frozenset[str]
    missing: tuple[str, ...]
    image: Image
    tags: tuple[str, ...] = ()
    """The version of each leg, where the reference has ``image.version`` for it."""
