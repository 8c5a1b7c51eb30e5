"""Runs of one concurrency group: which goes, which waits, which is cancelled. The cluster is a stand-in that remembers."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.runtime.machine import Machine

RUNS = "/apis/tekton.dev/v1/namespaces/ci/pipelineruns"
LABEL = "gha2tekton.dev/concurrency"


def key(group: str) -> str:
    return hashlib.sha256(group.lower().encode()).hexdigest()[:40]


def run(name: str, second: int, state: str = "", group: str = "main") -> dict[str, Any]:
    labels = {LABEL: key(group), **({f"{LABEL}-state": state} if state else {})}
    metadata = {"name": name, "creationTimestamp": f"2026-01-01T00:00:{second:02}Z", "labels": labels}
    return {"metadata": metadata, "spec": {}, "status": {}}


class Cluster:
    """The runs of a namespace; each name in ``ends`` has ended when its number of lists was asked for."""

    def __init__(self, runs: list[dict[str, Any]], ends: dict[str, int], comes: dict[int, dict[str, Any]]) -> None:
        self.runs = {one["metadata"]["name"]: one for one in runs}
        self.ends, self.comes, self.lists = ends, comes, 0
        self.told: list[tuple[str, str]] = []

    def list(self, selector: str) -> dict[str, Any]:
        self.lists += 1
        if self.lists in self.comes:
            one = self.comes[self.lists]
            self.runs[one["metadata"]["name"]] = one
        for name, number in self.ends.items():
            if self.lists >= number:
                self.end(name)
        name, _, value = selector.partition("=")
        return {"items": [one for one in self.runs.values() if one["metadata"]["labels"].get(name) == value]}

    def patch(self, name: str, body: dict[str, Any]) -> None:
        one = self.runs[name]
        one["metadata"]["labels"] |= body.get("metadata", {}).get("labels", {})
        if "spec" in body:
            one["spec"] |= body["spec"]
            self.told.append((name, body["spec"]["status"]))
            self.end(name)

    def end(self, name: str) -> None:
        self.runs[name]["status"]["completionTime"] = "2026-01-01T01:00:00Z"


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path, _, query = self.path.partition("?labelSelector=")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = self.headers["Authorization"] == "Bearer token" and path.startswith(RUNS)
            if known and self.command == "PATCH":
                assert self.headers["Content-Type"] == "application/merge-patch+json"
                cluster.patch(path.rsplit("/", 1)[-1], json.loads(body))
            found = cluster.list(unquote(query)) if known and self.command == "GET" else {}
            self.send_response(200 if known else 403)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_PATCH = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def hold(machine: Machine, folder: Path, cluster: Cluster, **env: str) -> tuple[int, str]:
    (folder / "namespace").write_text("ci")
    (folder / "token").write_text("token")
    with serving(cluster) as url:
        given = {"KUBERNETES_API": url, "KUBERNETES_ACCOUNT": str(folder), "GHA_RUN": "me", "GHA_INTERVAL": "0.05"}
        given |= {"GHA_GROUP": "${{ env.X }}in", "X": "Ma", "TMPDIR": str(folder), **env}
        ended = machine.call("concurrency", cwd=folder, PATH=machine.path, **given)
    return ended.code, ended.out + ended.err


CANCELLED = "CancelledRunFinally"
ME = run("me", 10, group="other")
ROWS: list[tuple[str, list[dict[str, Any]], dict[str, int], dict[int, dict[str, Any]], dict[str, str], int, list[str]]] = [
    ("nothing else", [], {}, {}, {}, 0, []),
    ("another group", [run("a", 1, "running", "x")], {}, {}, {}, 0, []),
    ("an older one ends", [run("a", 1, "running")], {"a": 4}, {}, {}, 0, []),
    ("an older one is cancelled", [run("a", 1, "running")], {}, {}, {"GHA_CANCEL": "true"}, 0, ["a"]),
    ("only where it is asked", [run("a", 1, "running")], {"a": 3}, {}, {"GHA_CANCEL": "${{ env.X == 'no' }}"}, 0, []),
    ("two older ones", [run("a", 1, "running"), run("b", 2, "waiting")], {}, {}, {"GHA_CANCEL": "${{ env.X == 'ma' }}"}, 0, ["a", "b"]),
    ("a newer one comes to wait", [run("a", 1, "running")], {}, {3: run("z", 20)}, {}, 1, ["me"]),
    ("a queue of many", [run("a", 1, "running")], {"a": 5}, {3: run("z", 20)}, {"GHA_QUEUE": "max"}, 0, []),
    ("a newer one while this one may go", [], {}, {1: run("z", 20, "waiting")}, {}, 0, []),
    ("a newer one that runs already", [run("z", 20, "running")], {}, {}, {}, 1, ["me"]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "ends", "comes", "env", "code", "cancelled"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])  # fmt: skip
def test_a_run_of_a_group(
    machine: Machine,
    directory: Path,
    runs: list[dict[str, Any]],
    ends: dict[str, int],
    comes: dict[int, dict[str, Any]],
    env: dict[str, str],
    code: int,
    cancelled: list[str],
) -> None:
    cluster = Cluster(deepcopy([ME, *runs]), ends, deepcopy(comes))
    ended, said = hold(machine, directory, cluster, **env)
    assert ended == code, said
    assert cluster.told == [(name, CANCELLED) for name in cancelled]
    mine = cluster.runs["me"]["metadata"]["labels"]
    assert mine[LABEL] == key("main")
    assert mine[f"{LABEL}-state"] == ("waiting" if code else "running")


def test_an_empty_group_is_refused(machine: Machine, directory: Path) -> None:
    code, said = hold(machine, directory, Cluster(deepcopy([ME]), {}, {}), GHA_GROUP="${{ env.NOTHING }}")
    assert code == 1
    assert "::error::The concurrency group is empty" in said


def test_a_cluster_that_refuses_stops_the_run(machine: Machine, directory: Path) -> None:
    (directory / "wrong").mkdir()
    (directory / "wrong/namespace").write_text("ci")
    (directory / "wrong/token").write_text("other")
    with serving(Cluster(deepcopy([ME]), {}, {})) as url:
        ended = machine.call(
            "concurrency", cwd=directory, PATH=machine.path, KUBERNETES_API=url, GHA_GROUP="x", GHA_RUN="me",
            KUBERNETES_ACCOUNT=str(directory / "wrong"), TMPDIR=str(directory),
        )  # fmt: skip
    assert ended.code == 1
