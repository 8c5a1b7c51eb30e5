"""A simple command, its words, and where in a script it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gha2tekton.record import Record, replace


class Word(Record, frozen=True):
    """One word: as written, and its value where that can be known without running anything.

    ``open`` words hold a tilde, a glob or braces that the shell expands: one word may become many.
    """

    text: str
    value: str | None
    start: int
    end: int
    open: bool = False
    many: tuple[str | None, ...] | None = None
    """What a word that is a whole array comes to, such as ``"${OPTIONS[@]}"``."""
    written: str | None = None
    """What stands in the script where that is not the text: a variable, for the first of the words in it."""

    @property
    def values(self) -> tuple[str | None, ...]:
        """Its value, those of an array, or an option and its value that is not known."""
        if self.many is not None:
            return self.many
        option = re.match(r"(--[a-z][a-z-]*)=", self.text) if self.value is None else None
        return (option[1], None) if option else (self.value,)

    @property
    def program(self) -> str:
        """The name of the program that it is, without the directory; empty where that is not known."""
        value = self.value or ""
        return value[value.rfind("/") + 1 :]


def split(word: Word) -> tuple[Word, ...]:
    """The words that the shell makes of a variable that stands bare: its value is parted where there are blanks."""
    parts = [word.value] if word.value is None else word.value.split()
    if parts == [word.value]:
        return (word,)
    return _parted(word, [(part or "", part) for part in parts])


_PART = re.compile(r"(?:\$\([^()]*\)|\S)+")
_EXPANSION = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


def phrase(word: Word, text: str, constants: Mapping[str, str]) -> tuple[Word, ...]:
    """The words of a bare variable that was given ``text`` in double quotes, some of which only the run knows.

    None where there is but one, or quotes of its own leave open what they are.
    """
    if not text or re.search(r"[\\`'\"]", text):
        return ()
    parts = _PART.findall(_EXPANSION.sub(lambda match: constants.get(match[1] or match[2], match[0]), text))
    if len(parts) < 2:
        return ()
    return _parted(word, [(part, None if "$" in part else part) for part in parts])


def _parted(word: Word, parts: Iterable[tuple[str, str | None]]) -> tuple[Word, ...]:
    """Words in the place of one, each with its text and its value."""
    return tuple(
        Word(
            text=text,
            value=value,
            start=word.end if index else word.start,
            end=word.end,
            open=re.search(r"[*?\[]", text) is not None,
            written="" if index else word.text,
        )
        for index, (text, value) in enumerate(parts)
    )


class Heredoc(Record, frozen=True):
    """The lines of ``<<``, ``quoted`` ones as they are, with the offsets of the body and of the delimiter."""

    body: str
    quoted: bool
    start: int = 0
    end: int = 0
    delimiter: tuple[int, int] = (0, 0)


class Place(Record, frozen=True):
    """What surrounds a command and decides when it runs and what its failure means."""

    in_condition: bool = False
    in_pipeline: bool = False
    in_function: bool = False
    substituted: bool = False
    """In ``$( )``, backticks or ``<( )``."""
    guarded: bool = False
    """``||`` follows."""
    negated: bool = False
    background: bool = False
    depth: int = 0
    """Of functions, loops, conditionals, groups and subshells around it."""


class Command(Record, frozen=True):
    """A simple command; ``within`` is the command whose argument or input holds it, such as ``bash -c``.

    Offsets count characters of the script that was read; an inner command has those of the command it is within.
    """

    words: tuple[Word, ...]
    start: int
    end: int
    line: int = 1
    heredoc: Heredoc | None = None
    herestring: Word | None = None
    redirects: tuple[str, ...] = ()
    variables: tuple[tuple[str, str | None], ...] = ()
    """Assignments before the name."""
    place: Place = Place()
    within: Command | None = None

    @property
    def name(self) -> str:
        """The program's name without its directory, empty when it is not known."""
        return self.words[0].program if self.words else ""

    @property
    def values(self) -> tuple[str | None, ...]:
        return tuple(word.value for word in self.words)

    @property
    def spread(self) -> tuple[str | None, ...]:
        """The values with those of arrays in their places, and options apart from values that are not known."""
        return tuple(value for word in self.words for value in word.values)

    @property
    def text(self) -> str:
        written = [word.text if word.written is None else word.written for word in self.words]
        return " ".join(text for text in written if text)

    @property
    def guarded(self) -> bool:
        return self.place.guarded

    @property
    def background(self) -> bool:
        return self.place.background

    @property
    def substituted(self) -> bool:
        return self.place.substituted


class Script(Record, frozen=True):
    """A script that was read: its commands in source order, each followed by those inside its argument or input."""

    text: str
    commands: tuple[Command, ...]
    constants: Mapping[str, str]
    """Variables that only unconditional assignments of known text set, as they are at the end."""
    errors: tuple[int, ...] = ()
    """Lines, from 1, that the grammar could not read."""

    @property
    def broken(self) -> bool:
        return bool(self.errors)


def inside(command: Command, outer: Command, line: int) -> Command:
    """A command of code that an outer one holds, whose first line is behind ``line``."""
    within = inside(command.within, outer, line) if command.within is not None else outer
    return replace(command, within=within, start=outer.start, end=outer.end, line=command.line + line)
