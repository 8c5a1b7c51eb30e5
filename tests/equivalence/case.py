"""A case: a small repository, a workflow, an event, and what GitHub does with it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parent / "cases"
WORKFLOW = Path(".github/workflows/workflow.yml")
KEYS = {
    "about",
    "event",
    "payload",
    "inputs",
    "secrets",
    "vars",
    "stand-ins",
    "images",
    "waits-for",
    "differs",
    "network",
    "forms",
    "runs",
    "whole",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One folder of cases/; `waits_for` names the issue that a strict expected failure waits for."""

    directory: Path
    about: str
    event: str = "push"
    payload: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    stand_ins: tuple[str, ...] = ()
    images: Mapping[str, Any] = field(default_factory=dict)
    """What the images of Tekton's side are: see ``run``; act has none, so its side is written by hand."""
    waits_for: str = ""
    differs: str = ""
    runs: int = 1
    """How many runs there are one after the other; what the last did is compared."""
    network: bool = False
    """Whether its steps fetch packages, with the network of this machine."""
    forms: tuple[str, ...] = ("auto",)
    """What --docker says: the case holds for each."""

    whole: bool = False
    """Whether nothing of it is left to do by hand."""

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def expected(self) -> dict[str, Any]:
        """What GitHub does, as expected.json says."""
        found: dict[str, Any] = json.loads((self.directory / "expected.json").read_text(encoding="utf-8"))
        return found


def load(directory: Path) -> Case:
    """Reads a case; ValueError names a key that case.yaml may not have."""
    found = YAML(typ="safe").load((directory / "case.yaml").read_text(encoding="utf-8"))
    if unknown := set(found) - KEYS:
        raise ValueError(f"{directory.name}/case.yaml: unknown keys {sorted(unknown)}")
    return Case(
        directory,
        about=found["about"],
        event=found.get("event", "push"),
        payload=found.get("payload", {}),
        inputs=found.get("inputs", {}),
        secrets=found.get("secrets", {}),
        variables=found.get("vars", {}),
        stand_ins=tuple(found.get("stand-ins", ())),
        images=found.get("images", {}),
        waits_for=found.get("waits-for", ""),
        differs=found.get("differs", ""),
        network=found.get("network", False),
        forms=tuple(found.get("forms", ("auto",))),
        runs=found.get("runs", 1),
        whole=found.get("whole", False),
    )


def cases() -> list[Case]:
    """All cases, by name."""
    return [load(file.parent) for file in sorted(ROOT.glob("*/case.yaml"))]


@dataclass(frozen=True, slots=True)
class Repository:
    """A case's files under git, on a branch main with one commit."""

    path: Path
    commit: str
    remotes: Path
    """Where history.sh lays other repositories down."""

    def variables(self, case: Case) -> dict[str, str]:
        """The case's variables; ``{remotes}`` in them is where other repositories lie."""
        return {name: value.replace("{remotes}", str(self.remotes)) for name, value in case.variables.items()}

    def files(self) -> dict[str, str]:
        """What the commit holds, by path."""
        return contents(self.path)


def make_repository(case: Case, path: Path) -> Repository:
    """Lays the case's repository out at a path that does not exist yet, and commits it."""
    if (case.directory / "repo").exists():
        shutil.copytree(case.directory / "repo", path)
    workflow = path / WORKFLOW
    workflow.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(case.directory / "workflow.yml", workflow)
    git(path, "init", "-q", "-b", "main")
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "a case")
    remotes = path.with_name("remotes")
    if (history := case.directory / "history.sh").exists():
        remotes.mkdir()
        places = {"REPOSITORY": str(path), "REMOTES": str(remotes), "GIT_ALLOW_PROTOCOL": "file"}
        subprocess.run(["bash", "-e", str(history)], env=_author() | places, check=True)
    return Repository(path, git(path, "rev-parse", "HEAD"), remotes)


def git(path: Path, *args: str) -> str:
    """Runs git as a fixed author at a fixed time, so that the commit is always the same."""
    done = subprocess.run(["git", "-C", str(path), *args], capture_output=True, text=True, env=_author(), check=True)
    return done.stdout.strip()


def _author() -> dict[str, str]:
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
    }
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@b", f"GIT_{who}_DATE": "2024-01-02T03:04:05Z"}
    return environment


IGNORED = {".git", "__pycache__"}


def contents(root: Path, *, without: Mapping[str, str] | None = None) -> dict[str, str]:
    """Path → text of the files below a directory, less those that `without` holds with the same text."""
    found = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if IGNORED.isdisjoint(relative.parts) and (path.is_file() or path.is_symlink()):
            text = f"-> {path.readlink()}" if path.is_symlink() else path.read_bytes().decode("utf-8", "replace")
            found[str(relative)] = text
    return {path: text for path, text in found.items() if (without or {}).get(path) != text}
