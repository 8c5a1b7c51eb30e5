"""Comments of the input that ask not to be told of a finding: ``# gha2tekton: ignore[code] reason``.

A comment behind a value is about that line; one on a line of its own about the next line and all that is indented below
it; one above the first key about the whole file. What is suppressed is told as such, and stays in the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gha2tekton.codes import SEVERITIES
from gha2tekton.journal import Diagnostic, Journal, Suppressed
from gha2tekton.record import Record
from gha2tekton.source import Source, Span
from gha2tekton.yaml import Mapping, Node, Scalar, Sequence, YamlError, compose

OUTCOMES = ("manual", "adapted", "dropped")
"""What stands for a code where the outcome of a part is meant."""

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*gha2tekton:\s*ignore\[([^\]\n]*)\][ \t]*(.*)")


class Comment(Record, frozen=True):
    """One comment with the lines that it is about; ``whole`` is for findings without a place too."""

    codes: tuple[str, ...]
    reason: str
    span: Span
    first: int
    last: int
    whole: bool = False


def suppress(source: Source, journal: Journal) -> None:
    """Take from the journal what comments suppress, and say which comments are wrong or of no use."""
    for text in dict.fromkeys([source, *journal.sources]):
        for comment in comments(text):
            codes = list(_good(comment, journal))
            for code in codes:
                used = False
                for outcome in journal.outcomes():
                    span = outcome.span
                    if outcome.fate == code and span.source is text and comment.first <= span.line <= comment.last:
                        journal.suppress(Suppressed(code, outcome.subject, comment.reason, span, outcome.path))
                        used = True
                for found in journal.diagnostics:
                    if found.code == code and _about(comment, found, text):
                        place = found.span or comment.span
                        journal.suppress(Suppressed(code, found.message, comment.reason, place), found)
                        used = True
                if not used:
                    message = f"nothing is suppressed by ignore[{code}]: take it out"
                    journal.note(Diagnostic("unused-suppression", "note", message, comment.span))


def _about(comment: Comment, found: Diagnostic, text: Source) -> bool:
    if found.span is None:
        return comment.whole
    return found.span.source is text and comment.first <= found.span.line <= comment.last


def _good(comment: Comment, journal: Journal) -> Iterator[str]:
    def bad(message: str) -> None:
        journal.note(Diagnostic("bad-suppression", "warning", message, comment.span))

    if not comment.reason:
        bad(f"ignore[{', '.join(comment.codes)}] gives no reason behind the bracket, and is not heeded")
        return
    if not comment.codes:
        bad("ignore[] names no code, and is not heeded")
    for code in comment.codes:
        if code not in OUTCOMES and code not in SEVERITIES:
            bad(f"ignore[{code}]: there is no such code; see docs/diagnostics.md")
        elif SEVERITIES.get(code) == "error":
            bad(f"ignore[{code}]: GitHub refuses such a workflow, so it cannot be ignored")
        else:
            yield code


def comments(source: Source) -> list[Comment]:
    """The suppressions of a file, in their order."""
    if "gha2tekton:" not in source.text:
        return []
    try:
        root = compose(source)
    except YamlError:
        return []
    if root is None:
        return []
    scalars = [(scalar.span.start, scalar.span.end) for scalar in _scalars(root)]
    start = min((begin for begin, _ in scalars), default=0)
    out = []
    for match in _COMMENT.finditer(source.text):
        if any(begin <= match.start() < end for begin, end in scalars):
            continue
        span = Span(source, match.start(), match.end())
        codes = tuple(code.strip() for code in match[1].split(",") if code.strip())
        first, last = _reach(source, span.line)
        whole = match.start() < start
        if whole:
            first, last = 1, source.position(len(source.text))[0]
        out.append(Comment(codes, match[2].strip(), span, first, last, whole))
    return out


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Mapping():
            for key, value in node.entries:
                yield key
                yield from _scalars(value)
        case Sequence():
            for item in node.items:
                yield from _scalars(item)


def _reach(source: Source, line: int) -> tuple[int, int]:
    """The lines that a comment on a line is about."""
    if source.line(line).lstrip()[:1] != "#":
        return line, line
    end = source.position(len(source.text))[0]
    first = next((number for number in range(line + 1, end + 1) if not _empty(source.line(number))), line)
    indent = _indent(source.line(first))
    last = first
    for number in range(first + 1, end + 1):
        text = source.line(number)
        if _empty(text):
            continue
        if _indent(text) <= indent:
            break
        last = number
    return first, last


def _empty(text: str) -> bool:
    return text.lstrip()[:1] in ("", "#")


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
