"""The beginning of a rule for an action that has none, filled from its ``action.yml`` where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent
from typing import Any

from gha2tekton.manifests import dump
from gha2tekton.rules.call import variable
from gha2tekton.shell.quote import word

_BEFORE = """\
# role: prepare, notebook, convert, test or publish; leave it out when it could be anywhere
# effects: workspace, home, python, env, system, services, docker, background: what later steps may see of it
effects: [workspace]
# tools: programs that the lines need in the job's image
tools: []
"""
_AFTER = """\
# run: |
#   lines for the job's container; {{ input }} is always one shell word, options('a', 'b') are --a A --b B
# example:
#   with: {}
#   run: |
#     the lines that this call becomes
"""
_ABOUT_PROGRAMS = """\
# It is a JavaScript program, which node runs as it is. Write run in its place where it keeps artifacts or
# caches with GitHub. What later steps see of it, such as a program that it installs, goes into effects.
"""
_WIDTH = 116


def stub(action: str, document: Mapping[str, Any] | None) -> str:
    """A rule file whose inputs are all there, each ``manual`` until somebody decides."""
    told = document or {}
    head = {
        "action": action.lower(),
        "about": " ".join(str(told.get("description") or "What the action does, in one sentence.").split()),
        "source": f"https://github.com/{'/'.join(action.split('/')[:2])}",
    }
    inputs = told.get("inputs") or {}
    outputs = {"outputs": list(told["outputs"])} if told.get("outputs") else {}
    runs = told.get("runs") or {}
    if str(runs.get("using") or "").lower().startswith("node"):
        return _ABOUT_PROGRAMS + dump([{**head, **_program(action.lower(), runs, inputs, outputs)}])
    manual = {"fate": "manual", "reason": "say what a person must do; or delete fate and reason and write run"}
    listed = (
        "inputs:\n" + "".join(_input(str(name), body) for name, body in inputs.items()) if inputs else "inputs: {}\n"
    )
    return dump([{**head, **manual}]) + _BEFORE + (dump([outputs]) if outputs else "") + listed + _AFTER


def _input(name: str, body: Any) -> str:
    """An input under what its author says of it."""
    told = body if isinstance(body, Mapping) else {}
    entry: dict[str, Any] = {"manual": "used, or why not"}
    if told.get("default") not in (None, ""):
        entry["default"] = told["default"]
    about = " ".join(str(told.get("description") or "").split())[:_WIDTH]
    return (f"  # {about}\n" if about else "") + indent(dump([{name: entry}]), "  ")


def _program(
    action: str, runs: Mapping[str, Any], inputs: Mapping[str, Any], outputs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What runs the action's own JavaScript; what only an expression tells is what it must be given."""
    parts = [part for part in ("pre", "main", "post") if part in runs]
    defaults = {
        str(name): str(body["default"])
        for name, body in inputs.items()
        if isinstance(body, Mapping) and "${{" in str(body.get("default") or "")
    }
    words = "".join(f' {word(name.lower())} "${variable(name)}"' for name in defaults)
    calls = {part: f"javascript-action {action}@v1 {part} step{words}\n" for part in parts}
    return {
        "program": parts,
        "needs": ["token", "network"],
        **outputs,
        "inputs": {
            str(name): {"used": True, "default": defaults[str(name)]} if str(name) in defaults else "used"
            for name in inputs
        },
        "example": {
            "ref": "v1",
            "with": {},
            "run": "".join(call for part, call in calls.items() if part != "post"),
            **({"post": calls["post"]} if "post" in calls else {}),
        },
    }
