"""Rule files to rules, each read when it is first asked for; the user's folders go before ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gha2tekton import resources
from gha2tekton.journal import Cause
from gha2tekton.rules.model import ActionRule, CommandRule, InputRule, Provides
from gha2tekton.source import Source, Span
from gha2tekton.yaml import Mapping as MappingNode
from gha2tekton.yaml import Node, YamlError, compose, plain


class RuleError(ValueError):
    """A rule file is wrong; the message begins with file:line:column."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(f"{span}: {message}")


_ACTION_KEYS = frozenset(
    [
        "action",
        "about",
        "source",
        "fate",
        "cause",
        "reason",
        "differs",
        "role",
        "effects",
        "tools",
        "provides",
        "needs",
        "outputs",
        "inputs",
        "run",
        "post",
        "example",
        "versions",
        "container",
        "secrets",
    ]
)
_COMMAND_KEYS = frozenset(
    ["command", "about", "source", "role", "effects", "gpu", "provides", "supply", "fate", "reason", "differs", "when"]
)
_CAUSES: tuple[Cause, ...] = (
    "no effect outside GitHub",
    "image cache",
    "telemetry",
    "superseded",
    "GitHub-only service",
)


def read_action(path: Path, folder: Path) -> ActionRule:
    """The rule of one action file."""
    node, body = _read(path, _ACTION_KEYS)
    id = path.relative_to(folder).with_suffix("").as_posix()
    fate = body.get("fate", "mapped")
    cause = body.get("cause", _CAUSES[0])
    if fate not in ("mapped", "dropped", "manual"):
        raise RuleError(f"fate is mapped, dropped or manual, not {fate}", _span(node, "fate"))
    if cause not in _CAUSES:
        raise RuleError(f"cause is one of {', '.join(_CAUSES)}; not {cause}", _span(node, "cause"))
    provides = body.get("provides")
    return ActionRule(
        id=id,
        action=str(body.get("action", "")).lower(),
        about=str(body.get("about", "")).strip(),
        fate=fate,
        cause=cause,
        reason=str(body.get("reason", "")).strip(),
        differs=str(body.get("differs", "")).strip(),
        role=body.get("role") or "",
        effects=frozenset(body.get("effects") or ()),
        tools=tuple(body.get("tools") or ()),
        provides=Provides(provides["tool"], provides.get("version", ""), str(provides.get("default", "")))
        if provides
        else None,
        needs=frozenset(body.get("needs") or ()),
        outputs=tuple(body.get("outputs") or ()),
        inputs={
            str(name).lower(): _input(str(name), value, node) for name, value in (body.get("inputs") or {}).items()
        },
        run=str(body.get("run") or ""),
        post=str(body.get("post") or ""),
        example=body.get("example") or {},
    )


def _input(name: str, value: Any, node: Node) -> InputRule:
    if value in ("used", None):
        return InputRule("used")
    if not isinstance(value, dict):
        raise RuleError(
            f"input {name}: used, or a mapping that begins with used, adapted, dropped or manual", _span(node, "inputs")
        )
    default = str(value.get("default", ""))
    if "dropped" in value:
        cause = value["dropped"]
        if cause not in _CAUSES:
            raise RuleError(
                f"input {name}: dropped gives one of {', '.join(_CAUSES)}; not {cause}", _span(node, "inputs")
            )
        return InputRule("dropped", str(value.get("reason", "")), cause, default)
    for fate in ("manual", "adapted"):
        if fate in value:
            return InputRule(fate, str(value[fate]), default=default)
    return InputRule("used", default=default)


def read_commands(path: Path, folder: Path) -> tuple[tuple[dict[str, Any], CommandRule], ...]:
    """The rules of one command file, each with the words it asks for."""
    _, body = _read(path, None)
    entries = body if isinstance(body, list) else [body]
    id = path.relative_to(folder).with_suffix("").as_posix()
    return tuple((entry.get("when") or {}, _command(id, entry)) for entry in entries)


def _command(id: str, entry: Mapping[str, Any]) -> CommandRule:
    return CommandRule(
        id=id,
        command=str(entry.get("command", "")),
        role=entry.get("role") or "",
        effects=frozenset(entry.get("effects") or ()),
        gpu=bool(entry.get("gpu")),
        provides=tuple(entry.get("provides") or ()),
        supply=str(entry.get("supply") or ""),
        fate=entry.get("fate", "mapped"),
        reason=str(entry.get("reason", "")),
        differs=str(entry.get("differs", "")),
    )


def _read(path: Path, known: frozenset[str] | None) -> tuple[Node, Any]:
    source = Source(path.as_posix(), path.read_text(encoding="utf-8"))
    try:
        node = compose(source)
    except YamlError as error:
        raise RuleError(error.message, error.span) from None
    if known is not None:
        if not isinstance(node, MappingNode):
            raise RuleError("a rule is a mapping", Span(source, 0, 0))
        for key, _ in node.entries:
            if key.text not in known:
                raise RuleError(f"a rule has no key {key.text}", key.span)
    if node is None:
        raise RuleError("the file is empty", Span(source, 0, 0))
    return node, plain(node)


def _span(node: Node, key: str) -> Span:
    found = node.get(key) if isinstance(node, MappingNode) else None
    return (found or node).span


class RuleSet:
    """All rules: ours, and before them the user's; a file is read once, when something asks for it."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = (*folders, resources.mappings())
        self._actions: dict[str, ActionRule | None] = {}
        self._commands: dict[str, tuple[tuple[dict[str, Any], CommandRule], ...]] = {}

    def action(self, name: str) -> ActionRule | None:
        """The rule for ``owner/repo[/path]``, compared without case."""
        name = name.lower()
        if name not in self._actions:
            self._actions[name] = next(
                (read_action(path, folder) for folder in self._folders if (path := _file(folder, "actions", name))),
                None,
            )
        return self._actions[name]

    def command(self, name: str, values: Sequence[str | None]) -> CommandRule | None:
        """The rule for a program and its arguments (the program first), None where we know nothing of it."""
        if name not in self._commands:
            self._commands[name] = next(
                (read_commands(path, folder) for folder in self._folders if (path := _file(folder, "commands", name))),
                (),
            )
        return next((rule for when, rule in self._commands[name] if _holds(when, values)), None)

    def table(self, name: str) -> Iterator[Mapping[str, Any]]:
        """A table file such as ``runners``, the user's first."""
        for folder in self._folders:
            path = folder / f"{name}.yaml"
            if path.is_file():
                yield _table(path)


@cache
def _table(path: Path) -> Mapping[str, Any]:
    return dict(_read(path, None)[1])


def _file(folder: Path, kind: str, name: str) -> Path | None:
    if not name or any(part in ("", ".", "..") for part in name.split("/")):
        return None
    path = folder / kind / f"{name}.yaml"
    return path if path.is_file() else None


def _holds(when: Mapping[str, Any], values: Sequence[str | None]) -> bool:
    """``first`` is the first word that is no option; ``has`` and ``lacks`` are words anywhere."""
    words = [value for value in values[1:] if value is not None]
    first = next((word for word in words if not word.startswith("-")), "")
    if "first" in when and first not in _listed(when["first"]):
        return False
    if "has" in when and not any(word in words for word in _listed(when["has"])):
        return False
    return "lacks" not in when or not any(word in words for word in _listed(when["lacks"]))


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
