"""Rule files to rules, each read when it is first asked for; the user's folders go before ours."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from gha2tekton import resources, schema
from gha2tekton.rules.model import ActionRule, CommandRule, Identity, InputRule, Provides
from gha2tekton.source import Refused, Source, Span, text_of, why
from gha2tekton.yaml import Node, YamlError, compose, plain

T = TypeVar("T")

_BY_NODE = {"differs": "node runs the action's own program; what it asks of GitHub's runner is not there"}
_IN_IMAGE = re.compile(r"\{([\w-]+)\}")
_BY_COMMAND = {"differs": "the action's own program runs in the job's image"}


class RuleError(Refused):
    """A rule file is wrong; each line of the message begins with file:line:column."""

    def __init__(self, *found: tuple[str, Span]) -> None:
        super().__init__("\n".join(f"{span}: {message}" for message, span in found))


def read_action(path: Path, folder: Path, ref: str = "") -> ActionRule:
    """The rule of one action file, as its ``versions`` change it for a ref."""
    return _action(_body(path, folder), _id(path, folder), ref, ref)


def _id(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


def _body(path: Path, folder: Path) -> Mapping[str, Any]:
    """What a file says for all refs, with what the rule says that it is like."""
    body = _read(path, "rule")
    return {**_read(_place(folder, str(body["like"])), "rule"), **body} if "like" in body else body


def _action(body: Mapping[str, Any], id: str, ref: str, version: str) -> ActionRule:
    versions = body.get("versions") or ()
    matched: dict[str, Any] = next((entry for entry in versions if _matches(entry["ref"], version)), {})
    texts = (ref, version) if matched else ()
    found = next(filter(None, (re.fullmatch(matched["ref"], text, re.IGNORECASE) for text in texts)), None)
    inputs = {**(body.get("inputs") or {}), **(matched.get("inputs") or {})}
    # What a version's pattern names are the values of inputs, where the workflow does not give them.
    for name, text in (found.groupdict() if found else {}).items():
        inputs[name] = {"used": True, "default": text}
    body = {**body, **matched, "inputs": inputs}
    command = str(body.get("command", ""))
    program = ("main",) if command else tuple(body.get("program") or ())
    if program:
        body = {**(_BY_COMMAND if command else _BY_NODE), **body}
    image = _IN_IMAGE.sub(lambda name: _input(inputs.pop(name[1])).default, str(body.get("image", "")))
    return ActionRule(
        id=id,
        action=str(body["action"]).lower(),
        about=str(body.get("about", "")).strip(),
        fate=body.get("fate", "mapped"),
        cause=body.get("cause", "no effect outside GitHub"),
        reason=str(body.get("reason", "")).strip(),
        differs=str(body.get("differs", "")).strip(),
        role=body.get("role") or "",
        effects=frozenset(body.get("effects") or ()),
        tools=(*(("git",) if command else ("node", "git") if program else ()), *(body.get("tools") or ())),
        provides=_provides(body.get("provides")),
        brings=tuple(body.get("brings") or ()),
        needs=frozenset(body.get("needs") or ()),
        identity=_identity(body.get("identity")),
        outputs=tuple(body.get("outputs") or ()),
        inputs={str(name).lower(): _input(value) for name, value in inputs.items()},
        values={str(name): str(text) for name, text in (body.get("values") or {}).items()},
        run="".join(f"{{{{ program('{part}') }}}}\n" for part in program if part != "post")
        or str(body.get("run", "{{ container() }}\n" if image else "")),
        post="{{ program('post') }}\n" if "post" in program else str(body.get("post") or ""),
        program=program,
        command=command,
        machine=str(body.get("machine", "")).lower(),
        image=image,
        ref=ref,
        example=body.get("example") or {},
    )


def _place(folder: Path, action: str) -> Path:
    """The file of another action's rule: beside this one, or among our own."""
    near = folder / "actions" / f"{action.lower()}.yaml"
    return near if near.exists() else resources.mappings() / "actions" / f"{action.lower()}.yaml"


def _matches(pattern: str, ref: str) -> bool:
    return re.fullmatch(pattern, ref, re.IGNORECASE) is not None


def _provides(body: Mapping[str, Any] | None) -> Provides | None:
    if body is None:
        return None
    default, files = str(body.get("default", "")), tuple(body.get("files") or ())
    return Provides(body["tool"], body.get("version", ""), default, body.get("file", ""), files)


def _identity(body: Mapping[str, Any] | None) -> Identity | None:
    if body is None:
        return None
    unless = tuple(str(name).lower() for name in body.get("unless") or ())
    return Identity(body["name"], body["audience"], str(body.get("input", "")).lower(), unless)


def _input(value: Any) -> InputRule:
    if not isinstance(value, dict):
        return InputRule("used")
    default = str(value.get("default", ""))
    if "dropped" in value:
        return InputRule("dropped", str(value.get("reason", "")), value["dropped"], default)
    for fate in ("manual", "adapted"):
        if fate in value:
            return InputRule(fate, str(value[fate]), default=default)
    return InputRule("used", default=default, code=value.get("code", ""))


