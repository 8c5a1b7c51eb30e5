"""Deletes finished PipelineRuns that are old, and the directories of runs that are gone from the claims.

KEEP_DAYS and KEEP_RUNS say what stays: what is younger, and of each Pipeline the newest. CLAIMS is a directory with a
directory for each claim, in which each workspace has one, and in that each run.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path

DAYS = float(os.environ.get("KEEP_DAYS", "30"))
RUNS = int(os.environ.get("KEEP_RUNS", "20"))
NAMESPACE = os.environ["NAMESPACE"]
CLAIMS = Path(os.environ.get("CLAIMS", "/claims"))
ACCOUNT = Path(os.environ.get("ACCOUNT", "/var/run/secrets/kubernetes.io/serviceaccount"))
SERVER = os.environ.get("SERVER", "https://kubernetes.default.svc")


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


def old(ended: str) -> bool:
    return time.time() - datetime.fromisoformat(ended.replace("Z", "+00:00")).timestamp() > DAYS * 86400


def main() -> int:
    present = runs()
    kept = {run["metadata"]["name"] for run in present}
    pipelines: dict[str, list[dict]] = {}
    for run in present:
        pipelines.setdefault(run["metadata"].get("labels", {}).get("tekton.dev/pipeline", ""), []).append(run)
    for members in pipelines.values():
        ended = [run for run in members if run.get("status", {}).get("completionTime")]
        ended.sort(key=lambda run: run["status"]["completionTime"], reverse=True)
        for run in ended[RUNS:]:
            if old(run["status"]["completionTime"]):
                name = run["metadata"]["name"]
                call("DELETE", f"/apis/tekton.dev/v1/namespaces/{NAMESPACE}/pipelineruns/{name}")
                kept.discard(name)
                print(f"PipelineRun {name} deleted")
    for place in sorted(CLAIMS.glob("*/*/*")):
        # Caches have no run's name; what begins with a dot is the runtime's own.
        if not place.is_dir() or place.is_symlink() or place.name in kept or place.parent.name.endswith("cache"):
            continue
        if not place.name.startswith(".") and time.time() - place.stat().st_mtime > DAYS * 86400:
            shutil.rmtree(place)
            print(f"{place} deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
