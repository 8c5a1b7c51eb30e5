"""Scripts with holes: where a value went in as text, a reference to a variable goes in instead.

What was pasted once is data now: the reference is written for the innermost reader of the place where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import NoReturn

from gha2tekton.record import Record, replace
from gha2tekton.shell import javascript_strings, python_strings
from gha2tekton.shell.carriers import Carriers
from gha2tekton.shell.edit import Edit, applied
from gha2tekton.shell.places import Spot
from gha2tekton.shell.python_strings import Mark
from gha2tekton.shell.quote import Decoded, requoted
from gha2tekton.shell.sinks import Role


class Hole(Record, frozen=True):
    """A value that only the run knows: it stands in an environment variable.

    ``trusted`` values can be set by the repository's own people alone; ``source`` is the text that stood there.
    ``ordered`` ones can also be set by those who start a run: they are code where the script makes them code, and
    data everywhere else.
    """

    variable: str
    trusted: bool
    source: str
    ordered: bool = False

    @property
    def may_be_code(self) -> bool:
        return self.trusted or self.ordered


class Placement(Record, frozen=True):
    """What became of one hole.

    ``kind`` is the place: argument, list, double, single, ansi, heredoc, heredoc-quoted, assignment, declaration,
    redirect, test, arithmetic, command, program, name, code, comment, python, javascript or other. ``nested`` are
    the languages read on the way to it.
    """

    kind: str
    text: str
    problem: str | None = None
    nested: tuple[str, ...] = ()
    splits: bool = False
    """The shell splits the value into words and expands globs in it, as it did with the pasted text."""
    container: bool = False
    """The reader is in a container: the variable must be handed to it."""
    obeyed: bool = False
    """The value is code or may become it, or says which program runs."""


class Filled(Record, frozen=True):
    """A script without holes. Where there are problems its text must not be run."""

    text: str
    placements: tuple[Placement, ...] = ()
    """One for each hole, in order."""
    problems: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    """Variables that containers which the script calls must be given."""
    obeyed: tuple[str, ...] = ()
    """The sources of what those who start a run can make run."""


def fill(parts: Sequence[str | Hole], language: str = "sh") -> Filled:
    """The script with a reference in place of every hole; ``sh``, ``python`` and ``javascript`` are languages with any.

    A word that was nothing but a hole stays open to splitting, as pasted text was; a hole that is part of a word is
    quoted unless it is trusted. All other text stays as it is, but for a quoted here-document, which is opened and its
    own ``$`` escaped, and parentheses around a Python literal.
    """
    holes = [part for part in parts if isinstance(part, Hole)]
    text = "".join(part for part in parts if isinstance(part, str))
    if not holes:
        return Filled(text)
    stem = next(stem for stem in (f"GHAHOLE{'Q' * more}" for more in count()) if stem not in text)
    numbers = iter(range(len(holes)))
    marked = "".join(part if isinstance(part, str) else f"{stem}{next(numbers)}Z" for part in parts)
    filler = _Filler(holes, re.compile(stem + r"(\d+)Z"))
    edits = filler.unit(marked, language, ())
    placements = tuple(filler.placements[number] for number in range(len(holes)))
    problems = tuple(dict.fromkeys(place.problem for place in placements if place.problem))
    exports = tuple(
        dict.fromkeys(hole.variable for hole, place in zip(holes, placements, strict=True) if place.container)
    )
    obeyed = tuple(
        dict.fromkeys(
            hole.source
            for hole, place in zip(holes, placements, strict=True)
            if place.obeyed and hole.ordered and not hole.trusted
        )
    )
    out = filler.marks.sub(lambda match: holes[int(match[1])].source, applied(marked, edits))
    return Filled(out, placements, problems, exports, obeyed)


_RUNS = {
    "python": re.compile(
        r"\bos\.(system|popen)|\b(eval|exec)\s*\(|shell\s*=\s*True|\bget(status)?output\b|^\s*!", re.M
    ),
    "javascript": re.compile(r"\b(eval|Function|child_process|exec|execSync|getExecOutput)\b"),
}
"""Programs in which a text may end as code of a shell or of their own language."""


class _Refused(Exception):
    """There is no safe form for a hole."""


def _refuse(reason: str) -> NoReturn:
    raise _Refused(reason)


class _Filler:
    def __init__(self, holes: Sequence[Hole], marks: re.Pattern[str]) -> None:
        self.holes = holes
        self.marks = marks
        self.placements: dict[int, Placement] = {}

    def unit(self, text: str, language: str, nested: tuple[str, ...], container: bool = False) -> set[Edit]:
        """The edits of a script or of code within one."""
        if language in ("sh", "bash"):
            return self.shell(text, nested, container)
        if language in ("python", "javascript"):
            return self.program(text, language, nested, container)
        for match in self.marks.finditer(text):
            self.refuse(match, "other", nested, "there is no safe way to bring a value into this language")
        return set()

    def refuse(self, match: re.Match[str], kind: str, nested: tuple[str, ...], reason: str) -> None:
        source = self.holes[int(match[1])].source
        self.placements[int(match[1])] = Placement(kind, source, f"{source}: {reason}", nested)

    def program(self, text: str, language: str, nested: tuple[str, ...], container: bool) -> set[Edit]:
        marks = {Mark(m.start(), m.end(), self.holes[int(m[1])].variable): m for m in self.marks.finditer(text)}
        strings = python_strings if language == "python" else javascript_strings
        found = strings.references(text, tuple(marks))
        runs = _RUNS[language].search(text) is not None
        for mark, match in marks.items():
            if runs and not self.holes[int(match[1])].may_be_code:
                found.pop(mark, None)
                self.refuse(match, language, nested, "this program runs commands or code, and anybody could set it")
            elif mark in found:
                written = next(edit.text for edit in found[mark] if edit.start == mark.start)
                self.placements[int(match[1])] = Placement(language, written, None, nested, False, container, runs)
            else:
                name = "Python" if language == "python" else "JavaScript"
                self.refuse(match, language, nested, f"it is {name} code here, not the text of a string")
        return {edit for edits in found.values() for edit in edits}

    def shell(self, text: str, nested: tuple[str, ...], container: bool) -> set[Edit]:
        carriers = Carriers(text)
        edits: set[Edit] = set()
        inner: dict[tuple[int, int], tuple[Decoded, str, bool]] = {}
        for match in self.marks.finditer(text):
            hole = self.holes[int(match[1])]
            start, end = match.span()
            spot = carriers.spot(start, end)
            try:
                handed = None if spot.standing in ("comment", "unreadable") else carriers.code(start, end)
                if handed is not None and not handed.refused:
                    inner[handed.span] = (handed.decoded, handed.language, handed.container or container)
                    continue
                if handed is not None and not hole.may_be_code:
                    _refuse(handed.refused)
                role = "code" if handed is not None else carriers.role(start, end)
                placement, more = _placed(hole, match, spot, role, carriers)
                # Quotes that would have nothing between them are left out.
                opens = spot.standing == "single" and not nested and text[start - 1] == "'"
                closes = spot.standing == "single" and not nested and text[end : end + 1] == "'"
                written = placement.text[opens : len(placement.text) - closes]
                edits |= more | {Edit(start - opens, end + closes, written)}
                self.placements[int(match[1])] = replace(placement, nested=nested, container=container)
            except _Refused as reason:
                self.refuse(match, spot.standing, nested, str(reason))
        for span, (decoded, language, inside) in inner.items():
            edits |= self.nested(decoded, language, nested, inside)
            for match in self.marks.finditer(text, *span):
                edits |= self.pasted(match, carriers, nested, container)
        return edits

    def pasted(self, match: re.Match[str], carriers: Carriers, nested: tuple[str, ...], container: bool) -> set[Edit]:
        """One that may be code and has no form in the code where it stands: the shell around puts the value there."""
        hole, before = self.holes[int(match[1])], self.placements[int(match[1])]
        spot = carriers.spot(*match.span())
        if (
            before.problem is None
            or not hole.may_be_code
            or spot.standing not in ("double", "single", "heredoc", "bare")
        ):
            return set()
        placement, _ = _placed(hole, match, spot, "code", carriers)
        self.placements[int(match[1])] = replace(placement, kind="code", nested=nested, container=container)
        return {Edit(*match.span(), placement.text)}

    def nested(self, decoded: Decoded, language: str, nested: tuple[str, ...], container: bool) -> set[Edit]:
        """The edits of code in a word or here-document, written again for the shell around it."""
        code = list(decoded.text)
        for index, quoting in enumerate(decoded.quotings):
            # What the outer shell puts in is a name to the reader of the code: neither quotes nor marks count there.
            if quoting == "expansion" and language != "sh":
                code[index] = "_"
        for match in self.marks.finditer(decoded.text):
            if "expansion" in decoded.quotings[match.start() : match.end()]:
                self.refuse(match, "code", nested, "what the shell makes of it becomes code")
                code[match.start() : match.end()] = "_" * (match.end() - match.start())
        edits: set[Edit] = set()
        for edit in self.unit("".join(code), language, (*nested, language), container):
            text = requoted(edit.text, decoded.quotings[edit.start])
            for start, end in decoded.spans(edit.start, edit.end):
                edits.add(Edit(start, end, text))
                text = ""  # quotes of the source between two spans stay
        return edits


def _placed(
    hole: Hole, match: re.Match[str], spot: Spot, role: Role, carriers: Carriers
) -> tuple[Placement, set[Edit]]:
    """A hole that the shell itself reads, and what else must change for it."""
    variable = f"${{{hole.variable}}}"
    quoted = f'"{variable}"'
    glued = not carriers.whole_word(*match.span())
    number = spot.around == "arithmetic" or role == "number"
    if number and not hole.trusted:
        # Arithmetic evaluates what a variable holds, command substitutions in subscripts included.
        variable = quoted = f"$(printf %d {quoted} || kill $$)"
    if role == "code" and not hole.may_be_code:
        _refuse("it would become code here, and anybody could set it")
    if carriers.doubtful and not hole.may_be_code:
        _refuse("parts of the script cannot be read, and what runs code in it is not known")
    if role == "program" and not hole.may_be_code:
        _refuse("it decides here which program runs, and anybody could set it")
    if role == "name" and not hole.may_be_code:
        _refuse("it is a variable's name or an option here, and anybody could set it")
    more: set[Edit] = set()
    kind: str = spot.standing
    splits = False
    match spot.standing:
        case "unreadable":
            _refuse("the script cannot be read here")
        case "name":
            _refuse("it is part of a name here")
        case "comment":
            text = hole.source if re.fullmatch(r"[^`\n\r]*", hole.source) and ")" not in hole.source else hole.variable
        case "heredoc-quoted":
            more = carriers.opened(*match.span())
            if not more:
                _refuse("it stands in a here-document whose text the shell leaves alone")
            text = variable
        case "single":
            text = f"'{_double(variable)}'"
        case "ansi":
            text = f"'{_double(variable)}$'"
        case "redirect" | "declaration" | "test":
            text = _double(variable)
        case "double" | "heredoc" | "assignment" | "arithmetic":
            text = variable
        case "list":
            text, splits = variable, True
        case "bare":
            kind = {"program": "program", "name": "name", "code": "code"}.get(role, "argument")
            if role == "program" and carriers.whole_command(*match.span()):
                kind, text = "command", f'eval "{variable}"'
            elif number or (not hole.trusted and (glued or role == "single") and kind == "argument"):
                text = _double(variable)
            else:
                text, splits = variable, True
    if number:
        kind = "arithmetic"
    obeyed = role in ("code", "program", "name") or carriers.doubtful
    return Placement(kind, text, splits=splits, obeyed=obeyed), more


def _double(expansion: str) -> str:
    return f'"{expansion}"'
