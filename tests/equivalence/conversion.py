"""Converts a case's workflow, starts it as its event would, and executes what Tekton is given."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from tests.conformance.execution import RunRecord, run
from tests.conformance.judge import fire
from tests.equivalence.case import WORKFLOW, Case, Repository
from tests.equivalence.payload import payload
from tests.equivalence.stand_ins import provide

from gha2tekton.lower.settings import CACHE

CONVERTER = Path(__file__).parents[2] / "converter"


def convert(repository: Repository, out: Path, docker: str = "auto") -> str:
    """Writes the manifests of the repository's workflow; gives what the command told people about it."""
    command = [sys.executable, "-m", "gha2tekton", "convert", str(WORKFLOW), "-o", str(out), "--docker", docker]
    environment = dict(os.environ, PYTHONPATH=str(CONVERTER))  # of this tree, installed or not
    done = subprocess.run(command, cwd=repository.path, env=environment, capture_output=True, text=True, check=False)
    if not (out / "kustomization.yaml").exists():
        raise RuntimeError(f"nothing was written: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def execute(case: Case, repository: Repository, manifests: Path, out: Path) -> RunRecord:
    """Runs what the event creates: the webhook's PipelineRun; for a manual start the one in runs/ with the inputs."""
    given = dict(case.inputs)
    if case.event == "workflow_dispatch":
        start = next(iter(sorted((manifests / "runs").glob("*.yaml"))))
    else:
        start = _fired(case, repository, manifests, out / "fired")
    given |= {"git-repo-url": f"file://{repository.path}", "git-revision": repository.commit}
    declared = set(_declared(manifests))
    supplied = out / "supplied.yaml"
    _write(supplied, list(_supplied(case, repository, manifests)))
    caches = out / "caches"
    caches.mkdir()
    for number in range(case.runs):
        record = run(
            [manifests, supplied],
            start,
            out / f"run-{number}",
            params={name: value for name, value in given.items() if name in declared},
            workspaces={CACHE: caches} if case.runs > 1 else {},
            images=case.images,
            path=provide(case.stand_ins),
            network="host" if case.network else "pod",
            keep=True,
        )
    return record


def _fired(case: Case, repository: Repository, manifests: Path, out: Path) -> Path:
    delivery = fire(manifests, case.event, payload(case, repository), out)
    created = [file for fired in delivery.triggers.values() for file in fired.files]
    if len(created) != 1:
        raise AssertionError(f"the delivery created {len(created)} runs: {delivery}")
    return created[0]


def _documents(manifests: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(manifests.rglob("*.yaml")):
        for document in YAML(typ="safe").load_all(file.read_text(encoding="utf-8")):
            if document:
                yield document


def _declared(manifests: Path) -> Iterator[str]:
    for document in _documents(manifests):
        if document.get("kind") == "Pipeline":
            yield from (param["name"] for param in document["spec"].get("params", ()))


def _supplied(case: Case, repository: Repository, manifests: Path) -> Iterator[dict[str, Any]]:
    """The Secrets and ConfigMaps that references name, with the case's secrets and variables in them."""
    kinds = (
        ("Secret", "secretKeyRef", "secretRef", case.secrets),
        ("ConfigMap", "configMapKeyRef", "configMapRef", repository.variables(case)),
    )
    for kind, reference, whole, values in kinds:
        known = {_plain(name): value for name, value in values.items()}
        found: dict[str, dict[str, str]] = {}
        for document in _documents(manifests):
            for one in _references(document, reference):
                if (value := known.get(_plain(one["key"]))) is not None:
                    found.setdefault(one["name"], {})[one["key"]] = value
            for one in _references(document, whole):
                found.setdefault(one["name"], {}).update(values)
        for name, data in found.items():
            held = {"stringData": data} if kind == "Secret" else {"data": data}
            yield {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **held}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _references(node: Any, kind: str) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if kind in node:
            yield node[kind]
        for value in node.values():
            yield from _references(value, kind)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value, kind)


def _write(file: Path, documents: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        YAML(typ="safe").dump_all(documents, out)
