"""One line of a workflow or of a bundle explained: what became of it, or what it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Outcome
from gha2tekton.report.addresses import addresses
from gha2tekton.report.alternatives import alternatives
from gha2tekton.report.entries import common, is_command, lines_of
from gha2tekton.report.places import Place, Places

_WORDS = {
    "text": "the same text",
    "field": "the field that says it",
    "step": "the whole step",
    "job": "the whole job",
    "file": "the whole file",
}
_SHOWN = 8


def of_input(conversions: Sequence[Conversion], files: Mapping[str, str], name: str, line: int) -> list[str]:
    """What became of the parts that stand on a line of the input."""
    out: list[str] = []
    for conversion in conversions:
        places = Places(conversion, files)
        for outcome in _on_line(conversion, name, line):
            out += [*([""] if out else []), *_told(outcome, places.of(outcome.path), files)]
        for diagnostic in conversion.journal.diagnostics:
            span = diagnostic.span
            if span and span.source.name == name and span.line == line:
                out += ["", f"{diagnostic.severity}: {diagnostic.message} [{diagnostic.code}]"]
    return out


def of_output(conversions: Sequence[Conversion], files: Mapping[str, str], name: str, line: int) -> list[str]:
    """The parts of the input that a line of the bundle stands for; only the closest."""
    out: list[str] = []
    for conversion in conversions:
        places = Places(conversion, files)
        found = places.at(name, line) or places.all_in(name)
        close = [pair for pair in found if pair[1].basis != "file" and pair[1].size == found[0][1].size]
        if found and not close:
            above = common([outcome.path for outcome, _ in found])
            out.append(f"{name} comes from {above or 'all'} of {conversion.source.name}; no one part says this line")
        for outcome, place in close[:_SHOWN]:
            out += [*([""] if out else []), *_told(outcome, place, files)]
        if len(close) > _SHOWN:
            out.append(f"… and {len(close) - _SHOWN} more parts of {conversion.source.name}")
    return out


def _on_line(conversion: Conversion, name: str, line: int) -> list[Outcome]:
    """The parts that reach over a line."""
    found = []
    for outcome in conversion.journal.outcomes():
        source = outcome.span.source
        if source.name != name:
            continue
        first, last = lines_of(outcome)
        if first <= line <= last:
            found.append(outcome)
    return found


def _told(outcome: Outcome, place: Place | None, files: Mapping[str, str]) -> Iterator[str]:
    yield f"{outcome.span}: {outcome.subject}" + (f" ({outcome.path})" if is_command(outcome) else "")
    yield f"  {outcome.fate}" + (f": {outcome.reason}" if outcome.reason else "")
    if outcome.rule:
        yield f"  rule: mappings/{outcome.rule}.yaml"
    if place is not None:
        lines = files[place.file].split("\n")
        path = addresses(lines)[place.first - 1]
        span = f"{place.first}" if place.first == place.last else f"{place.first}-{place.last}"
        yield f"  in the output: {place.file}:{span}" + (f", {path}" if path else "") + f" ({_WORDS[place.basis]})"
        if place.basis != "file":
            shown = lines[place.first - 1 : place.last]
            margin = min((len(one) - len(one.lstrip()) for one in shown if one.strip()), default=0)
            yield from (f"    │ {one[margin:]}".rstrip() for one in shown[:_SHOWN])
            if len(shown) > _SHOWN:
                yield f"    │ … {len(shown) - _SHOWN} more lines"
    elif outcome.target:
        yield f"  in the output: {', '.join((outcome.target, *outcome.also))}"
    for other in alternatives(outcome):
        yield f"  or: {other}"
