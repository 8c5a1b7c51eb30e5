"""The cases are whole, and the comparison tells differences."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.equivalence.case import Case, cases
from tests.equivalence.comparison import Seen, SeenJob, SeenStep, differences

ALL = cases()
ENDS = {"success", "failure", "skipped", "cancelled", "failure/success"}


def test_no_case_was_lost() -> None:
    assert len(ALL) >= 95


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case_is_whole(case: Case) -> None:
    workflow = YAML(typ="safe").load((case.directory / "workflow.yml").read_text(encoding="utf-8"))
    expected = case.expected
    assert expected["exit"] in (0, 1)
    for name, told in expected["jobs"].items():
        caller = name.partition(" / ")[0]
        assert caller in workflow["jobs"] or re.sub(r"-\d+\Z", "", caller) in workflow["jobs"], (
            "legs of calls are counted"
        )
        for leg in told if isinstance(told, list) else [told]:
            assert set(leg) <= {"matrix", "result", "outputs", "steps", "files"}
            assert {leg["result"], *leg.get("steps", {}).values()} <= ENDS
    assert case.about


EXPECTED: dict[str, Any] = {
    "exit": 1,
    "jobs": {
        "build it": {
            "result": "failure",
            "outputs": {"V": "1", "unset": ""},
            "steps": {"a": "success", "Break": "failure/success", "c": "skipped"},
            "files": {"a.txt": "x\n"},
        },
        "legs": [{"result": "success", "files": {"n": "1"}}, {"result": "failure", "files": {"n": "2"}}],
        "off": {"result": "skipped"},
    },
}
STEPS = (
    SeenStep("a", "Run a", "success", "success"),
    SeenStep("", "Break", "failure", "success"),
    SeenStep("c", "c", "skipped", "skipped"),
)
BUILD = SeenJob("build-it", "failure", STEPS, {"v": "1"}, {"a.txt": "x\n"})
LEGS = (SeenJob("legs-2", "failure", (), {}, {"n": "2"}), SeenJob("legs-1", "success", (), {}, {"n": "1"}))


def test_equal_runs_do_not_differ() -> None:
    assert differences(EXPECTED, Seen(1, (BUILD, *LEGS))) == []
    assert differences(EXPECTED, Seen(1, (BUILD, *LEGS, SeenJob("off", "skipped"), SeenJob("gate", "success")))) == []


WRONG = {
    "exit status": (Seen(0, (BUILD, *LEGS)), ["exit: expected 1, seen 0"]),
    "job that did not run": (Seen(1, LEGS), ["build it: expected failure, did not run"]),
    "job that ran": (Seen(1, (BUILD, *LEGS, SeenJob("off", "success"))), ["off: expected skipped, seen success"]),
    "leg that did not run": (
        Seen(1, (BUILD, LEGS[0])),
        ["legs legs: expected 2, seen 1"],
    ),
    "leg": (
        Seen(1, (BUILD, LEGS[0], SeenJob("legs-1", "failure", (), {}, {"n": "1"}))),
        ["legs {}: expected success, seen failure"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_runs_differ(case: str) -> None:
    seen, lines = WRONG[case]
    assert differences(EXPECTED, seen) == lines


JOB_WRONG = {
    "result": (SeenJob("build-it", "success", STEPS, {"v": "1"}, {"a.txt": "x\n"}), "expected failure, seen success"),
    "output": (SeenJob("build-it", "failure", STEPS, {"v": "2"}, {"a.txt": "x\n"}), "output v: expected '1', seen '2'"),
    "file": (SeenJob("build-it", "failure", STEPS, {"v": "1"}, {"b": ""}), "file a.txt: expected 'x\\n', seen None"),
    "conclusion": (
        SeenJob("build-it", "failure", (STEPS[0], SeenStep("", "Break", "failure", "failure"), STEPS[2])),
        "step Break: expected failure/success, seen failure",
    ),
    "order": (SeenJob("build-it", "failure", STEPS[::-1]), "order of steps"),
    "step": (SeenJob("build-it", "failure", STEPS[:2]), "step c: expected skipped, not seen"),
}


@pytest.mark.parametrize("case", JOB_WRONG)
def test_jobs_differ(case: str) -> None:
    job, line = JOB_WRONG[case]
    found = differences(EXPECTED, Seen(1, (job, *LEGS)))
    assert any(line in f for f in found), found


def test_a_plain_task_of_one_step_is_known_without_its_name() -> None:
    expected = copy.deepcopy(EXPECTED)
    expected["jobs"]["build it"]["steps"] = {"a": "success"}
    plain_step = (SeenStep("", "script", "success", "success"),)
    seen = SeenJob("build-it", "failure", plain_step, None, {"a.txt": "x\n"})
    assert differences(expected, Seen(1, (seen, *LEGS))) == []
