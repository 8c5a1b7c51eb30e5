"""How values that only a run knows reach a container: params, environment variables, Secrets.

An expression that stays is written in GitHub's own notation for the runtime, which looks contexts up in the environment
and the job's state; what the environment must hold for that is collected here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.expression import (
    Call,
    Context,
    Expression,
    Filter,
    Index,
    Literal,
    Template,
    fold,
    references,
    unparse,
    unparse_template,
)
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.expression.syntax import walk
from gha2tekton.lower.event_types import tidied, with_booleans
from gha2tekton.lower.leg_numbers import number_of, weighed_inputs
from gha2tekton.lower.trust import given, ordered, trusted
from gha2tekton.lower.whole_contexts import ABOUT_THE_RUN, DIFFERS, KNOWN, SECRETS, SOURCES, VARIABLES, WHOLE, of_needs
from gha2tekton.plan.told import DERIVED, OF_RUNTIME, is_direct
from gha2tekton.record import Record, field
from gha2tekton.tekton.model import EnvFrom, EnvVar
from gha2tekton.tekton.names import input_param, param, variable

Path = tuple[str, ...]

_FUNCTIONS = frozenset(
    "success failure always cancelled contains startswith endswith format join tojson fromjson hashfiles case".split()
)
_TAKE_OBJECTS = frozenset("tojson contains join".split())


def _in_event(path: Path) -> bool:
    return tuple(part.lower() for part in path[:2]) == ("github", "event") and path[2:3] != ("inputs",)


JSON, EVERY = "matrix as JSON", "*"
"""Where a param holds a leg's values as JSON: the path begins with the first, and the second stands for all of them."""

CHECK_RUN = "job.check_run_id is the name of the TaskRun"


class Unsupported(Exception):
    """An expression that nothing in a Task can compute; the message says which part."""


