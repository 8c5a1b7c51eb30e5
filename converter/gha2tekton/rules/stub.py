"""The beginning of a rule for an action that has none, filled from its ``action.yml`` where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.manifests import dump
from gha2tekton.rules.call import variable
from gha2tekton.shell.quote import word


def stub(action: str, document: Mapping[str, Any] | None) -> str:
    """A rule file whose inputs are all there, each ``manual`` until somebody decides."""
    about = str((document or {}).get("description") or "What the action does, in one sentence.").strip()
    inputs = (document or {}).get("inputs") or {}
    outputs = list((document or {}).get("outputs") or {})
    runs = (document or {}).get("runs") or {}
    if str(runs.get("using") or "").lower().startswith("node"):
        return _program(action, about, runs, inputs, outputs)
    head = dump(
        [
            {
                "action": action.lower(),
                "about": " ".join(about.split()),
                "source": f"https://github.com/{'/'.join(action.split('/')[:2])}",
                "fate": "manual",
                "reason": "say what a person must do; or delete fate and reason and write run",
            }
        ]
    )
    lines = [
        head.rstrip("\n"),
        "# role: prepare, notebook, convert, test or publish; leave it out when it could be anywhere",
        "# effects: workspace, home, python, env, system, services, docker, background: what later steps may see of it",
        "effects: [workspace]",
        "# tools: programs that the lines need in the job's image",
        "tools: []",
    ]
    if outputs:
        lines.append(dump([{"outputs": outputs}]).rstrip("\n"))
    lines.append("inputs:" if inputs else "inputs: {}")
    for name, body in inputs.items():
        told = body if isinstance(body, Mapping) else {}
        entry: dict[str, Any] = {"manual": "used, or why not"}
        if told.get("default") not in (None, ""):
            entry["default"] = told["default"]
        text = " ".join(str(told.get("description") or "").split())
        if text:
            lines.append(f"  # {text[:116]}")
        lines.append("  " + dump([{str(name): entry}]).rstrip("\n").replace("\n", "\n  "))
    lines += [
        "# run: |",
        "#   lines for the job's container; {{ input }} is always one shell word, options('a', 'b') are --a A --b B",
        "# example:",
        "#   with: {}",
        "#   run: |",
        "#     the lines that this call becomes",
    ]
    return "\n".join(lines) + "\n"


def _program(action: str, about: str, runs: Mapping[str, Any], inputs: Mapping[str, Any], outputs: list[str]) -> str:
    """A rule that runs the action's own JavaScript; what only an expression tells is what it must be given."""
    defaults = {
        str(name): str(body["default"])
        for name, body in inputs.items()
        if isinstance(body, Mapping) and "${{" in str(body.get("default") or "")
    }
    words = [f'{word(name.lower())} "${variable(name)}"' for name in defaults]
    calls = [
        " ".join([f"javascript-action {action.lower()}@v1 {part} step", *words])
        for part in ("pre", "main", "post")
        if part in runs
    ]
    rule: dict[str, Any] = {
        "action": action.lower(),
        "about": " ".join(about.split()),
        "source": f"https://github.com/{'/'.join(action.split('/')[:2])}",
        "program": [part for part in ("pre", "main", "post") if part in runs],
        "needs": ["token", "network"],
        **({"outputs": outputs} if outputs else {}),
        "inputs": {
            str(name): {"used": True, "default": defaults[str(name)]} if str(name) in defaults else "used"
            for name in inputs
        },
        "example": {
            "ref": "v1",
            "with": {},
            "run": "\n".join(call for call in calls if " post step" not in call) + "\n",
            **({"post": f"{calls[-1]}\n"} if "post" in runs else {}),
        },
    }
    told = [
        "# It is a JavaScript program, which node runs as it is. Write run in its place where it keeps artifacts or",
        "# caches with GitHub. What later steps see of it, such as a program that it installs, goes into effects.",
    ]
    return "\n".join([*told, dump([rule])])