def read_commands(path: Path, folder: Path) -> tuple[tuple[dict[str, Any], CommandRule], ...]:
    """The rules of one command file, each with the words it asks for."""
    body = _read(path, "commands")
    entries = body if isinstance(body, list) else [body]
    id = _id(path, folder)
    return tuple((entry.get("when") or {}, _command(id, entry)) for entry in entries)


def _command(id: str, entry: Mapping[str, Any]) -> CommandRule:
    return CommandRule(
        id=id,
        command=str(entry.get("command", "")),
        role=entry.get("role") or "",
        effects=frozenset(entry.get("effects") or ()),
        gpu=bool(entry.get("gpu")),
        pushes=bool(entry.get("pushes")),
        provides=tuple(entry.get("provides") or ()),
        wants=str(entry.get("wants") or ""),
        supply=str(entry.get("supply") or ""),
        fate=entry.get("fate", "mapped"),
        reason=str(entry.get("reason", "")),
        differs=str(entry.get("differs", "")),
    )


def _read(path: Path, kind: str) -> Any:
    """The content of a rule file; files that are not ours are checked first, ours are by the tests."""
    try:
        source = Source(path.as_posix(), text_of(path))
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError((why(error), Span(Source(path.as_posix(), ""), 0, 0))) from None
    try:
        node = compose(source)
    except YamlError as error:
        raise RuleError((error.message, error.span)) from None
    if node is None:
        raise RuleError(("the file is empty", Span(source, 0, 0)))
    if resources.mappings() not in path.parents:
        found = faults(node, kind)
        if found:
            raise RuleError(*found)
    return plain(node)


def faults(node: Node, kind: str) -> list[tuple[str, Span]]:
    """What is wrong with the shape of a rule file, and where."""
    return schema.explain(node, kind)


def holds_rules(folder: Path) -> bool:
    """Whether a folder has anything that is looked for in one of rules."""
    ours = {entry.name for entry in resources.mappings().iterdir()}
    return not ours.isdisjoint(entry.name for entry in folder.iterdir())


class RuleSet:
    """All rules: ours, and before them the user's; a file is read once, when something asks for it."""

    def __init__(self, folders: Sequence[Path] = (), tables: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """``tables`` come first: those of the options file by their names, ``runners`` and ``images``."""
        self._tables = tables or {}
        self._folders = (*folders, resources.mappings())
        self._actions: dict[tuple[str, str, str], ActionRule | None] = {}
        self._made: dict[str, Any] = {}
        self._commands: dict[str, tuple[tuple[dict[str, Any], CommandRule], ...]] = {}

    def action(self, name: str, ref: str = "", version: str = "") -> ActionRule | None:
        """The rule for ``owner/repo[/path]``, compared without case, at a ref (without one: the newest version).

        ``version`` is what the ref is said to be where it does not say so itself.
        """
        key = (name.lower(), ref, version)
        if key not in self._actions:
            self._actions[key] = next(
                (
                    self._at(ref, version, path, folder)
                    for folder in self._folders
                    if (path := _file(folder, "actions", key[0]))
                ),
                None,
            )
        return self._actions[key]

    def _at(self, ref: str, version: str, path: Path, folder: Path) -> ActionRule:
        body = self.once(path.as_posix(), lambda: _body(path, folder))
        return _action(body, _id(path, folder), ref, version or ref)

    def command(self, name: str, values: Sequence[str | None]) -> CommandRule | None:
        """The rule for a program and its arguments (the program first), None where we know nothing of it."""
        if name not in self._commands:
            self._commands[name] = next(
                (read_commands(path, folder) for folder in self._folders if (path := _file(folder, "commands", name))),
                (),
            )
        return next((rule for when, rule in self._commands[name] if _holds(when, values)), None)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What is worked out of the tables, made when it is first asked for."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def table(self, name: str) -> Iterator[Mapping[str, Any]]:
        """A table file such as ``runners``, the user's first."""
        yield from self.once(f"table {name}", lambda: tuple(self._read_tables(name)))

    def _read_tables(self, name: str) -> Iterator[Mapping[str, Any]]:
        if name in self._tables:
            yield self._tables[name]
        for folder in self._folders:
            path = folder / f"{name}.yaml"
            if path.is_file():
                yield _table(path)


@cache
def _table(path: Path) -> Mapping[str, Any]:
    return dict(_read(path, path.stem))


def _file(folder: Path, kind: str, name: str) -> Path | None:
    if not name or any(part in ("", ".", "..") for part in name.split("/")):
        return None
    place = os.path.join(folder, kind, f"{name}.yaml")
    return Path(place) if os.path.isfile(place) else None


def _holds(when: Mapping[str, Any], values: Sequence[str | None]) -> bool:
    """``first`` is the first word that is no option or directory of ``-C``; ``has``, ``lacks`` are words anywhere."""
    if not when:
        return True
    words = [value for value in values[1:] if value is not None]
    own = (word for before, word in pairwise(values) if before != "-C" and word is not None)
    first = next((word for word in own if not word.startswith("-")), "")
    if "first" in when and first not in _listed(when["first"]):
        return False
    if "has" in when and not any(word in words for word in _listed(when["has"])):
        return False
    return "lacks" not in when or not any(word in words for word in _listed(when["lacks"]))


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
