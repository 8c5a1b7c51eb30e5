"""What GitHub's own runner makes of expressions, value and message alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gha2tekton.expression import ExpressionError, evaluate, fold, is_truthy, parse, to_string, unparse

HERE = Path(__file__).parent
CONTEXT: dict[str, Any] = json.loads((HERE / "context.json").read_text())
CASES: list[dict[str, Any]] = [json.loads(line) for line in (HERE / "runner.jsonl").read_text().splitlines()]
KINDS = {type(None): "null", bool: "boolean", float: "number", str: "string", list: "array", dict: "object"}


def functions(case: dict[str, Any]) -> dict[str, Any]:
    status = case.get("status", "success")
    hashes = case.get("hashFiles", {})
    return {
        "success": lambda _: status == "success",
        "failure": lambda _: status == "failure",
        "cancelled": lambda _: status == "cancelled",
        "always": lambda _: True,
        "hashFiles": lambda patterns: hashes.get("\n".join(patterns), ""),
    }


def described(value: Any) -> dict[str, Any]:
    found = {"kind": KINDS[type(value)], "string": to_string(value), "truthy": is_truthy(value)}
    return found | {"value": value} if isinstance(value, list | dict) else found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expr"][:60])
def test_runner(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(ExpressionError) as refused:
            evaluate(case["expr"], CONTEXT, functions(case))
        assert refused.value.message == case["error"]
        return
    value = evaluate(case["expr"], CONTEXT, functions(case))
    expected = {key: case[key] for key in ("kind", "string", "truthy", "value") if key in case}
    assert described(value) == expected
    # What is printed and what is folded mean the same.
    tree = parse(case["expr"])
    assert parse(unparse(tree)) == tree
    assert described(evaluate(unparse(tree), CONTEXT, functions(case))) == expected
    folded = unparse(fold(tree, CONTEXT))
    assert described(evaluate(folded, CONTEXT, functions(case))) == expected
    if not {"status", "hashFiles"} & case.keys() and "()" not in case["expr"] and "success(" not in case["expr"]:
        assert described(evaluate(folded, {})) == expected, "all is known, so nothing may be left to look up"
