"""Quoting: text as one word of a POSIX shell, and the text that quoted source stands for."""

from __future__ import annotations

import re

from gha2tekton.record import Record

_BARE = re.compile(r"[A-Za-z0-9_./:=@%+,-]+\Z")


def word(text: str) -> str:
    """A word that any POSIX shell reads as just this text, in the form a person would write."""
    if _BARE.match(text):
        return text
    if "'" not in text:
        return f"'{text}'"
    single, double = "'" + text.replace("'", "'\\''") + "'", '"' + requoted(text, "double") + '"'
    return min(double, single, key=len)


def unescaped(text: str) -> str:
    """Text between double quotes without the backslashes that they take away."""
    if "\\" not in text:
        return text
    return re.sub(r'\\([$`"\\\n])', lambda match: "" if match[1] == "\n" else match[1], text)


def requoted(text: str, quoting: str) -> str:
    """Text as it must be written where a ``quoting`` of ``Decoded`` holds, to be read as itself."""
    match quoting:
        case "double":
            return re.sub(r'([\\"$`])', r"\\\1", text)
        case "single":
            return text.replace("'", "'\\''")
        case "heredoc":
            return re.sub(r"([\\$`])", r"\\\1", text)
        case "ansi":
            return text.replace("\\", "\\\\").replace("'", "\\'")
        case "bare":
            return word(text)
        case _:
            return text


class Decoded(Record, frozen=True):
    """What a word or here-document hands on, each character with its source offsets and the quoting it has there.

    Quotings are bare, single, double, ansi, heredoc, plain (a quoted here-document) and expansion: the shell puts
    something else in place of those characters.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    quotings: tuple[str, ...]

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The source of the characters between two offsets, in pieces without a quote of the source between them."""
        spans = [(self.starts[start], self.ends[start])]
        for index in range(start + 1, end):
            if self.starts[index] == spans[-1][1]:
                spans[-1] = (spans[-1][0], self.ends[index])
            else:
                spans.append((self.starts[index], self.ends[index]))
        return spans


_ENDS = {stop: re.compile(rf"[\\$`{stop}]") for stop in ("", "'", '"')}
_BARE_ENDS = re.compile(r"[\\$`'\"]")


class _Decoder:
    def __init__(self, raw: str, base: int) -> None:
        self.raw = raw
        self.base = base
        self.at = 0
        self.chars: list[str] = []
        self.spans: list[tuple[int, int, str]] = []

    def take(self, text: str, start: int, end: int, quoting: str) -> None:
        self.chars.append(text)
        self.spans.append((self.base + start, self.base + end, quoting))

    def copy(self, end: int, quoting: str) -> None:
        """Takes the characters up to an offset as they are."""
        self.chars.append(self.raw[self.at : end])
        self.spans += [(at, at + 1, quoting) for at in range(self.base + self.at, self.base + end)]
        self.at = end

    def plain(self, ends: re.Pattern[str], quoting: str) -> None:
        """Takes this character, and those that follow before one that may mean something, as they are."""
        found = ends.search(self.raw, self.at + 1)
        self.copy(found.start() if found else len(self.raw), quoting)

    def expansion(self) -> bool:
        """Copies the expansion that begins here, if one does."""
        before = self.at
        self.copy(_expansion_end(self.raw, self.at), "expansion")
        return self.at > before

    def run(self, quoting: str, stop: str, escapes: str) -> None:
        """Characters of one quoting up to ``stop``; a backslash takes the meaning of ``escapes``."""
        raw = self.raw
        while self.at < len(raw) and not (stop and raw.startswith(stop, self.at)):
            char = raw[self.at]
            if char == "\\" and self.at + 1 < len(raw) and (raw[self.at + 1] in escapes):
                if raw[self.at + 1] != "\n":
                    taken = _ANSI.get(raw[self.at + 1], raw[self.at + 1]) if quoting == "ansi" else raw[self.at + 1]
                    self.take(taken, self.at, self.at + 2, quoting)
                self.at += 2
            elif char not in "$`" or quoting in ("single", "ansi", "plain") or not self.expansion():
                self.plain(_ENDS[stop], quoting)
        self.at += len(stop)

    def word(self) -> None:
        raw = self.raw
        while self.at < len(raw):
            if raw.startswith("$'", self.at):
                self.at += 2
                self.run("ansi", "'", "'\\\"nt")
            elif raw[self.at] == "'":
                self.at += 1
                self.run("single", "'", "")
            elif raw[self.at] == '"' or raw.startswith('$"', self.at):
                self.at += 1 if raw[self.at] == '"' else 2
                self.run("double", '"', '$`"\\\n')
            elif raw[self.at] == "\\" and self.at + 1 < len(raw):
                if raw[self.at + 1] != "\n":
                    self.take(raw[self.at + 1], self.at, self.at + 2, "bare")
                self.at += 2
            elif raw[self.at] not in "$`" or not self.expansion():
                self.plain(_BARE_ENDS, "bare")


def decode(raw: str, base: int = 0, heredoc: str = "") -> Decoded:
    """The text of a word's source, or of a here-document that is ``plain`` (quoted) or ``heredoc``."""
    decoder = _Decoder(raw, base)
    if heredoc:
        decoder.run(heredoc, "", "$`\\\n" if heredoc == "heredoc" else "")
    else:
        decoder.word()
    starts, ends, quotings = zip(*decoder.spans, strict=True) if decoder.spans else ((), (), ())
    return Decoded("".join(decoder.chars), starts, ends, quotings)


_ANSI = {"n": "\n", "t": "\t"}
_CLOSING = {"(": ")", "{": "}"}


def _expansion_end(raw: str, at: int) -> int:
    """Where the expansion that begins at an offset ends; the offset itself when none begins there."""
    if raw[at] == "`":
        end = re.compile(r"(?:[^`\\]|\\.)*`", re.DOTALL).match(raw, at + 1)
        return end.end() if end else len(raw)
    name = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])").match(raw, at)
    if name:
        return name.end()
    if raw[at + 1 : at + 2] not in ("(", "{"):
        return at
    closing = [_CLOSING[raw[at + 1]]]
    index = at + 2
    while index < len(raw) and closing:
        char = raw[index]
        if char == "\\":
            index += 1
        elif char == closing[-1]:
            closing.pop()
        elif closing[-1] == "'":
            pass
        elif char in _CLOSING and (closing[-1] == ")" or raw[index - 1] == "$"):
            closing.append(_CLOSING[char])
        elif char == '"' or (char == "'" and '"' not in closing):
            closing.append(char)
        index += 1
    return min(index, len(raw))
