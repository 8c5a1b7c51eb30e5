"""Deliveries sent through Tekton's own sink and interceptors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.requirement import needed
from tests.conformance.toolchain import judges

from gha2tekton.manifests import dump
from gha2tekton.source import Source
from gha2tekton.yaml import compose, plain

SECRET, TOKEN = "github-webhook-secret/webhook-secret", "github-token/token"


def judge(name: str) -> str:
    """The path of one of the programs over Tekton's packages."""
    needed(judges)
    return str(judges() / name)


@dataclass(frozen=True)
class Fired:
    """What became of one Trigger, and the params of the run it made."""

    outcome: str
    reason: str
    params: dict[str, str]
    run: dict[str, Any]


class Listener:
    """Triggers in a directory, ready to be sent deliveries."""

    def __init__(self, manifests: list[dict[str, Any]], directory: Path) -> None:
        self._directory = directory
        self.file = directory / "triggers.yaml"
        self.file.write_text(dump(manifests), encoding="utf-8")
        self._count = 0

    def fire(
        self,
        event: str,
        payload: Any,
        signed: bool = True,
        headers: tuple[str, ...] = ("Content-Type: application/json",),
        api: Mapping[str, Any] | None = None,
    ) -> dict[str, Fired]:
        """Sends one delivery; what every Trigger did, by its name. ``api`` is what GitHub's has at each path."""
        self._count += 1
        place = self._directory / f"delivery-{self._count}"
        place.mkdir()
        (place / "headers").write_text("\n".join((f"X-GitHub-Event: {event}", *headers, "")), encoding="utf-8")
        (place / "body").write_text(json.dumps(payload), encoding="utf-8")
        command = [judge("trigger-fire"), "--triggers", str(self.file), "--headers", str(place / "headers")]
        command += ["--body", str(place / "body"), "--secret", f"{SECRET}=secret", "--out", str(place / "out")]
        if api is not None:
            (place / "api").write_text(json.dumps({"token": "t0k", "paths": api}), encoding="utf-8")
            command += ["--github", str(place / "api"), "--secret", f"{TOKEN}=t0k"]
        done = subprocess.run(
            command + (["--sign", SECRET] if signed else []), capture_output=True, text=True, check=False
        )
        result = place / "out" / "result.json"
        assert result.exists(), done.stderr
        found = json.loads(result.read_text(encoding="utf-8"))["triggers"]
        return {item["name"]: self._fired(item, place / "out") for item in found}

    @staticmethod
    def _fired(item: dict[str, Any], out: Path) -> Fired:
        texts = [(out / file).read_text(encoding="utf-8") for file in item.get("files") or ()]
        nodes = [compose(Source("run.yaml", text)) for text in texts]
        run = plain(nodes[0]) if nodes and nodes[0] else {}
        params = {param["name"]: param["value"] for param in run.get("spec", {}).get("params", ())}
        reason = next((str(item[key]) for key in ("why", "reason", "message", "error") if item.get(key)), "")
        return Fired(item["outcome"], reason, params, run)
