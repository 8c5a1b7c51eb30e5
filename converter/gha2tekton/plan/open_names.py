"""Names of images that hang on what a run is told: ``x:${{github.sha}}``, as GitHub writes them.

Where a build and a call say the same, they speak of one image; what fills the names in is a matter of the Pod. A tag
that only the shell knows is ``x:*SHA``: enough to tell which build a call means, and no name to pull an image by.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from gha2tekton.expression import Expression, Partial, Template, fold_template, unparse
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.plan.meaning import read_meaning
from gha2tekton.plan.model import SeenCommand
from gha2tekton.plan.scope import Scope
from gha2tekton.plan.told import DERIVED
from gha2tekton.record import replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.shell.docker import DockerCall
from gha2tekton.tekton.names import label
from gha2tekton.workflow.model import Value

_DEFAULTS = ("sha", "run_id", "run_number", "repository", "repository_owner", "ref_name", "actor")
"""Fields that variables of every step hold."""
_OPEN = "${{"
_EXPANSION = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?P<more>[^{}\n]*)\}|\((?!\()[^()\n]*\))"
)
"""What the shell puts in, but for arithmetic."""
_TOLD = re.compile(r"\$\{\{(?:[^'}]|'[^']*')*\}\}")
_LOOSE = re.compile(r"[a-z0-9][\w./-]*(:\d+/[\w./-]+)?:[\w.-]*\*\S+")
"""A name of which only the tag is not known."""
UNKNOWN = (
    "the image is not known before the Pod starts: name it as it is, or by what the run is told before "
    "(${{ github.sha }}, an input, a variable, an output of a job)"
)


def note(image: str, built: bool) -> str:
    """What is different of a call of such an image, which may be ``built`` before the job under another name."""
    if _OPEN in image and re.search(r"\b(needs|vars|inputs)\.", image):
        return "a part of its image's name comes with the run: where it is empty the job does not start"
    if f"{_OPEN}github.sha}}}}" in image and not built:
        return "its image is named by the commit: a run that is started by hand must be given one as git-revision"
    return ""


def with_open_names(
    commands: tuple[SeenCommand, ...], run: Value, scope: Scope, rules: RuleSet
) -> tuple[SeenCommand, ...]:
    """The commands of a script, with such names where docker is told one that only the run knows."""
    if not any(seen.docker is not None and None in _names(seen.docker) for seen in commands):
        return commands
    text, held = _script(scope, run.template)
    fields = (name for name in _DEFAULTS if not (scope.dynamic and name in DERIVED))
    defaults = {f"GITHUB_{name.upper()}": f"${{{{github.{name}}}}}" for name in fields}
    known = {**defaults, **scope.open, **scope.likely, **held}
    told = read_meaning(rules, run.path, text, known)
    commands = _with(commands, told.commands)
    text, held = _loosened(text, {**known, **told.constants}.keys())
    return _with(commands, read_meaning(rules, run.path, text, {**known, **held}).commands)


def _with(commands: tuple[SeenCommand, ...], again: tuple[SeenCommand, ...]) -> tuple[SeenCommand, ...]:
    """Commands with the names of another reading, in which others than docker's may be missing."""
    calls = [seen for seen in again if seen.docker is not None]
    if len(calls) != sum(seen.docker is not None for seen in commands):
        return commands
    others = iter(calls)
    return tuple(seen if seen.docker is None else _named(seen, next(others)) for seen in commands)


def loose(name: str) -> bool:
    """Whether only the shell knows its tag."""
    return "*" in name


def pattern(name: str) -> str:
    """A name with any tag, as the runtime compares it."""
    return f"{name.partition('*')[0].rpartition(':')[0] or name}:*"


def is_name(text: str) -> bool:
    """Whether a text names an image, as far as the tag at least."""
    return _LOOSE.fullmatch(text) is not None if loose(text) else True


def spoken(name: str) -> str:
    """A name for people."""
    return name.partition("*")[0] + "…" if loose(name) else name


def tags(scope: Scope, value: Value | None) -> str:
    """Names that a leaf gives, with ``*`` before what only the run knows."""
    if value is None:
        return ""
    parts = (scope.open_part(part) or _mark(part) for part in scope.fold(value) if part)
    return scope.guess(value) or scope.open_text(value) or "".join(parts)


def _mark(part: str | Expression) -> str:
    return f"*{_variable(part)}"


def _variable(part: str | Expression) -> str:
    """A variable for an expression of which nothing is known."""
    return f"GHA_VALUE_OF_{label(unparse(part) if not isinstance(part, str) else part).replace('-', '_')}"


def _loosened(text: str, known: Collection[str]) -> tuple[str, dict[str, str]]:
    """A script with variables in place of what only the shell knows, and what these hold."""
    held: dict[str, str] = {}

    def put(found: re.Match[str]) -> str:
        if (found["plain"] or found["name"]) in known and not found["more"]:
            return found[0]
        name = f"GHA_LOOSE_{len(held)}"
        said = re.sub(r"[^\w:#%/.-]", "_", found["plain"] or found[0][2:-1])
        held[name] = f"*{said}"
        return f"${{{name}}}"

    return _EXPANSION.sub(put, text), held


def _names(call: DockerCall) -> Iterable[str | None]:
    """What a call says of images."""
    if call.verb in ("run", "create"):
        return (call.target,)
    return call.all("--tag") if call.verb == "build" else call.arguments if call.verb in ("push", "tag") else ()


def _script(scope: Scope, template: Template) -> tuple[str, dict[str, str]]:
    """A script with a variable for each such part of it, and what these hold."""
    held: dict[str, str] = {}
    out: list[str] = []
    for part in fold_template(template, {**scope.known, "env": Partial(scope.likely)}):
        path = static_path(part) if not isinstance(part, str) else None
        if isinstance(part, str):
            out.append(part)
        elif path is not None and path[0].lower() == "env" and path[-1] in scope.open:
            out.append(f"${{{path[-1]}}}")
        elif (text := scope.open_part(part)) is not None:
            held[f"GHA_VALUE_{len(held)}"] = text
            out.append(f"${{GHA_VALUE_{len(held) - 1}}}")
        else:
            out.append(f"${{{_variable(part)}}}")
    return "".join(out), held


def _named(seen: SeenCommand, again: SeenCommand) -> SeenCommand:
    """A command with the names that it was read with again."""
    one, other = seen.docker, again.docker
    if one is None or other is None or one.verb != other.verb or len(one.options) != len(other.options):
        return seen
    options = tuple(
        (name, _either(value, more) if name == "--tag" else value)
        for (name, value), (_, more) in zip(one.options, other.options, strict=True)
    )
    words = one.arguments
    if one.verb in ("push", "tag") and len(words) == len(other.arguments):
        words = tuple(map(_either, words, other.arguments))
    target = _either(one.target, other.target) if one.verb in ("run", "create") else one.target
    return replace(seen, docker=replace(one, target=target, options=options, arguments=words))


def _either(known: str | None, told: str | None) -> str | None:
    """A name as it is known, else as it is told, if that is a name."""
    if known is not None or told is None:
        return known
    if loose(told):
        return told if is_name(told) else None
    foreign = re.search(r"[$()]", _TOLD.sub("", told)) or re.search(r"\s", told)
    return None if foreign else told
