"""Tests in a rule's lines whose outcome a call settles, so that a reader of the output sees only what can happen.

A rule writes for every call ``[ {{ dry_run }} != true ] || set -- "$@" --dry-run``. Where the workflow writes the
value out, the line is either gone or without its test. Only the rule's own lines are read, before values fill them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain, pairwise, repeat

_WORD = r"(?:\{\{ *\w+ *\}\}|'[^'\n]*'|[\w.,/:@-])+"
_TEST = re.compile(rf"\[ (?:(?P<unary>-[zn]) (?P<one>{_WORD})|(?P<left>{_WORD}) (?P<sign>!?=) (?P<right>{_WORD})) \]")
_LAST = re.compile(rf" \|\| {_TEST.pattern}$")
_PIECE = re.compile(r"\{\{ *(?P<name>\w+) *\}\}|'(?P<quoted>[^'\n]*)'|(?P<bare>[\w.,/:@-]+)")
_OPENS = re.compile(r"(^|[ ;])(do|then|else|\{|\() *$")
_CLOSES = re.compile(r" *(done|fi|else|elif|\}|\))(?![\w-])")
_GOES_ON = re.compile(r"""(^|[ ;])(do|then|else|in|\{|\(|\|\|?|&&) *$|\\$|<<|['"]""")
_LINE = re.compile(r"(?P<indent> *)(?P<word>if |elif )?(?=\[ )")
_ONE_LINE = re.compile(r"if (?P<test>.+?); then (?P<then>(?:(?!; else |; elif ).)+?)(?:; else (?P<other>.+?))?; fi")


def settled(text: str, literals: Mapping[str, str | None]) -> str:
    """A rule's lines for a call, without the tests that ``literals`` decide.

    ``literals`` are the values that the workflow writes out, by the names that templates use; None for others.
    """
    if "[ " not in text:
        return text
    lines = _Lines(text.split("\n"), literals)
    return "\n".join(_filled_bodies(lines.settled(0, len(lines.lines))))


class _Lines:
    def __init__(self, lines: list[str], literals: Mapping[str, str | None]) -> None:
        self.lines = lines
        self.literals = literals

    def settled(self, start: int, end: int) -> list[str]:
        out: list[str] = []
        at = start
        while at < end:
            line = self.lines[at]
            head = _LINE.match(line)
            if head is None or head["word"] == "elif ":
                out.append(self._forgiven(line))
            elif head["word"] is None:
                out += self._guarded(head["indent"], line[head.end() :])
            elif line.endswith("; then"):
                found = self._branches(at, end)
                if found is None:
                    out.append(line)
                else:
                    taken, at = found
                    out += taken
            else:
                out += self._one_line(head["indent"], line[len(head["indent"]) :])
            at += 1
        return out

    def _guarded(self, indent: str, text: str) -> list[str]:
        """``[ test ] || command``: nothing, the command, or the line as it is."""
        test = _TEST.match(text)
        holds = self._holds(test) if test else None
        if test is None or holds is None:
            return [indent + text]
        sign, command = text[test.end() :][:4], text[test.end() + 4 :]
        if not sign:
            return [f"{indent}{':' if holds else 'false'}"]
        if sign not in (" || ", " && "):
            return [indent + text]
        if holds == (sign == " && "):
            return self._guarded(indent, command)
        # What a false test before && leaves is the status of its line.
        return [] if holds and _one_command(command) else [indent + text]

    def _forgiven(self, line: str) -> str:
        """``command || [ test ]``: whether a failure counts."""
        test = _LAST.search(line)
        holds = self._holds(test) if test else None
        if test is None or holds is None:
            return line
        return line[: test.start()] + (" || :" if holds else "")

    def _one_line(self, indent: str, text: str) -> list[str]:
        found = _ONE_LINE.fullmatch(text)
        known = self._condition(found["test"]) if found else None
        if found is None or known is None:
            return [indent + text]
        holds, rest = known
        if holds is None:
            return [f"{indent}if {rest}{text[found.end('test') :]}"]
        taken = found["then"] if holds else found["other"]
        return [indent + taken] if taken else []

    def _branches(self, start: int, end: int) -> tuple[list[str], int] | None:
        """What is left of an if over several lines, and its last line; None leaves it."""
        indent = self.lines[start][: len(self.lines[start]) - len(self.lines[start].lstrip(" "))]
        marks = [start]
        while self.lines[marks[-1]] != f"{indent}fi":
            ahead = range(marks[-1] + 1, end)
            mark = next((at for at in ahead if re.match(rf"{indent}(elif .*; then|else|fi)$", self.lines[at])), None)
            if mark is None or _bound(self.lines[marks[-1] + 1 : mark]):
                return None
            marks.append(mark)
        kept: list[tuple[str, list[str]]] = []
        for a, b in pairwise(marks):
            test = self.lines[a][len(indent) :].removeprefix("el").removeprefix("if ").removesuffix("; then")
            holds, test = (True, "") if test == "se" else self._condition(test) or (None, test)
            if holds is not False:
                kept.append((test, self.settled(a + 1, b)))
            if holds:
                break
        if not kept:
            return [], marks[-1]
        if not kept[0][0]:
            shift = len(indent) + 2
            return [indent + one[shift:] if one[:shift].isspace() else one for one in kept[0][1]], marks[-1]
        out: list[str] = []
        for word, (test, body) in zip(chain(["if"], repeat("elif")), kept, strict=False):
            out += [f"{indent}{word} {test}; then" if test else f"{indent}else", *(body or [f"{indent}  :"])]
        return [*out, f"{indent}fi"], marks[-1]

    def _condition(self, text: str) -> tuple[bool | None, str] | None:
        """What is left of a condition: its outcome, or None and what is to be tested still."""
        changed = False
        while (test := _TEST.match(text)) is not None and (holds := self._holds(test)) is not None:
            rest = text[test.end() :]
            if not rest:
                return holds, ""
            sign = rest[:4]
            if sign not in (" && ", " || "):
                break
            if holds == (sign == " || "):
                if _mixed(rest):
                    break
                return holds, ""
            text, changed = rest[4:], True
        return (None, text) if changed else None

    def _holds(self, test: re.Match[str]) -> bool | None:
        if test["unary"]:
            value = self._value(test["one"])
            return None if value is None else (value == "") == (test["unary"] == "-z")
        left, right = self._value(test["left"]), self._value(test["right"])
        return None if left is None or right is None else (left == right) == (test["sign"] == "=")

    def _value(self, word: str) -> str | None:
        out = ""
        for piece in _PIECE.finditer(word):
            value = self.literals.get(piece["name"]) if piece["name"] else piece["quoted"] or piece["bare"] or ""
            if value is None:
                return None
            out += value
        return out


def _filled_bodies(lines: list[str]) -> list[str]:
    """The lines with a ``:`` wherever a body has lost all of its own."""
    out: list[str] = []
    for line in lines:
        if out and _CLOSES.match(line) and _OPENS.search(out[-1]):
            out.append(f"{' ' * (len(out[-1]) - len(out[-1].lstrip(' ')))}  :")
        out.append(line)
    return out


def _bound(lines: list[str]) -> bool:
    """Whether lines are not of the shell alone: half of a template's block, or text over several lines."""
    text = "\n".join(lines)
    halved = len(re.findall(r"\{% *if\b", text)) != len(re.findall(r"\{% *endif\b", text))
    return halved or "<<" in text or any(line.count("'") % 2 for line in lines)


def _one_command(text: str) -> bool:
    """Whether all of a line stands behind one ``||``."""
    plain = _unquoted(text)
    if _GOES_ON.search(plain) or plain.count("(") != plain.count(")"):
        return False
    inner = plain if re.match(r"(for .*done|case .*esac|if .*fi|\{ .*\})$", plain) is None else ""
    return ";" not in inner and " && " not in inner


def _mixed(text: str) -> bool:
    """Whether a condition has both operators, so that a test binds to less than the rest."""
    plain = _unquoted(text)
    return " && " in plain and " || " in plain


def _unquoted(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
