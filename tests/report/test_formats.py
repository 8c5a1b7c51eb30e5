"""Each format of the report tells the same, the worst first; the links between workflow and output hold."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from tests import conversion

from gha2tekton import schema
from gha2tekton.cli import cli
from gha2tekton.cli.fail_on import reached
from gha2tekton.report import FORMATS
from gha2tekton.report.markdown import LIMIT

WORKFLOW = """\
name: Small
on: push
jobs:
  build:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
      - name: It's | `built`
        run: |
          make all
          echo "${{ secrets.KEY }}"
      - uses: nobody/knows-this@v1
        with:
          a: "<b>"
      - uses: step-security/harden-runner@v2
  mac:
    runs-on: macos-latest
    steps:
      - run: make
"""
BROKEN = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: a\n        uses: b@c\n"


def laid_out(place: Path) -> Path:
    folder = place / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "small.yml").write_text(WORKFLOW)
    return place


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return laid_out(tmp_path)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that nobody changes, with its bundle, a report in each format and the map of sources."""
    place = laid_out(tmp_path_factory.mktemp("formats"))
    reports = [word for name in FORMATS for word in ("--report", f"{name}={place}/report.{name}")]
    result = convert(place, *reports, "--source-map", f"{place}/map.json")
    assert result.exit_code == 0, result.output
    return place


def convert(repository: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["convert", str(repository), "-o", str(repository / "tekton"), *words])


def report(converted: Path, name: str) -> str:
    return (converted / f"report.{name}").read_text(encoding="utf-8")


def test_text_tells_the_worst_first(converted: Path) -> None:
    lines = report(converted, "text").splitlines()
    heads = [line.split(":")[0] for line in lines if line and not line.startswith(" ")]
    assert heads[1:] == [
        "To do by hand before applying", "To supply before applying", "To apply, from the bundle's directory",
        "To do after applying", "Works, with a difference", "Dropped", "Worth knowing", "Tasks", "Inventory",
        "Every part that is to be done by hand",
    ]  # fmt: skip
    assert lines[1] == "  grade D: cannot run as it is"
    assert "1. no rule knows nobody/knows-this@v1" in "\n".join(lines)
    assert any(re.match(r"  D  .*: tasks/small-mac.yaml", line) for line in lines)
    assert any(re.match(r"  C  .*: tasks/small-build.yaml", line) for line in lines)


def test_json_keeps_its_schema(converted: Path) -> None:
    document = json.loads(report(converted, "json"))
    jsonschema.Draft202012Validator(json.loads(schema.text("report"))).validate(document)
    assert document["workflows"][0]["grade"] == "D"


# What of SARIF 2.1.0 code scanning reads, from its documentation.
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {"items": {
            "required": ["tool", "results"],
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name", "rules"]}}},
                "results": {"items": {
                    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
                    "properties": {
                        "level": {"enum": ["none", "note", "warning", "error"]},
                        "message": {"required": ["text"]},
                        "locations": {"minItems": 1, "items": {"properties": {"physicalLocation": {
                            "required": ["artifactLocation"],
                            "properties": {"region": {"properties": {"startLine": {"minimum": 1}, "startColumn": {"minimum": 1}}}},
                        }}}},
                        "partialFingerprints": {"additionalProperties": {"type": "string"}},
                    },
                }},
            },
        }},
    },
}  # fmt: skip


def test_sarif(converted: Path) -> None:
    document = json.loads(report(converted, "sarif"))
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    manual = [result for result in run["results"] if result["ruleId"] == "manual"]
    assert {result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in manual} >= {12, 14}
    assert len({result["partialFingerprints"]["gha2tekton/v1"] for result in run["results"]}) == len(run["results"])


def test_markdown_escapes_what_it_quotes(converted: Path) -> None:
    text = report(converted, "markdown")
    assert text.index("### To do by hand") < text.index("### To supply before") < text.index("Works, with a difference")
    assert "- [ ] **Create the Secret github-secrets with KEY**" in text
    assert 'a: "<b>"' in text
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.slow
def test_markdown_fits_a_comment(repository: Path) -> None:
    steps = "".join(f"      - uses: nobody/knows-{n}@v1\n" for n in range(900))
    (repository / ".github/workflows/small.yml").write_text(
        f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    )
    assert convert(repository, "--report", f"markdown={repository}/report.markdown").exit_code == 0
    text = report(repository, "markdown")
    assert LIMIT / 2 < len(text) < LIMIT + 200
    assert text.count("<details>") == text.count("</details>")
    assert text.endswith("too long for a comment.\n")


def test_csv_lists_what_the_cluster_needs(converted: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(report(converted, "csv"))))
    assert ("secret", "KEY") in {(row["kind"], row["name"]) for row in rows}
    assert any(row["kind"] == "gpu" and row["detail"].startswith("1 in ") for row in rows)
    assert any(row["kind"] == "image" and "python" in row["name"] for row in rows)


COMMANDS = [
    r"::error file=\S*small.yml,line=12,col=15,title=By hand[^:]*::.*no rule knows nobody/knows-this@v1",
    r"::notice file=\S*small.yml,line=",
]


@pytest.mark.parametrize("pattern", COMMANDS)
def test_commands_of_github(converted: Path, pattern: str) -> None:
    assert re.search(pattern, report(converted, "github"), re.MULTILINE)


