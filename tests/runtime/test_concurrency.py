"""Runs of one concurrency group: which goes, which waits, which is cancelled. The cluster is a stand-in that remembers."""

from __future__ import annotations

import hashlib
import json
import re
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

API = "/apis/tekton.dev/v1/namespaces/ci/"
LABEL = "gha2tekton.dev/concurrency"
Object = dict[str, Any]


def key(group: str) -> str:
    return hashlib.sha256(group.lower().encode()).hexdigest()[:40]


def run(name: str, second: int, state: str = "", group: str = "main") -> Object:
    """A run that keeps, or waits for, its workflow's group."""
    labels = {LABEL: key(group), **({f"{LABEL}-state": state} if state else {})}
    return named("pipelineruns", name, second, labels)


def named(kind: str, name: str, second: int, labels: dict[str, str] | None = None) -> Object:
    metadata = {"name": name, "creationTimestamp": f"2026-01-01T00:00:{second:02}Z", "labels": labels or {}}
    return {"kind": kind, "metadata": metadata, "spec": {}, "status": {}}


def holder(name: str, second: int, state: str, of: str, places: str = "build", ended: str = "True") -> Object:
    """The TaskRun that waited for a job of run ``of``; it has ended where the job runs."""
    made = run(name, second, state) | {"kind": "taskruns"}
    made["metadata"]["labels"]["tekton.dev/pipelineRun"] = of
    made["metadata"]["annotations"] = {f"{LABEL}-places": places}
    if state == "running" and ended:
        made["status"] = {"completionTime": "2026-01-01T00:30:00Z", "conditions": [{"status": ended}]}
    return made


def task(name: str, of: str, place: str, ended: bool = False) -> Object:
    """A TaskRun of a job."""
    made = named("taskruns", name, 59, {"tekton.dev/pipelineRun": of, "tekton.dev/pipelineTask": place})
    return made | {"status": {"completionTime": "2026-01-01T00:40:00Z"} if ended else {}}


class Cluster:
    """What is in a namespace; each name in ``ends`` has ended when its number of looks at the group was taken."""

    def __init__(self, objects: list[Object], ends: dict[str, int], comes: dict[int, Object]) -> None:
        self.objects = {(one["kind"], one["metadata"]["name"]): one for one in objects}
        self.ends, self.comes, self.looks = ends, comes, 0
        self.told: list[tuple[str, str]] = []

    def named(self, name: str) -> Object:
        return next(one for (_, known), one in self.objects.items() if known == name)

    def labels(self, name: str) -> dict[str, str]:
        labels: dict[str, str] = self.named(name)["metadata"]["labels"]
        return labels

    def list(self, kind: str, selector: str) -> Object:
        if kind == "pipelineruns":
            self.looks += 1
            if self.looks in self.comes:
                one = self.comes[self.looks]
                self.objects[one["kind"], one["metadata"]["name"]] = one
            for name, number in self.ends.items():
                if self.looks >= number:
                    self.end(name)
        found = [one for (known, _), one in self.objects.items() if known == kind]
        return {"items": [one for one in found if selected(one["metadata"]["labels"], selector)]}

    def patch(self, kind: str, name: str, body: Object) -> None:
        one = self.objects[kind, name]
        for part in ("labels", "annotations"):
            one["metadata"].setdefault(part, {}).update(body.get("metadata", {}).get(part, {}))
        if "spec" in body:
            one["spec"] |= body["spec"]
            self.told.append((name, body["spec"]["status"]))
            self.end(name)

    def end(self, name: str) -> None:
        self.named(name)["status"] |= {"completionTime": "2026-01-01T01:00:00Z"}


