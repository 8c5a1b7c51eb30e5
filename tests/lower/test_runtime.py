"""The runtime's ConfigMaps: small enough for kubectl, and mounted where something calls what is in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gha2tekton.lower import runtime
from gha2tekton.resources import mappings
from gha2tekton.tekton.model import Task

FILES = {path.name: path.read_text() for path in (mappings() / "runtime").iterdir() if path.is_file()}
LIMIT = 256 * 1024


def both() -> tuple[dict[str, object], ...]:
    return tuple(dict(one) for one in runtime.config_maps([Task("a", (), volumes=(runtime.volume("checkout"),))]))


def test_kubectl_can_keep_them_in_an_annotation() -> None:
    """As Go writes JSON, with a fifth to spare."""
    for one in both():
        text = json.dumps(one, separators=(",", ":"), ensure_ascii=False)
        assert len(re.sub("[<>&]", "______", text).encode()) < LIMIT * 4 / 5


def test_every_file_is_in_one_of_them() -> None:
    (first, second) = both()
    assert {**first["data"], **second["data"]} == FILES  # type: ignore[dict-item]
    assert set(second["data"]) == runtime.ACTIONS  # type: ignore[call-overload]


def test_what_runs_jobs_calls_nothing_of_what_stands_for_actions() -> None:
    for name in FILES.keys() - runtime.ACTIONS:
        code = "\n".join(line for line in FILES[name].splitlines() if not line.lstrip().startswith("#"))
        called = {other for other in runtime.ACTIONS if re.search(rf"/{re.escape(other)}(?![\w.-])", code)}
        assert not called, name


@pytest.mark.parametrize(
    ("script", "parts"),
    [
        ("step a <<'STEP'\nmake\nSTEP\n", ["runtime"]),
        ("step a <<'STEP'\ncheckout --depth 0\nSTEP\n", ["runtime", "actions"]),
        ("post 'x' <<'STEP'\ncache-save --key a\nSTEP\n", ["runtime", "actions"]),
        ("exec /gha2tekton/concurrency\n", ["runtime", "actions"]),
        ("git push\nmy-checkout\n", ["runtime"]),
    ],
)
def test_a_task_mounts_what_its_script_calls(script: str, parts: list[str]) -> None:
    task = Task("a", (), volumes=(runtime.volume(script),))
    assert [one["metadata"]["name"].split("-")[1] for one in runtime.config_maps([task])] == parts


def test_rules_call_what_is_there() -> None:
    """A program of the runtime that a rule's lines begin with is seen in them."""
    programs = {name for name in runtime.ACTIONS if "." not in name}
    for path in Path(mappings() / "actions").rglob("*.yaml"):
        for line in path.read_text().splitlines():
            word = re.match(r"  ([a-z][a-z-]+)( |\{\{|$)", line)
            if word and word[1] in programs:
                assert "projected" in runtime.volume(line.replace("{{", " {{")), (path, line)
