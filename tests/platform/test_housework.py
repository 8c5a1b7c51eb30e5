"""Clean-up, publishing and the index of results, over real directories."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.platform.making import objects

from gha2tekton.platform.needs import Needs
from gha2tekton.platform.render import render
from gha2tekton.platform.settings import Platform
from gha2tekton.yaml import documents

pytestmark = pytest.mark.slow
PUBLISHED = [
    ("s3://bucket/ci", "s3", ["s3", "sync", "s3://bucket/ci", "--no-follow-symlinks"]),
    ("oci://registry.example.org/ci", "oci", ["push", "registry.example.org/ci/c:old", "old"]),
]


@pytest.mark.parametrize(("where", "scheme", "words"), PUBLISHED)
def test_artifacts_are_published(tmp_path: Path, where: str, scheme: str, words: list[str]) -> None:
    files = render(Platform(publish=where, s3_endpoint="http://minio:9000"), Needs(artifacts=("c",)))
    (job,) = documents(files["publish/publish.yaml"], "")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    given = {row["name"]: row["value"] for row in container["env"]}
    assert given.get("AWS_ENDPOINT_URL") == ("http://minio:9000" if scheme == "s3" else None)
    program = tmp_path / "program"
    program.write_text(files[f"publish/{container['command'][-1].rsplit('/', 1)[-1]}"])
    for run, age in (("old", 10_000), ("fresh", 0)):
        (tmp_path / "a/c" / run).mkdir(parents=True)
        (tmp_path / "a/c" / run / "file").write_text("x")
        os.utime(tmp_path / "a/c" / run / "file", (time.time() - age,) * 2)
    tools = tmp_path / "tools"
    tools.mkdir()
    # A registry that keeps what it was pushed.
    fake = (
        '#!/bin/sh\necho "$*" >> "$LOG"\n'
        'case $* in manifest*) cat "$LOG.kept" ;; push*) printf \'"%s"\' "$*" | sed \'s/.*state=/"/; s/ .*/"/\' > "$LOG.kept" ;; esac\n'
    )
    for tool in ("aws", "oras"):
        (tools / tool).write_text(fake)
        (tools / tool).chmod(0o755)
    env = {
        "PATH": f"{tools}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"), "ARTIFACTS": str(tmp_path / "a"),
        "DESTINATION": given["DESTINATION"],
    }  # fmt: skip

    def sent() -> list[list[str]]:
        (tmp_path / "log").unlink(missing_ok=True)
        subprocess.run(["sh", str(program)], env=env, check=True)
        lines = (tmp_path / "log").read_text().splitlines()
        return [line.split() for line in lines if not line.startswith("manifest")]

    (first,) = sent()
    assert set(words) <= set(first)
    if scheme == "oci":
        assert sent() == []
        # A run that was quiet for a while and went on.
        (tmp_path / "a/c/old/later").write_text("x")
        os.utime(tmp_path / "a/c/old/later", (time.time() - 5_000,) * 2)
        assert len(sent()) == 1


@pytest.mark.parametrize("where", ["s3://bucket/ci", "oci://registry.example.org/ci"])
def test_programs_of_pods_are_clean(tmp_path: Path, where: str) -> None:
    tool = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if tool is None:
        pytest.skip("there is no shellcheck")
    files = render(Platform(publish=where), Needs(artifacts=("c",)))
    (text,) = [text for name, text in files.items() if name.startswith("publish/publish-")]
    (tmp_path / "program").write_text(text)
    done = subprocess.run([tool, "-s", "sh", str(tmp_path / "program")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def _run(name: str, age: float | None, pipeline: str = "p") -> dict[str, Any]:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age * 86400)) if age is not None else None
    labels = {"tekton.dev/pipeline": pipeline}
    return {"metadata": {"name": name, "labels": labels}, "status": {"completionTime": stamp} if stamp else {}}


def test_clean_up(platform: Path, tmp_path: Path) -> None:
    """Old runs go, but not the newest of a Pipeline, nor what still runs; directories go with their runs."""
    runs = [
        _run("new", 1),
        _run("ended", 5),
        _run("old-1", 40),
        _run("old-2", 50),
        _run("running", None),
        _run("only", 90, "q"),
    ]
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path.rsplit('/', 1)[-1]}")
            if self.command == "DELETE" and self.path.endswith("old-1"):
                self.send_error(404)  # somebody else deleted it
                return
            first = "continue" not in self.path
            body = {"items": runs[:3] if first else runs[3:], "metadata": {"continue": "more"} if first else {}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body if self.command == "GET" else {}).encode())

        do_GET = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    claims = tmp_path / "claims"
    for name in ("new", "old-2", "gone-old", "gone-new", ".jobs"):
        (claims / "c/shared-artifacts" / name).mkdir(parents=True)
    (claims / "c/gpu-cache/models").mkdir(parents=True)
    # What runs worked with goes soon after their end; what a run still works with stays.
    for name in ("new", "ended", "running"):
        (claims / "c/source-code" / name).mkdir(parents=True)
    (claims / "c/shared-artifacts/ended").mkdir()
    (claims / "c/source-code/link").symlink_to(tmp_path)
    for place in (
        "c/shared-artifacts/gone-old",
        "c/shared-artifacts/old-2",
        "c/shared-artifacts/.jobs",
        "c/gpu-cache/models",
    ):
        os.utime(claims / place, (0, 0))
    (tmp_path / "account").mkdir()
    (tmp_path / "account/token").write_text("t")
    env = {
        **os.environ, "NAMESPACE": "gpu-ci", "KEEP_DAYS": "30", "KEEP_RUNS": "1", "CLAIMS": str(claims),
        "ACCOUNT": str(tmp_path / "account"), "SERVER": f"http://127.0.0.1:{server.server_port}",
    }  # fmt: skip
    program = [sys.executable, str(platform / "storage/clean_up.py")]
    done = subprocess.run(program, env=env, capture_output=True, text=True)
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    assert [call for call in asked if call.startswith("DELETE")] == ["DELETE old-1", "DELETE old-2"]
    left = {path.relative_to(claims).as_posix() for path in claims.glob("*/*/*")}
    artifacts = {f"c/shared-artifacts/{name}" for name in ("new", "ended", "gone-new", ".jobs")}
    assert left == artifacts | {"c/gpu-cache/models"} | {f"c/source-code/{name}" for name in ("new", "running", "link")}


def test_the_account_of_clean_up_may_do_what_it_does(platform: Path) -> None:
    (role,) = [o for o in objects(platform) if o["kind"] == "Role" and o["metadata"]["name"] == "clean-up"]
    assert role["rules"] == [{"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["list", "delete"]}]


HOUSEWORK = ["storage/clean-up.yaml", "publish/publish.yaml", "results/server.yaml"]


@pytest.mark.parametrize("name", HOUSEWORK)
def test_pods_with_the_runs_claim_go_where_runs_are(name: str) -> None:
    files = render(Platform(publish="s3://bucket", results=True), Needs(artifacts=("c",)))
    found = [o for o in documents(files[name], "") if o["kind"] in ("CronJob", "Deployment")]
    spec = found[0]["spec"]
    pod = (spec.get("jobTemplate", {"spec": spec})["spec"])["template"]["spec"]
    (term,) = pod["affinity"]["podAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert term["podAffinityTerm"]["labelSelector"]["matchExpressions"][0]["key"] == "tekton.dev/pipelineRun"
    assert pod["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_the_index_of_results(platform: Path, tmp_path: Path) -> None:
    site, artifacts = tmp_path / "site", tmp_path / "artifacts"
    site.mkdir()
    (artifacts / "claim" / "run <1>" / "artifacts" / "pages").mkdir(parents=True)
    (artifacts / "claim" / "run <1>" / "artifacts" / "pages" / "a b.html").write_text("x")
    (artifacts / "claim" / "run <1>" / "artifacts" / ".state").mkdir()
    (artifacts / "claim" / "run <1>" / "artifacts" / ".state" / "secret.html").write_text("x")
    env = {**os.environ, "SITE": str(site), "ARTIFACTS": str(artifacts)}
    subprocess.run([sys.executable, str(platform / "results/results_index.py"), "--once"], env=env, check=True)
    page = (site / "index.html").read_text()
    assert 'href="runs/claim/run%20%3C1%3E/artifacts/pages/a%20b.html"' in page
    assert "secret.html" not in page
    assert "run <1>" not in page


@pytest.mark.parametrize("host", ["", "results.example.org"])
def test_results_are_served(tmp_path: Path, host: str) -> None:
    """By a real nginx, where one is there, on paths of the test's own."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("there is no nginx")
    files = render(Platform(results=True, host=host), Needs(artifacts=("c",)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = files["results/nginx.conf"].replace("listen 8080", f"listen 127.0.0.1:{port}")
    conf = conf.replace("include /etc/nginx/mime.types;", "types { text/html html; }")
    for place in ("tmp", "site", "artifacts", "users"):
        (tmp_path / place).mkdir(mode=0o755)
        conf = conf.replace(f"/{place}/", f"{tmp_path}/{place}/").replace(f"/{place};", f"{tmp_path}/{place};")
    tmp_path.chmod(0o755)
    (tmp_path / "nginx.conf").write_text("user root; daemon off;\n" + conf)
    (tmp_path / "site/index.html").write_text("the index")
    (tmp_path / "users/htpasswd").write_text("somebody:{PLAIN}word\n")
    (tmp_path / "artifacts/c/run/.state").mkdir(parents=True)
    (tmp_path / "artifacts/c/run/report.html").write_text("a report")
    (tmp_path / "artifacts/c/run/.state/secret").write_text("hidden")
    server = subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "tmp/log")])

    def get(path: str, password: str = "") -> tuple[int, str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
        if password:
            request.add_header("Authorization", "Basic " + base64.b64encode(f"somebody:{password}".encode()).decode())
        for _ in range(100):
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, answer.read().decode(), answer.headers
            except urllib.error.HTTPError as error:
                error.close()
                return error.code, "", error.headers
            except urllib.error.URLError:
                time.sleep(0.05)
        raise AssertionError((tmp_path / "tmp/log").read_text())

    try:
        assert get("/healthz")[0] == 200
        if host:
            assert (get("/")[0], get("/runs/c/run/report.html")[0], get("/", "wrong")[0]) == (401, 401, 401)
        word = "word" if host else ""
        assert get("/", word)[1] == "the index"
        status, text, headers = get("/runs/c/run/report.html", word)
        assert (status, text, headers["Content-Type"]) == (200, "a report", "text/html; charset=utf-8")
        assert headers["Content-Security-Policy"].startswith("sandbox")
        assert "report.html" in get("/runs/c/run/", word)[1]
        assert get("/runs/c/run/.state/secret", word)[0] == 403
        assert get("/runs/../../users/htpasswd", word)[0] in (400, 404)
    finally:
        server.terminate()
        server.wait(10)