def test_html_is_one_file_without_network(converted: Path) -> None:
    page = report(converted, "html")
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert "&lt;b&gt;" in page
    assert '<b>"' not in page
    ids = set(re.findall(r'id="([^"]+)"', page))
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids, target


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("chromium") or shutil.which("chromium-browser")), reason="there is no Chromium")
@pytest.mark.parametrize("width", [380, 1300])
def test_html_in_a_browser(converted: Path, tmp_path: Path, width: int) -> None:
    """Nothing is wider than the window, the script runs, and a chosen line marks its counterpart."""
    page = report(converted, "html")
    probe = (
        "<script>document.querySelector('.side .row.linked').click();"
        "document.title=[document.documentElement.scrollWidth<=innerWidth,"
        "document.querySelectorAll('.on').length>1].join(' ')</script>"
    )
    (tmp_path / "page.html").write_text(page.replace("</body>", f"{probe}</body>"), encoding="utf-8")
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", "--dump-dom",
         f"file://{tmp_path}/page.html"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "<title>true true</title>" in done.stdout


@pytest.mark.slow
def test_a_refused_workflow_says_so_everywhere(repository: Path) -> None:
    (repository / ".github/workflows/broken.yml").write_text(BROKEN)
    for name in ("text", "markdown", "html", "sarif", "github"):
        file = repository / f"report.{name}"
        assert convert(repository, "--report", f"{name}={file}").exit_code == 1
        assert "broken.yml" in file.read_text(), name
    assert "Not converted: GitHub would refuse this workflow" in (repository / "report.text").read_text()


def test_reports_are_written_where_every_workflow_is_refused(repository: Path) -> None:
    (repository / ".github/workflows/small.yml").write_text(BROKEN)
    file = repository / "report.sarif"
    result = convert(repository, "--report", f"sarif={file}")
    assert result.exit_code == 2
    assert "small.yml:7:9: " in result.stderr
    (run,) = json.loads(file.read_text())["runs"]
    assert {found["level"] for found in run["results"]} == {"error"}


FAILS = [("never", 0), ("manual", 1), ("dropped", 1), ("adapted", 1), ("D", 1), ("C", 1), ("B", 1)]
GOOD = [("manual", 0), ("dropped", 1), ("D", 0), ("C", 0), ("B", 1), ("adapted", 1)]


def test_what_an_outcome_or_a_grade_fails() -> None:
    done = conversion.convert(WORKFLOW)
    assert [(wanted, int(reached([done], wanted))) for wanted, _ in FAILS] == FAILS
    good = conversion.convert(WORKFLOW.split("      - uses: nobody")[0])
    assert [(wanted, int(reached([good], wanted))) for wanted, _ in GOOD] == GOOD


def test_the_map_of_sources_holds(converted: Path) -> None:
    file = converted / "map.json"
    rows = {row["source"]["path"]: row["target"] for row in json.loads(file.read_text())["mappings"]}
    task = (converted / "tekton/tasks/small-build.yaml").read_text().splitlines()
    found = rows["jobs.build.steps[1].run"]
    assert task[found["line"] - 1].strip() == "make all"
    assert found["path"] == "spec.steps[0].script"
    assert rows["jobs.build.steps[2].uses"]["line"] > found["endLine"]


EXPLAINED = [
    (
        ".github/workflows/small.yml:12",
        "jobs.build.steps[2].uses: nobody/knows-this@v1\n  manual: no rule",
        "--rules takes it",
    ),
    (
        ".github/workflows/small.yml:10",
        "command make all (jobs.build.steps[1].run.commands[0])\n  exact",
        "in the output: tasks/small-build.yaml:",
    ),
    (".github/workflows/small.yml:15", "dropped: ", "rule: mappings/actions/step-security/harden-runner.yaml"),
    (".github/workflows/small.yml:3", "small.yml:3: no part of a workflow stands here", ""),
]


@pytest.mark.parametrize(("place", "head", "more"), EXPLAINED)
def test_explain_a_line_of_the_workflow(converted: Path, place: str, head: str, more: str) -> None:
    result = CliRunner().invoke(cli, ["explain", str(converted / place)])
    assert result.exit_code == 0, result.output
    assert head in result.output
    assert more in result.output


def test_explain_a_line_of_the_output(converted: Path) -> None:
    file = converted / "tekton/tasks/small-build.yaml"
    number = next(n for n, line in enumerate(file.read_text().splitlines(), 1) if line.strip() == "make all")
    result = CliRunner().invoke(cli, ["explain", f"{file}:{number}"])
    assert "jobs.build.steps[1].run" in result.output
    assert "small.yml:10:11: command make all" in result.output


@pytest.mark.parametrize("place", ["nothing-here.yml:3", "no line", "README"])
def test_explain_what_is_not_there(place: str) -> None:
    assert CliRunner().invoke(cli, ["explain", place]).exit_code == 2


@pytest.mark.slow
def test_in_a_terminal(repository: Path, converted: Path) -> None:
    """A real terminal gets colours; what is piped does not."""
    script = shutil.which("script")
    if script is None:
        pytest.skip("there is no script(1)")
    import os
    import sys

    command = f"{sys.executable} -m gha2tekton convert {repository} -o {repository}/tekton"
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    done = subprocess.run(
        [script, "-qec", command, "/dev/null"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert "\x1b[1;4mTo do by hand" in done.stdout
    assert "\x1b[" not in report(converted, "text")