def selected(labels: dict[str, str], selector: str) -> bool:
    """Whether labels are what a selector of the API server's asks for."""
    for part in re.split(r",(?![^(]*\))", selector):
        if match := re.fullmatch(r"(\S+) in \(([^)]*)\)", part):
            holds = labels.get(match[1]) in match[2].split(",")
        elif "!=" in part:
            name, _, value = part.partition("!=")
            holds = labels.get(name) != value
        else:
            name, _, value = part.partition("=")
            holds = labels.get(name) == value
        if not holds:
            return False
    return True


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path, _, query = self.path.partition("?labelSelector=")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = self.headers["Authorization"] == "Bearer token" and path.startswith(API)
            kind, _, name = path.removeprefix(API).partition("/")
            known = known and (not name or (kind, name) in cluster.objects)
            found: Object = {}
            if known and self.command == "PATCH":
                assert self.headers["Content-Type"] == "application/merge-patch+json"
                cluster.patch(kind, name, json.loads(body))
            elif known:
                found = cluster.objects[kind, name] if name else cluster.list(kind, unquote(query))
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
ROWS: list[tuple[str, list[Object], dict[str, int], dict[int, Object], dict[str, str], int, list[str]]] = [
    ("nothing else", [], {}, {}, {}, 0, []),
    ("another group", [run("a", 1, "running", "x")], {}, {}, {}, 0, []),
    ("an older one ends", [run("a", 1, "running")], {"a": 4}, {}, {}, 0, []),
    ("an older one is cancelled", [run("a", 1, "running")], {}, {}, {"GHA_CANCEL": "true"}, 0, ["a"]),
    ("only where it is asked", [run("a", 1, "running")], {"a": 3}, {}, {"GHA_CANCEL": "${{ env.X == 'no' }}"}, 0, []),
    ("two older ones", [run("a", 1, "running"), run("b", 2, "waiting")], {}, {}, {"GHA_CANCEL": "${{ env.X == 'ma' }}"}, 0, ["a", "b"]),
    ("a newer one comes to wait", [run("a", 1, "running")], {}, {3: run("z", 20)}, {}, 1, ["me"]),
    ("a queue of many", [run("a", 1, "running")], {"a": 5}, {3: run("z", 20)}, {"GHA_QUEUE": "max"}, 0, []),
    ("a newer one while this one may go", [], {}, {1: run("z", 20, "waiting")}, {}, 0, []),
    ("a job of another run has it", [holder("h", 1, "running", "a"), named("pipelineruns", "a", 0), task("j", "a", "build")], {"j": 3}, {}, {}, 0, []),
    ("a newer one that runs already", [run("z", 20, "running")], {}, {}, {}, 1, ["me"]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "ends", "comes", "env", "code", "cancelled"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])  # fmt: skip
def test_a_run_of_a_group(
    machine: Machine,
    directory: Path,
    runs: list[Object],
    ends: dict[str, int],
    comes: dict[int, Object],
    env: dict[str, str],
    code: int,
    cancelled: list[str],
) -> None:
    cluster = Cluster(deepcopy([ME, *runs]), ends, deepcopy(comes))
    ended, said = hold(machine, directory, cluster, **env)
    assert ended == code, said
    assert cluster.told == [(name, CANCELLED) for name in cancelled]
    mine = cluster.labels("me")
    assert mine[LABEL] == key("main")
    assert mine[f"{LABEL}-state"] == ("waiting" if code else "running")


