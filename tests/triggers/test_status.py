"""Commit statuses against a recorded stand-in of GitHub's API."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from tests.triggers.reading import lower

from gha2tekton.lower.status import PATHS, SCRIPT, Check, pending, status_params, status_task, verdict
from gha2tekton.lower.values import sent

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")


class Api:
    """Takes statuses and remembers them; refuses those for unknown repositories."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, Any], str]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                known = self.path.startswith("/repos/o/r/")
                if known:
                    api.taken.append((self.path, json.loads(body), self.headers["Authorization"]))
                self.send_response(201 if known else 404)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    stand_in = Api()
    thread = Thread(target=stand_in.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()
    thread.join()


def run(api: Api, states: str, **env: str) -> subprocess.CompletedProcess[str]:
    api.taken.clear()
    given = {"PATH": "/usr/bin:/bin", "API": api.url, "REPOSITORY": "o/r", "SHA": "abc", "TARGET_URL": "", "TOKEN": "t"}
    return subprocess.run(["sh", "-c", SCRIPT], env=given | {"STATES": states} | env, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", "pending"),
        ("Succeeded", "success"),
        ("success", "success"),
        ("None", "success"),
        ("Failed", "failure"),
        ("cancelled", "error"),
        ("Failed None", "error"),
        ("Succeeded None", "success"),
        ("Succeeded Failed", "failure"),
        ("None None", "success"),
        ("$(tasks.build.results.status)", "failure"),
    ],
)
def test_words_of_tekton_become_states(api: Api, word: str, state: str) -> None:
    assert run(api, f"{word}\tbuild").returncode == 0
    path, body, authorization = api.taken[0]
    assert (path, body["state"], body["context"], authorization) == (
        "/repos/o/r/statuses/abc",
        state,
        "build",
        "Bearer t",
    )
    assert "target_url" not in body


def test_names_arrive_as_they_are(api: Api) -> None:
    name = 'test (3.11, "a\\b", $(id) `id` é)'
    states = f"Failed\t{name}\nSucceeded\tlint\nSucceeded\t{sent(name + ' 5%24%')}"
    assert run(api, states, TARGET_URL="https://x/?a=1&b=2").returncode == 0
    assert [body["context"] for _, body, _ in api.taken] == [name, "lint", f"{name} 5%24%"]
    assert api.taken[0][1]["target_url"] == "https://x/?a=1&b=2"


@pytest.mark.parametrize(
    ("env", "code", "says"),
    [
        ({"SHA": ""}, 0, "no commit"),
        ({"TOKEN": ""}, 1, "no token"),
        ({"REPOSITORY": "x/y"}, 1, "GitHub did not take the status of build"),
    ],
)
def test_what_cannot_be_told_is_said(api: Api, env: dict[str, str], code: int, says: str) -> None:
    done = run(api, "pending\tbuild", **env)
    assert done.returncode == code
    assert says in done.stdout + done.stderr
    assert not api.taken


def test_tasks_hand_over_what_the_script_reads() -> None:
    checks = (Check("build (3.11)", "$(tasks.build.status)"),)
    task = status_task("ci-github-status", ("github-token", "token")).manifest()
    declared = {param["name"] for param in task["spec"]["params"]}
    pipeline = {param.name for param in status_params()}
    for made in (pending("p", task["metadata"]["name"], checks), verdict("v", task["metadata"]["name"], checks)):
        assert set(made.params) == declared
        assert {value[9:-1] for value in made.params.values() if value.startswith("$(params.")} == pipeline
    assert verdict("v", "t", checks).params["states"] == "$(tasks.build.status)\tbuild (3.11)"
    assert task["spec"]["steps"][0]["onError"] == "continue"


def test_the_status_of_a_pull_request_belongs_to_its_head() -> None:
    triggers, _, _ = lower("on: [pull_request, push, issues]", PATHS)
    bound = {
        file: {item["name"]: item["value"] for item in manifests[0]["spec"]["params"]}["github-status-sha"]
        for file, manifests in triggers.files.items()
        if manifests[0]["kind"] == "TriggerBinding"
    }
    assert bound == {
        "triggers/pull-request.yaml": "$(body.pull_request.head.sha)",
        "triggers/push.yaml": "$(extensions.github-status-sha)",
        "triggers/issues.yaml": "",
    }
