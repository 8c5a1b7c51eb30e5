"""One walk over the nodes of a file: paths and leaves for the ledger, expressions parsed, and what GitHub refuses."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from gha2tekton.codes import Severity
from gha2tekton.expression import (
    Call,
    Expression,
    ExpressionError,
    Literal,
    Template,
    calls,
    parse_condition,
    parse_template,
    references,
    to_string,
)
from gha2tekton.expression.syntax import walk
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.source import Source, Span
from gha2tekton.workflow.availability import CONDITIONS, CONTEXTS, STATUS, check_names
from gha2tekton.workflow.shape import Fields, Shape
from gha2tekton.yaml import Mapping, Node, Scalar, Sequence

MAX_ERRORS = 10
MAX_MESSAGE = 500
"""GitHub's own limits on what it reports."""

_SIMPLE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_OPEN = "${{"
_SCRIPT = re.compile(r"\bsteps\[\d+\](\.parallel\[\d+\])*\.run$")
_CUT = re.compile(r"\d+\.\d*0")
_TAKES_TEXT = re.compile(r"\.(with|matrix|inputs|env)\b")
"""Where a number is most often meant to be read as it is written."""


class Survey:
    """What the walk found: the path of every node, the templates of those with expressions, and findings."""

    def __init__(self, source: Source, journal: Journal, prefix: str = "") -> None:
        self.source = source
        self.journal = journal
        self.prefix = prefix
        self.paths: dict[Node, str] = {}
        self.templates: dict[Node, Template] = {}
        self.conditions: dict[Node, Expression] = {}
        self._findings: list[Diagnostic] = []

    def error(self, code: str, message: str, span: Span) -> None:
        self._findings.append(Diagnostic(code, "error", message[:MAX_MESSAGE], span))

    def warning(self, code: str, message: str, span: Span) -> None:
        self._findings.append(Diagnostic(code, "warning", message[:MAX_MESSAGE], span))

    def tell(self) -> bool:
        """Hand the findings to the journal, in the order of the text; whether GitHub takes the file."""
        left: dict[Severity, int] = {"error": MAX_ERRORS, "warning": MAX_ERRORS}
        for finding in sorted(self._findings, key=lambda one: one.span.start if one.span else 0):
            left[finding.severity] -= 1
            if left[finding.severity] >= 0:
                self.journal.note(finding)
        return not any(finding.severity == "error" for finding in self._findings)

    # -- the walk ------------------------------------------------------------------------------------------------

    def walk(self, node: Node, shape: Shape | None, path: str, place: str = "plain") -> None:
        """See a node and all below it; without a shape it is only entered in the ledger."""
        self.paths[node] = path
        if shape is not None and shape.expressions:
            place = shape.expressions
        match node:
            case Scalar():
                self.enrol(path, node.text, node.span)
                if isinstance(node.value, float) and _CUT.fullmatch(node.span.text) and _TAKES_TEXT.search(path):
                    short = to_string(node.value)
                    message = (
                        f"{node.span.text} is a number, and {short} as text, to GitHub too: quote it if it is a version"
                    )
                    self.warning("version-cut", message, node.span)
                if shape is not None:
                    self.scalar(node, shape, place)
            case Mapping():
                if not node.entries:
                    self.enrol(path, "{}", node.span)
                if shape is not None and not shape.forms:
                    self.error("wrong-type", "A mapping was not expected", node.span)
                    shape = None
                self.mapping(node, shape, path, place)
            case Sequence():
                if not node.items:
                    self.enrol(path, "[]", node.span)
                if shape is not None and shape.item is None:
                    self.error("wrong-type", "A sequence was not expected", node.span)
                    shape = None
                for index, item in enumerate(node.items):
                    self.walk(item, shape.item if shape else None, f"{path}[{index}]", place)

    def enrol(self, path: str, text: str, span: Span) -> None:
        first = text.lstrip().split("\n", 1)[0]
        name = path.rsplit("#", 1)[-1]
        self.journal.enrol(path, f"{name}: {first}" if len(first) <= 60 else f"{name}: {first[:60]}…", span)

    def mapping(self, node: Mapping, shape: Shape | None, path: str, place: str) -> None:
        forms = shape.forms if shape else []
        spread = False
        for name, value in node.entries:
            below: Shape | None = None
            if _OPEN in name.text and forms:
                spread = self.key(name, place) or spread
                below = forms[0].rest
            elif hits := [form for form in forms if name.text in form.named]:
                forms, below = hits, hits[0].named[name.text]
            elif forms and forms[0].rest:
                below = forms[0].rest
                if not name.text:
                    self.error("bad-value", "Unexpected value ''", name.span)
            elif forms:
                message = f"Unexpected value '{name.text}'{_meant(name.text, list(forms[0].named))}"
                self.error("unknown-key", message, name.span)
            self.walk(value, below, child(path, name.text), place)
        if not spread:
            self.required(node, forms)

    def required(self, node: Mapping, forms: list[Fields]) -> None:
        if len(forms) > 1:
            names = sorted({name for form in forms for name in form.required})
            message = "There's not enough info to determine what you meant. Add one of these properties: "
            self.error("missing-key", message + ", ".join(names), node.span)
        elif forms:
            for name in forms[0].required:
                if node.get(name) is None:
                    self.error("missing-key", f"Required property is missing: {name}", node.span)

    # -- scalars -------------------------------------------------------------------------------------------------

    def scalar(self, node: Scalar, shape: Shape, place: str) -> None:
        text = node.value if isinstance(node.value, str) else to_string(node.value)
        if place in CONDITIONS and "text" in shape.types:
            self.condition(node, text, place)
            return
        if _OPEN in text:
            template = self.template(node, text, place)
            if template is None or not isinstance(template[0], str) or len(template) > 1:
                return
            text = template[0]
        if not shape.takes(node.value, text):
            words = list(shape.words)
            known = f"; known are {', '.join(words)}" if 0 < len(words) <= 8 else _meant(text, words)
            self.error("bad-value", f"Unexpected value '{text}'{known}", node.span)

    def template(self, node: Scalar, text: str, place: str) -> Template | None:
        """The parsed text, kept for the reader; None after an error."""
        try:
            template = parse_template(text)
        except ExpressionError as error:
            index = text[: error.offset + 3].count(_OPEN) - 1
            self.error(_code(error), error.message, _expression_span(node.span, index))
            return None
        only = template[0]
        if len(template) == 1 and isinstance(only, Literal) and isinstance(only.value, str):
            # GitHub reads a lone string in ``${{ }}`` as that string, wherever it stands.
            template = (only.value,)
        else:
            for index, code, message in _template_faults(text, place):
                self.error(code, message, _expression_span(node.span, index))
            if _SCRIPT.search(path := self.paths.get(node, "")):
                enrol_expressions(self.journal, path, node.span, template)
        self.templates[node] = template
        return template

    def condition(self, node: Scalar, text: str, place: str) -> None:
        try:
            tree = parse_condition(text)
        except ExpressionError as error:
            self.error(_code(error), error.message, node.span)
            return
        for code, message in _condition_faults(text, place):
            self.error(code, message, node.span)
        self.conditions[node] = tree
        if _OPEN in text and isinstance(tree, Call) and tree.name == "format" and text.strip()[:7] != "format(":
            message = "text outside of ${{ }} makes this condition a string that is always true; put all of it inside"
            self.warning("condition-always-true", message, node.span)

    def key(self, name: Scalar, place: str) -> bool:
        """Check a key with an expression in it; ``${{ insert }}`` puts in the pairs of its value."""
        if name.text.replace(" ", "") != "${{insert}}":
            self.template(name, name.text, place)
        elif not CONTEXTS[place]:
            self.error("expression-not-allowed", "A template expression is not allowed in this context", name.span)
        return True