HELD = named("taskruns", "hold", 10, {"tekton.dev/pipelineRun": "me", "tekton.dev/pipelineTask": "build-concurrency"})
OTHER = named("pipelineruns", "a", 0)
JOB = [OTHER, holder("h", 1, "running", "a")]
WAITS = [OTHER, holder("h", 1, "waiting", "a")]
NEWER = [OTHER, holder("z", 20, "waiting", "a")]
CANCEL = {"GHA_CANCEL": "true"}
JOBS: list[tuple[str, list[Object], dict[str, int], dict[int, Object], dict[str, str], int, list[tuple[str, str]]]] = [
    ("nothing else", [], {}, {}, {}, 0, []),
    ("a job that runs", [*JOB, task("j", "a", "build")], {"j": 3}, {}, {}, 0, []),
    ("a job that has ended", [*JOB, task("j", "a", "build", ended=True)], {}, {}, {}, 0, []),
    ("a job that did not begin", JOB, {"a": 4}, {}, {}, 0, []),
    ("a job between its stages", [OTHER, holder("h", 1, "running", "a", "one,two"), task("j", "a", "one", ended=True)], {"a": 4}, {}, {}, 0, []),
    ("a job that could not wait", [OTHER, holder("h", 1, "running", "a", ended="False")], {}, {}, {}, 0, []),
    ("a run whose run is gone", [holder("h", 1, "running", "b")], {}, {}, {}, 0, []),
    ("a run of the group", [run("a", 1, "running")], {"a": 3}, {}, {}, 0, []),
    ("a job is cancelled", [*JOB, task("j", "a", "build"), task("other", "a", "lint")], {}, {}, CANCEL, 0, [("j", "TaskRunCancelled")]),
    ("a run is cancelled", [run("a", 1, "running")], {}, {}, CANCEL, 0, [("a", CANCELLED)]),
    ("a job that waits is told", WAITS, {"h": 4}, {}, CANCEL, 0, []),
    ("a newer job comes to wait", [*JOB, task("j", "a", "build")], {}, {3: holder("z", 20, "waiting", "b")}, {}, 1, []),
    ("a queue of many", [*JOB, task("j", "a", "build")], {"j": 5}, {3: holder("z", 20, "waiting", "b")}, {"GHA_QUEUE": "max"}, 0, []),
    ("its own run has the group", [run("me", 5, "running")], {}, {}, {}, 1, []),
    ("a job that will be skipped", [*JOB, task("j", "a", "build")], {}, {}, {"GHA_IF": "env.X == 'no'"}, 0, []),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("others", "ends", "comes", "env", "code", "told"), [row[1:] for row in JOBS], ids=[row[0] for row in JOBS])  # fmt: skip
def test_a_job_of_a_group(
    machine: Machine,
    directory: Path,
    others: list[Object],
    ends: dict[str, int],
    comes: dict[int, Object],
    env: dict[str, str],
    code: int,
    told: list[tuple[str, str]],
) -> None:
    objects = {(one["kind"], one["metadata"]["name"]): one for one in deepcopy([ME, HELD, *others])}
    cluster = Cluster(list(objects.values()), ends, deepcopy(comes))
    go, state = directory / "go", directory / "state"
    given = {"GHA_HOLD": "hold", "GHA_PLACES": "build", "GHA_GO": str(go), "GHA_STATE": str(state), **env}
    ended, said = hold(machine, directory, cluster, **given)
    assert ended == code, said
    assert cluster.told == told
    assert go.read_text() == ("false" if code else "true")
    assert (state / "result").exists() is bool(code)
    skipped = "GHA_IF" in env
    assert cluster.labels("hold").get(f"{LABEL}-state") == (None if skipped else "ended" if code else "running")
    if others is WAITS:
        assert cluster.labels("h")[f"{LABEL}-state"] == "cancelled"


@pytest.mark.slow
def test_a_job_whose_place_is_taken_gives_way(machine: Machine, directory: Path) -> None:
    taken = deepcopy([ME, HELD, run("a", 1, "running")])
    cluster = Cluster(taken, {}, {2: named("pipelineruns", "b", 30)})
    looked = cluster.list

    def list_(kind: str, selector: str) -> Object:
        if cluster.looks == 2:
            cluster.labels("hold")[f"{LABEL}-state"] = "cancelled"
        return looked(kind, selector)

    cluster.list = list_  # type: ignore[method-assign]
    given = {
        "GHA_HOLD": "hold",
        "GHA_PLACES": "build",
        "GHA_GO": str(directory / "go"),
        "GHA_STATE": str(directory / "state"),
    }
    code, said = hold(machine, directory, cluster, **given)
    assert code == 1
    assert "Another has taken the place of this job" in said
    assert (directory / "state/result").read_text() == "cancelled"


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
