"""The reports that programs read."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gha2tekton import schema
from gha2tekton.conversion import Conversion
from gha2tekton.output import rendering
from gha2tekton.report import FORMATS

SARIF = json.loads((Path(__file__).parent / "sarif.schema.json").read_text())


@pytest.fixture(params=["everything", "refused"])
def conversion(request: pytest.FixtureRequest) -> Conversion:
    return request.getfixturevalue(request.param)


def sarif(conversion: Conversion) -> Any:
    (run,) = json.loads(rendering("sarif", [conversion]))["runs"]
    return run


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_twice_and_tells_of_nothing_too(conversion: Conversion, name: str) -> None:
    assert rendering(name, [conversion]) == rendering(name, [conversion])
    assert conversion.journal.has_errors or rendering(name, []) != rendering(name, [conversion])


def test_json_is_what_its_schema_says(conversion: Conversion) -> None:
    document = json.loads(rendering("json", [conversion]))
    assert schema.faults(document, "report") == []
    for name in ("path", "outcomes", "grade"):
        broken = json.loads(json.dumps(document))
        del broken["workflows"][0][name]
        assert schema.faults(broken, "report")


def test_json_has_nothing_that_its_schema_does_not_know(everything: Conversion) -> None:
    def walk(value: Any, known: Any, place: str) -> None:
        if isinstance(value, dict):
            assert set(value) == set(known["properties"]), place
            for name, inner in value.items():
                walk(inner, known["properties"][name], f"{place}.{name}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, known["items"], f"{place}[]")

    walk(json.loads(rendering("json", [everything])), json.loads(schema.text("report")), "")


def test_sarif_is_what_the_standard_says(conversion: Conversion) -> None:
    document = json.loads(rendering("sarif", [conversion]))
    assert [error.message for error in Draft202012Validator(SARIF).iter_errors(document)] == []
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_sarif_has_all_that_is_not_exact(everything: Conversion) -> None:
    counts = everything.journal.summary()
    told = [result["ruleId"] for result in sarif(everything)["results"]]
    for fate in ("adapted", "dropped", "manual"):
        assert told.count(fate) == counts[fate]
    assert "exact" not in told


def test_sarif_knows_a_finding_again_when_lines_move(everything: Conversion, converted: Any) -> None:
    moved = converted("# one line more\n" + everything.source.text)
    prints = [
        [result["partialFingerprints"] for result in sarif(one)["results"] if result["ruleId"] == "manual"]
        for one in (everything, moved)
    ]
    assert prints[0] == prints[1]
    assert len({json.dumps(one) for one in prints[0]}) == len(prints[0])


COMMAND = re.compile(r"::(error|warning|notice) file=([^,:]+),line=(\d+),col=(\d+),title=([^,:\r\n]+)::([^\r\n]+)")


def test_workflow_commands_are_a_line_each_and_worst_first(everything: Conversion) -> None:
    lines = rendering("github", [everything]).splitlines()
    found = [COMMAND.fullmatch(line) for line in lines]
    assert all(found)
    levels = [one[1] for one in found if one]
    assert levels == sorted(levels, key=("error", "warning", "notice").index)
    assert levels.count("error") == 3
    assert "title=By hand%3A job build%2C step 2 (Sign <b>it</b> | now)::no rule knows" in lines[0]


def test_inventories_are_a_table(everything: Conversion) -> None:
    rows = list(csv.DictReader(io.StringIO(rendering("csv", [everything]))))
    found = {(row["kind"], row["name"]) for row in rows}
    assert {("secret", "HF_TOKEN"), ("variable", "PLACE"), ("feature flag", "none")} <= found
    assert {row["kind"] for row in rows} >= {"image", "gpu", "rbac", "secret", "variable", "webhook"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@")]


def test_no_cell_is_a_formula(converted: Any) -> None:
    told = rendering(
        "csv",
        [converted('on: push\njobs:\n  a:\n    runs-on: x\n    environment: "=1+1"\n    steps:\n      - run: a\n')],
    )
    assert ",'=1+1," in told