class Carrier(Record):
    """What the containers of one Task must be given; filled while the Task is lowered."""

    typed: Mapping[str, Any] = field(default_factory=dict)
    """Contexts whose booleans come as text: compared with 'true' where they stand in an expression."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The types of the workflow's inputs."""
    dynamic: bool = False
    """Whether the matrix comes with the run: the runtime knows it then, and nothing of it can be trusted."""
    kept: frozenset[str] = frozenset()
    """The names of the matrix that come as JSON, or ``EVERY``."""
    calls: bool = False
    variables: dict[str, EnvVar] = field(default_factory=dict)
    params: dict[str, Path] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    configured: set[str] = field(default_factory=set)
    sources: dict[str, EnvFrom] = field(default_factory=dict)
    """Secret and ConfigMap where all that they hold is brought."""
    whole_env: bool = False
    """Whether the runtime must know which variables the env context has."""
    notes: set[str] = field(default_factory=set)
    """How values differ from GitHub's."""
    callers: list[str] = field(default_factory=list)
    """The steps whose composite actions are open: their inputs are the runtime's to know."""

    def text(self, template: Template) -> str:
        """A template for the runtime."""
        only = template[0] if len(template) == 1 else None
        if isinstance(only, str):
            return only
        if only is not None and static_path(only):
            self.check(only)
            return unparse_template(template)
        return "".join(part if isinstance(part, str) else f"${{{{ {self.expression(part)} }}}}" for part in template)

    def expression(self, tree: Expression) -> str:
        """An expression for the runtime."""
        self.check(tree)
        if not self.callers:
            for name in weighed_inputs(tree, self.inputs):
                self.give(EnvVar(number_of(name), f"$(params.{self.param_of(('inputs', name))})"))
        made = with_booleans(tree)
        if self.typed and not self.callers:
            made = fold(made, self.typed)
        return unparse(made if made == tree else tidied(made))

    def check(self, tree: Expression) -> None:
        """See to it that all an expression reads is there; Unsupported if that cannot be."""
        for node in walk(tree):
            match node:
                case Call() if node.name.lower() not in _FUNCTIONS:
                    raise Unsupported(f"{node.name}() is not known")
                case Call() if node.name.lower() in _TAKE_OBJECTS:
                    for path in filter(_in_event, filter(None, map(static_path, node.arguments))):
                        self.bring_json(path)
                case Index(target=target, index=index) if not isinstance(index, Literal):
                    self.computed(node, static_path(target) or ("",))
                case Filter(target=Context(name=name)) if name.lower() == "env":
                    self.whole_env = True
                case _ if self.calls and of_needs(node):
                    raise Unsupported("needs.*.outputs: what calls of workflows give is known by name alone")
                case _:
                    pass
        for path in references(tree):
            self.reach(path)

    def computed(self, node: Index, of: Path) -> None:
        """One of a context's values whose name only the run knows."""
        root = of[0].lower()
        typed = any(kind in ("boolean", "number") for kind in self.inputs.values())
        unknown = root == "matrix" and not self.dynamic and not self.as_json(of)
        if unknown or (root == "inputs" and typed and not self.callers):
            raise Unsupported(f"{unparse(node)}: the name of what is read is itself computed")

    def reach(self, path: Path) -> None:
        """Bring one context value to the container."""
        root, depth = path[0], len(path)
        if root in ("needs", "steps") and (depth < 3 or path[-1] == "*"):
            return
        if self.dynamic and root in ("matrix", "strategy"):
            return
        if root == "inputs" and (depth == 1 or path[-1] == "*"):
            self.all_inputs()
            return
        if self.as_json(path):
            self.bring_leg(EVERY if EVERY in self.kept else path[1].lower())
            return
        if path[-1] == "*" and (root in ("env", "runner") or _in_event(path[:-1])):
            if root == "github":
                self.bring_json(path[:-1])
            return
        if path == ("github",):
            self.about_the_run()
            return
        if depth < 3 and (depth == 1 or path[-1] == "*") and root in KNOWN | SOURCES.keys():
            self.whole(root)
            return
        if depth == 1 or path[-1] == "*":
            raise Unsupported(f"the whole context {'.'.join(path[: depth - 1 or 1])} is not known while the job runs")
        match root:
            case "env" | "steps" | "runner" | "needs":
                pass
            case "job":
                self.job(path)
            case "secrets":
                self.secret(path[1])
            case "vars":
                self.configured.add(path[1])
                self.give(EnvVar(variable(path), config_map=(VARIABLES, path[1])))
            case "inputs" if self.callers:
                return
            case "github" if depth == 2:
                self.github(path[1].lower())
            case "github" | "inputs" | "matrix" | "strategy":
                self.bring(path)
            case _:
                raise Unsupported(f"the context {path[0]} is not known while the job runs")

    def whole(self, root: str) -> None:
        """All values of a context by their names."""
        self.whole_env = self.whole_env or root == "env"
        if root in DIFFERS:
            self.notes.add(DIFFERS[root])
        if root in SOURCES:
            self.sources[root] = SOURCES[root]
            self.variables[WHOLE] = EnvVar(WHOLE, " ".join(sorted(self.sources)))

    def about_the_run(self) -> None:
        """All that programs of GitHub's look for in the environment and in the file of the event."""
        for name in ABOUT_THE_RUN:
            self.github(name)
        self.event()

    def event(self) -> None:
        """The payload, which the runtime puts into the file of the event."""
        self.bring_json(("github", "event"))

    def all_inputs(self) -> None:
        """Every input by its name; a composite action's are the runtime's to know."""
        if self.callers:
            return
        for name in self.inputs:
            self.bring(("inputs", name))
        texts = ("string", "choice", "environment")
        names = (name if kind in texts else f"{name}:" for name, kind in self.inputs.items())
        self.give(EnvVar("GHA_INPUTS", " ".join(names)))

    def job(self, path: Path) -> None:
        part = path[1].lower()
        if part == "check_run_id":
            self.notes.add(CHECK_RUN)
            self.give(EnvVar(variable(path), "$(context.taskRun.name)"))
        elif part not in ("status", "action_status"):
            raise Unsupported(f"{'.'.join(path)} is not known in a Pod")

    def github(self, name: str) -> None:
        name = DERIVED.get(name, name)
        if name in OF_RUNTIME:
            return
        if name == "token":
            self.secret("GITHUB_TOKEN")
        else:
            self.bring(("github", name))

    def bring(self, path: Path) -> str:
        """A param for a context value, and a variable of its name; the param's name."""
        name = self.param_of(path)
        self.give(EnvVar(variable(path), f"$(params.{name})"))
        return name

    def bring_json(self, path: Path) -> None:
        """A param for an object of the event, and the variable that holds it as JSON."""
        name = param(path)
        self.params[name] = path
        self.give(EnvVar(f"GHA_JSON_{variable(('x', *path)).removeprefix('GHA_X_')}", f"$(params.{name})"))

    def as_json(self, path: Path) -> bool:
        """Whether a value of the matrix lies in what comes as JSON."""
        if path[0] != "matrix" or self.dynamic:
            return False
        return EVERY in self.kept or (len(path) > 1 and path[1].lower() in self.kept)

    def bring_leg(self, name: str) -> None:
        """A param for what the leg says under a name, and the variable that holds it as JSON."""
        path = ("matrix",) if name == EVERY else ("matrix", name)
        held = param((*path, "json"))
        self.params[held] = (JSON, name)
        self.give(EnvVar(f"GHA_JSON_{variable(('x', *path)).removeprefix('GHA_X_')}", f"$(params.{held})"))

    def secret(self, name: str) -> str:
        """The variable that holds a secret."""
        self.secrets.add(name)
        held = f"GHA_SECRET_{variable(('x', name)).removeprefix('GHA_X_')}"
        self.give(EnvVar(held, secret=(SECRETS, name)))
        return held

    def give(self, entry: EnvVar) -> None:
        self.variables.setdefault(entry.name, entry)

    def tekton(self, template: Template) -> str | None:
        """Text with ``$(params.x)`` for fields that Tekton fills; None where a value must be computed."""
        out: list[str] = []
        for part in template:
            if isinstance(part, str):
                out.append(part)
                continue
            path = static_path(part)
            if path is None or not is_direct(path) or (path[0] == "matrix" and self.dynamic):
                return None
            out.append(f"$(params.{self.param_of(path)})")
        return "".join(out)

    def param_of(self, path: Path) -> str:
        """The name of a param that holds a context value."""
        lowered = tuple(part.lower() for part in path)
        if lowered == ("github", "sha"):
            path = ("git", "revision")
        elif lowered[:-1] == ("github", "event", "inputs"):
            path = ("inputs", path[-1])  # the same input, as text
        name = input_param(path[1:]) if path[0] == "inputs" else param(path)
        self.params[name] = path
        return name

    def trusts(self, tree: Expression) -> bool:
        """Whether only the repository's own people can set what an expression gives in this job."""
        return trusted(tree) and not self._brought(tree)

    def obeys(self, tree: Expression) -> bool:
        """Whether nobody but they and those who start the run can."""
        return ordered(tree) and not self.callers and not self._brought(tree)

    def _brought(self, tree: Expression) -> bool:
        """Whether it may be what a matrix says that comes with the run."""
        return self.dynamic and any(path[0] == "matrix" for part in given(tree) for path in references(part))
