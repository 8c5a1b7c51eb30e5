"""Findings: one table of codes, a section of the docs for each, and comments that suppress them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.program import MODULES, calls
from tests.report.conftest import ROOT, WORKFLOW

from gha2tekton.cli import cli
from gha2tekton.codes import SEVERITIES
from gha2tekton.conversion import Conversion
from gha2tekton.output import rendering
from gha2tekton.source import Source
from gha2tekton.suppression import OUTCOMES, comments

DOCS = (ROOT / "docs/diagnostics.md").read_text()
CODE = re.compile(r"[a-z]+(-[a-z]+)+\Z|cycle\Z")


def test_the_docs_have_a_section_for_each_code_under_its_severity() -> None:
    found = {}
    severity = ""
    for line in DOCS.splitlines():
        if line.startswith("## "):
            severity = line[3:].lower().removesuffix("s")
        if line.startswith("### "):
            found[line[4:]] = severity
    assert found == dict(SEVERITIES)


def said() -> Iterator[tuple[str, str | None, str]]:
    """Every code that the program says, with the severity where it stands beside it."""
    for path in MODULES:
        for node in calls(path):
            if not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            code = node.args[0].value
            if name in ("Diagnostic", "error", "warning", "note") and isinstance(code, str) and CODE.match(code):
                second = node.args[1] if len(node.args) > 1 else None
                beside = (
                    second.value
                    if isinstance(second, ast.Constant) and second.value in ("error", "warning", "note")
                    else None
                )
                yield code, beside if name in ("Diagnostic", "note") else name, f"{path.name}:{node.lineno}"


@pytest.mark.slow
def test_every_code_is_in_the_table_with_its_severity() -> None:
    found = list(said())
    assert len({code for code, *_ in found}) > 40
    for code, severity, place in found:
        assert code in SEVERITIES, place
        assert severity in (None, SEVERITIES[code]), place


# Found by expressions or read from other tables rather than written beside a call.
ELSEWHERE = {
    "bad-expression", "unclosed-expression", "not-a-workflow", "not-an-action", "unknown-context", "unknown-function",
}  # fmt: skip


@pytest.mark.slow
def test_no_code_of_the_table_is_never_said() -> None:
    assert set(SEVERITIES) - {code for code, *_ in said()} == ELSEWHERE


# -- suppression -------------------------------------------------------------------------------------------------------


def with_comment(after: str, comment: str) -> str:
    """The workflow with a comment on a line of its own before the line that begins so."""
    lines = WORKFLOW.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(after))
    pad = " " * (len(lines[at]) - len(lines[at].lstrip()))
    return "\n".join([*lines[:at], f"{pad}# {comment}", *lines[at:]]) + "\n"


def pressing(conversion: Conversion, fate: str = "manual") -> list[str]:
    return [outcome.path for outcome in conversion.journal.pressing() if outcome.fate == fate]


CASES = {
    "a step": (
        "- name: Sign",
        ["jobs.build.steps[1].name", "jobs.build.steps[1].uses", "jobs.build.steps[1].with.key"],
    ),
    "a key": ("key:", ["jobs.build.steps[1].with.key"]),
    "a job": ("windows:", ["jobs.windows.runs-on", "jobs.windows.needs", "jobs.windows.steps[0].run"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_comment_is_about_what_is_below_it(converted: Callable[[str], Conversion], case: str) -> None:
    before, expected = CASES[case]
    done = converted(with_comment(before, "gha2tekton: ignore[manual] done by hand"))
    assert sorted(one.path for one in done.journal.suppressed) == sorted(expected)
    assert not set(expected) & set(pressing(done))
    assert done.journal.summary() == converted(WORKFLOW).journal.summary()


def test_a_comment_behind_a_value_is_about_its_line(converted: Callable[[str], Conversion]) -> None:
    text = WORKFLOW.replace(
        "  - uses: nobody/signs@v1\n", "  - uses: nobody/signs@v1 # gha2tekton: ignore[manual] no need\n"
    )
    done = converted(text)
    assert [one.path for one in done.journal.suppressed] == ["jobs.build.steps[2].uses"]


def test_a_comment_above_all_is_about_the_file(converted: Callable[[str], Conversion]) -> None:
    done = converted("# gha2tekton: ignore[deleted-ref-ignored, manual] known\n" + WORKFLOW)
    assert pressing(done) == []
    codes = [found.code for found in done.journal.diagnostics]
    assert "deleted-ref-ignored" not in codes
    assert "unused-suppression" not in codes


BAD = {
    "ignore[manual]": "bad-suppression",
    "ignore[] why": "bad-suppression",
    "ignore[no-such-code] why": "bad-suppression",
    "ignore[bad-uses] why": "bad-suppression",
    "ignore[gpu-sum] why": "unused-suppression",
}


@pytest.mark.parametrize("text", BAD)
def test_a_comment_that_does_nothing_is_told(converted: Callable[[str], Conversion], text: str) -> None:
    done = converted(f"# gha2tekton: {text}\n{WORKFLOW}")
    assert BAD[text] in [found.code for found in done.journal.diagnostics]
    assert pressing(done) == pressing(converted(WORKFLOW))


def test_text_of_a_script_is_no_comment() -> None:
    text = 'a: "# gha2tekton: ignore[manual] x"\nb: |\n  # gha2tekton: ignore[manual] x\nc: 1 # gha2tekton: ignore[manual] yes\n'
    assert [comment.span.line for comment in comments(Source("x", text))] == [4]


def test_the_output_is_the_same(converted: Callable[[str], Conversion]) -> None:
    text = with_comment("windows:", "gha2tekton: ignore[manual] by hand")
    plain = text.replace("gha2tekton: ignore[manual] by hand", "something else")
    assert converted(text).bundle.rendered() == converted(plain).bundle.rendered()


def test_reports_tell_what_is_suppressed_and_nothing_presses(tmp_path: Path) -> None:
    path = tmp_path / "ci.yml"
    path.write_text("# gha2tekton: ignore[manual] we know\n" + WORKFLOW)
    run = CliRunner().invoke(cli, ["convert", str(path), "-o", str(tmp_path / "out"), "--fail-on", "manual"])
    assert run.exit_code == 0
    told = (tmp_path / "out/report.txt").read_text()
    assert "Suppressed by comments" in told
    assert "To do by hand" not in told
    assert told.count("we know") == len(pressing_in(tmp_path / "out/report.json"))
    assert CliRunner().invoke(cli, ["lint", str(path)]).exit_code == 0


def pressing_in(report: Path) -> list[str]:
    (workflow,) = json.loads(report.read_text())["workflows"]
    return [row["path"] for row in workflow["suppressed"]]


def test_sarif_marks_what_is_suppressed(converted: Callable[[str], Conversion]) -> None:
    done = converted("# gha2tekton: ignore[manual] we know\n" + WORKFLOW)
    (run,) = json.loads(rendering("sarif", [done]))["runs"]
    marked = {result["ruleId"] for result in run["results"] if "suppressions" in result}
    assert marked == {"manual"}
    assert all("suppressions" in result for result in run["results"] if result["ruleId"] == "manual")


def test_words_for_outcomes_are_no_codes() -> None:
    assert not set(OUTCOMES) & set(SEVERITIES)