@lru_cache(maxsize=1024)
def _template_faults(text: str, place: str) -> tuple[tuple[int, str, str], ...]:
    """What GitHub refuses of the names in a template, each fault with the index of its expression."""
    trees = (part for part in parse_template(text) if not isinstance(part, str))
    return tuple((index, *fault) for index, tree in enumerate(trees) for fault in _faults(tree, place))


@lru_cache(maxsize=1024)
def _condition_faults(text: str, place: str) -> tuple[tuple[str, str], ...]:
    return tuple(_faults(parse_condition(text), place))


def _faults(tree: Expression, place: str) -> list[tuple[str, str]]:
    if not CONTEXTS[place]:
        read = references(tree)
        unknown = f"Unrecognized named-value: '{read[0][0]}'; " if read else ""
        return [("expression-not-allowed", f"{unknown}A template expression is not allowed in this context")]
    found = list(check_names(place, references(tree), calls(tree)))
    if place != "jobs.if":
        full = [part.name for part in walk(tree) if isinstance(part, Call) and part.arguments]
        wrong = [name for name in full if name.lower() in STATUS]
        found += [("bad-expression", f"Too many parameters supplied: '{name}'") for name in wrong]
    return found


def _code(error: ExpressionError) -> str:
    return "unclosed-expression" if error.message.startswith("The expression is not closed") else "bad-expression"


def enrol_expressions(journal: Journal, path: str, span: Span, template: Template) -> list[str]:
    """Announce the expressions of a script; their paths."""
    out = []
    for index, _ in enumerate(part for part in template if not isinstance(part, str)):
        where = _expression_span(span, index)
        first = " ".join(where.text.split())
        out.append(f"{path}.expressions[{index}]")
        journal.enrol(out[-1], f"expression {first if len(first) <= 60 else first[:60] + '…'}", where)
    return out


def _expression_span(span: Span, index: int) -> Span:
    """Where the expression of an index stands in the source; in blocks and quotes they come in the same order."""
    raw = span.text
    at = -1
    for _ in range(index + 1):
        at = raw.find(_OPEN, at + 1)
        if at < 0:
            return span
    end = raw.find("}}", at)
    return Span(span.source, span.start + at, span.start + (end + 2 if end >= 0 else at + 3))


def _meant(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def child(path: str, key: str) -> str:
    """The path of an entry: dotted, or in brackets where the key could be misread."""
    step = _step(key)
    return path + step if path and path[-1] != "#" else path + step.removeprefix(".")


@lru_cache(maxsize=8192)
def _step(key: str) -> str:
    return f".{key}" if _SIMPLE_KEY.match(key) else f'["{key}"]'
