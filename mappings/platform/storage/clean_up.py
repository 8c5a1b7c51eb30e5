"""Deletes finished PipelineRuns that are old, and the directories of runs from the claims.

KEEP_DAYS and KEEP_RUNS say which runs stay, with their artifacts: what is younger, and of each Pipeline the newest. What a
run worked with (its checkout, its Python packages) goes KEEP_WORK_DAYS after its end. CLAIMS is a directory with a directory
for each claim, in which each workspace has one, and in that each run.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

DAYS = float(os.environ.get("KEEP_DAYS", "30"))
RUNS = int(os.environ.get("KEEP_RUNS", "20"))
WORK_DAYS = float(os.environ.get("KEEP_WORK_DAYS", "3"))
NAMESPACE = os.environ["NAMESPACE"]
CLAIMS = Path(os.environ.get("CLAIMS", "/claims"))
ACCOUNT = Path(os.environ.get("ACCOUNT", "/var/run/secrets/kubernetes.io/serviceaccount"))
SERVER = os.environ.get("SERVER", "https://kubernetes.default.svc")
ARTIFACTS = "shared-artifacts"


def call(method: str, path: str) -> dict:
    """One call of the cluster's API with the rights of the Pod's account."""
    request = urllib.request.Request(f"{SERVER}{path}", method=method)
    request.add_header("Authorization", f"Bearer {(ACCOUNT / 'token').read_text().strip()}")
    authority = ACCOUNT / "ca.crt"
    context = ssl.create_default_context(cafile=str(authority)) if authority.exists() else None
    with urllib.request.urlopen(request, context=context, timeout=60) as answer:
        return json.load(answer)


def runs() -> list[dict]:
    """All PipelineRuns of the namespace, a page at a time."""
    base = f"/apis/tekton.dev/v1/namespaces/{NAMESPACE}/pipelineruns?limit=200"
    found, token = [], ""
    while True:
        page = call("GET", f"{base}&continue={token}" if token else base)
        found += page["items"]
        token = page["metadata"].get("continue", "")
        if not token:
            return found


def delete(name: str) -> None:
    try:
        call("DELETE", f"/apis/tekton.dev/v1/namespaces/{NAMESPACE}/pipelineruns/{name}")
        print(f"PipelineRun {name} deleted")
    except urllib.error.HTTPError as error:
        if error.code != 404:  # somebody else was quicker
            raise


def ended(run: dict) -> str:
    return run.get("status", {}).get("completionTime") or ""


def older(moment: float, days: float) -> bool:
    return time.time() - moment > days * 86400


def moment(stamp: str) -> float:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def surplus(present: list[dict]) -> Iterator[str]:
    """The runs that are neither young nor among the newest of their Pipeline."""
    pipelines: dict[str, list[dict]] = {}
    for run in present:
        if ended(run):
            pipelines.setdefault(run["metadata"].get("labels", {}).get("tekton.dev/pipeline", ""), []).append(run)
    for members in pipelines.values():
        members.sort(key=ended, reverse=True)
        for run in members[RUNS:]:
            if older(moment(ended(run)), DAYS):
                yield run["metadata"]["name"]


def is_over(place: Path, present: dict[str, dict]) -> bool:
    """Whether nobody will miss the directory of a run."""
    # Caches have no run's name; what begins with a dot is the runtime's own.
    if not place.is_dir() or place.is_symlink() or place.name.startswith(".") or place.parent.name.endswith("cache"):
        return False
    run = present.get(place.name)
    if run is None:
        return older(place.stat().st_mtime, DAYS)
    return place.parent.name != ARTIFACTS and bool(ended(run)) and older(moment(ended(run)), WORK_DAYS)


def main() -> int:
    present = {run["metadata"]["name"]: run for run in runs()}
    for name in list(surplus(list(present.values()))):
        delete(name)
        del present[name]
    for place in sorted(CLAIMS.glob("*/*/*")):
        if is_over(place, present):
            shutil.rmtree(place)
            print(f"{place} deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
