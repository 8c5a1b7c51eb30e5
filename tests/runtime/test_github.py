"""Programs that speak with GitHub's API and with clouds, against a server that stands for them."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.runtime.machine import Ended, Machine
from tests.runtime.stand_in import StandIn, answering

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")


def npm(directory: Path) -> dict[str, str]:
    """Where this machine's npm finds packages."""
    own = {name: value for name, value in os.environ.items() if re.match("npm|node_|.*proxy|ssl", name, re.I)}
    return {**own, "npm_config_userconfig": str(Path.home() / ".npmrc"), "npm_config_cache": str(directory / "npm")}


def call(machine: Machine, directory: Path, server: StandIn | None, program: str, *words: str, **env: str) -> Ended:
    files = {name: str(directory / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
    for file in files.values():
        Path(file).touch()
    given = {
        "GITHUB_API_URL": server.url if server else "",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_WORKSPACE": str(directory),
        "RUNNER_TEMP": str(directory),
        "TMPDIR": str(directory),
        "HOME": str(directory),
        **files,
        **env,
    }
    return machine.call(program, *words, cwd=directory, **given)


def told(directory: Path, name: str) -> dict[str, str]:
    """The values that a program wrote to a command file."""
    file = directory / name
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    found = re.findall(r"^(\S+)<<(\S+)\n(.*?)\n\2$", text, re.MULTILINE | re.DOTALL)
    return {key: value for key, _, value in found} | dict(re.findall(r"^([\w-]+)=(.*)$", text, re.MULTILINE))


FLAT = [
    ("{}", []),
    ('{"a": {"b": [1, true, null, "x"]}}', ["a.b.0\t1", "a.b.1\ttrue", "a.b.3\tx"]),
    ('[{"id":1,"t":"a\\"b\\\\"},{"id":2,"t":""}]', ["0.id\t1", '0.t\ta\\"b\\\\', "1.id\t2", "1.t\t"]),
    ('{"k, {": "v]", "é": "\\u003c"}', ["k, {\tv]", "é\t\\u003c"]),
    ("-1.5e3", ["\t-1.5e3"]),
]


@pytest.mark.parametrize(("text", "lines"), FLAT, ids=[case[0] for case in FLAT])
def test_json_is_laid_out_flat(machine: Machine, directory: Path, text: str, lines: list[str]) -> None:
    (directory / "a.json").write_text(text, encoding="utf-8")
    ended = machine.run(
        ["awk", "-f", str(machine.runtime / "json.awk"), str(directory / "a.json")], machine.environment()
    )
    assert ended.out.splitlines() == lines, ended


@pytest.mark.slow
def test_a_large_answer_is_read_in_one_pass(machine: Machine, directory: Path) -> None:
    rows = [{"id": n, "user": {"login": f"u{n}"}, "body": "text " * 200} for n in range(1000)]
    with answering({"GET /big": rows}) as server:
        ended = call(machine, directory, server, "github-api", "GET", "big", "--print", "999.user.login")
    assert (ended.code, ended.out) == (0, "u999\n"), ended


@pytest.mark.slow
def test_a_call(machine: Machine, directory: Path) -> None:
    answer = {"number": 7, "title": 'a "b"\n\\c é'}
    with answering({"POST /repos/o/r/issues": (201, answer)}) as server:
        words = [
            "POST",
            "repos/o/r/issues",
            "--token",
            "s3cret",
            "--string",
            "title",
            "a 'b' \"c\" $(d)\n\\",
            "--string",
            "none",
            "",
        ]
        words += ["--list", "labels", "x, y\nz", "--raw", "draft", "true", "--print", "title"]
        ended = call(machine, directory, server, "github-api", *words)
    assert (ended.code, ended.out) == (0, 'a "b"\n\\c é'), ended
    assert server.asked[0].json == {"title": "a 'b' \"c\" $(d)\n\\", "labels": ["x", "y", "z"], "draft": True}
    assert server.asked[0].headers["Authorization"] == "Bearer s3cret"


def test_what_github_refuses_fails(machine: Machine, directory: Path) -> None:
    with answering({"GET /x": (403, {"message": "Resource not accessible"})}) as server:
        ended = call(machine, directory, server, "github-api", "GET", "x")
    assert ended.code == 1
    assert "GitHub answered 403: Resource not accessible" in ended.err


COMMENTS = [
    {"id": 1, "user": {"login": "a"}, "body": "first"},
    {"id": 2, "user": {"login": "bot"}, "body": "x\n<!-- mark -->"},
    {"id": 3, "user": {"login": "bot"}, "body": "y\n<!-- mark -->"},
]
LIST = "GET /repos/o/r/issues/5/comments?per_page=100&page="
CASES: list[tuple[str, list[str], list[str], Any, dict[str, str]]] = [
    ("new", ["--body", "hi"], ["POST /repos/o/r/issues/5/comments"], {"body": "hi\n"}, {"comment-id": "9"}),
    ("changed", ["--mark", "<!-- mark -->", "--body", "new"], ["PATCH /repos/o/r/issues/comments/2"], {"body": "new\n<!-- mark -->"}, {"comment-id": "2", "previous_comment_id": "2"}),
    ("last", ["--mark", "<!-- mark -->", "--last", "true", "--body", "new"], ["PATCH /repos/o/r/issues/comments/3"], {"body": "new\n<!-- mark -->"}, {"comment-id": "3"}),
    ("not there", ["--mark", "other", "--body", "new"], ["POST /repos/o/r/issues/5/comments"], {"body": "new\nother"}, {"comment-id": "9", "previous_comment_id": ""}),
    ("recreated", ["--mark", "<!-- mark -->", "--body", "n", "--recreate", "true"], ["DELETE /repos/o/r/issues/comments/2", "POST /repos/o/r/issues/5/comments"], {"body": "n\n<!-- mark -->"}, {"comment-id": "9"}),
    ("deleted", ["--mark", "<!-- mark -->", "--delete", "true"], ["DELETE /repos/o/r/issues/comments/2"], None, {"previous_comment_id": "2"}),
    ("only created", ["--mark", "<!-- mark -->", "--body", "n", "--only", "create"], [], None, {"previous_comment_id": "2"}),
    ("only updated", ["--mark", "none", "--body", "n", "--only", "update"], [], None, {"previous_comment_id": ""}),
    ("appended", ["--id", "2", "--body", "more", "--append", "true"], ["GET /repos/o/r/issues/comments/2", "PATCH /repos/o/r/issues/comments/2"], {"body": "before\nmore\n"}, {"comment-id": "2"}),
    ("found", ["--author", "bot", "--find", "true"], [], None, {"comment-id": "2", "comment-body": "x\n<!-- mark -->"}),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "calls", "body", "outputs"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_comments(
    machine: Machine, directory: Path, words: list[str], calls: list[str], body: Any, outputs: dict[str, str]
) -> None:
    answers: dict[str, Any] = {
        f"{LIST}1": COMMENTS,
        f"{LIST}2": [],
        "POST /repos/o/r/issues/5/comments": (201, {"id": 9}),
        "GET /repos/o/r/issues/comments/2": {"body": "before"},
        **{f"{verb} /repos/o/r/issues/comments/{n}": {} for verb in ("PATCH", "DELETE") for n in (2, 3)},
    }
    with answering(answers) as server:
        ended = call(machine, directory, server, "comment", "--number", "5", *words)
    assert ended.code == 0, ended
    assert [one for one in server.calls if not one.startswith(LIST)] == calls
    if body is not None:
        assert server.asked[-1].json == {"body": body["body"].removesuffix("\n")} or server.asked[-1].json == body
    assert outputs.items() <= told(directory, "github_output").items()


NEEDS = '{"a": {"result": "%s", "outputs": {"result": "failure"}}, "b": {"result": "%s", "outputs": {}}}'
GREEN = [
    ("success", "success", [], 0),
    ("success", "failure", [], 1),
    ("success", "cancelled", [], 1),
    ("success", "skipped", [], 1),
    ("success", "skipped", ["--allowed-skips", "b"], 0),
    ("success", "failure", ["--allowed-skips", "b"], 1),
    ("success", "failure", ["--allowed-failures", '["b", "c"]'], 0),
    ("failure", "success", ["--allowed-failures", "b"], 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("one", "other", "words", "code"), GREEN)
def test_alls_green(machine: Machine, directory: Path, one: str, other: str, words: list[str], code: int) -> None:
    ended = call(machine, directory, None, "alls-green", "--jobs", NEEDS % (one, other), *words)
    assert ended.code == code, ended
    assert told(directory, "github_output")["result"] == ("success" if code == 0 else "failure")


RELEASE = {"id": 4, "upload_url": "{url}/up/4/assets{?name,label}", "html_url": "https://example.org/r"}


@pytest.mark.slow
@pytest.mark.parametrize("there", [False, True])
def test_releases(machine: Machine, directory: Path, there: bool) -> None:
    (directory / "dist").mkdir()
    for name in ("a.whl", "b 1.whl", "c.txt"):
        (directory / "dist" / name).write_text(name)
    assets = [{"name": "a.whl", "uploader": {"id": 77, "name": "b.1.whl"}, "id": 11}]
    answers: dict[str, Any] = {
        "POST /repos/o/r/releases": (201, RELEASE),
        "PATCH /repos/o/r/releases/4": RELEASE,
        "GET /repos/o/r/releases/4": RELEASE,
        "GET /repos/o/r/releases/4/assets?per_page=100": assets if there else [],
        "DELETE /repos/o/r/releases/assets/11": (204, ""),
        "POST /up/4/assets?name=a.whl": (201, {}),
        "POST /up/4/assets?name=b.1.whl": (201, {}),
    }
    if there:
        answers["GET /repos/o/r/releases/tags/v1"] = RELEASE
    with answering(answers) as server:
        ended = call(
            machine, directory, server, "publish-release", "--token", "t", "--tag", "refs/tags/v1", "--draft", "false",
            "--body", "text", "--files", "dist/*.whl",
        )  # fmt: skip
    assert ended.code == 0, ended
    made = next(one for one in server.asked if one.json and "tag_name" in one.body)
    assert (made.method, made.json["tag_name"], made.json["draft"]) == ("PATCH" if there else "POST", "v1", False)
    assert ("DELETE /repos/o/r/releases/assets/11" in server.calls) == there
    uploads = [(one.path, one.body) for one in server.asked if one.path.startswith("/up/")]
    assert uploads == [("/up/4/assets?name=a.whl", "a.whl"), ("/up/4/assets?name=b.1.whl", "b 1.whl")]
    assert told(directory, "github_output")["id"] == "4"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_tokens_of_apps(machine: Machine, directory: Path) -> None:
    key = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
    answers = {
        "GET /repos/o/r/installation": {"id": 3},
        "POST /app/installations/3/access_tokens": (201, {"token": "ghs_x"}),
    }
    with answering(answers) as server:
        words = ["--app-id", "12", "--private-key", key.replace("\n", "\\n"), "--permission-pull-requests", "write"]
        ended = call(machine, directory, server, "app-token", *words)
    assert ended.code == 0, ended
    assert "::add-mask::ghs_x" in ended.out
    assert server.asked[-1].json == {"repositories": ["r"], "permissions": {"pull_requests": "write"}}
    assert len(server.asked[0].headers["Authorization"].split(".")) == 3
    assert told(directory, "github_output")["token"] == "ghs_x"


STS = """<R><Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey>SK</SecretAccessKey>
<SessionToken>ST</SessionToken></Credentials><Arn>arn:aws:sts::123456789012:assumed-role/ci/x</Arn></R>"""


@pytest.mark.slow
def test_a_role_of_aws_by_the_runs_identity(machine: Machine, directory: Path) -> None:
    (directory / "identity").mkdir()
    (directory / "identity" / "aws").write_text("jwt")
    with answering({"POST /": STS}) as server:
        ended = call(
            machine, directory, server, "aws-login", "--region", "eu-west-1", "--role", "arn:aws:iam::1:role/ci",
            "--session-name", "a b", AWS_ENDPOINT_URL_STS=server.url, GHA_IDENTITY=str(directory / "identity"),
        )  # fmt: skip
    assert ended.code == 0, ended
    asked = {name: values[0] for name, values in parse_qs(server.asked[0].body).items()}
    assert asked == {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": "arn:aws:iam::1:role/ci",
        "RoleSessionName": "a_b",
        "DurationSeconds": "3600",
        "WebIdentityToken": "jwt",
    }
    assert told(directory, "github_env") == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AK",
        "AWS_SECRET_ACCESS_KEY": "SK",
        "AWS_SESSION_TOKEN": "ST",
    }
    assert told(directory, "github_output")["aws-account-id"] == "123456789012"
    assert "::add-mask::SK" in ended.out


@pytest.mark.slow
def test_keys_of_aws_are_proved(machine: Machine, directory: Path) -> None:
    with answering({"POST /": "<R><Account>42</Account></R>"}) as server:
        words = ["--region", "us-east-1", "--key", "AK", "--secret", "SK"]
        ended = call(machine, directory, server, "aws-login", *words, AWS_ENDPOINT_URL_STS=server.url)
    assert ended.code == 0, ended
    assert "Credential=AK/" in server.asked[0].headers["Authorization"]
    assert told(directory, "github_env")["AWS_SECRET_ACCESS_KEY"] == "SK"


@pytest.mark.parametrize("answer", [(403, "<R><Error><Code>AccessDenied</Code><Message>no</Message></Error></R>")])
@pytest.mark.slow
def test_a_role_that_aws_denies(machine: Machine, directory: Path, answer: tuple[int, str]) -> None:
    with answering({"POST /": answer}) as server:
        words = ["--region", "us-east-1", "--key", "AK", "--secret", "SK", "--role", "r"]
        ended = call(machine, directory, server, "aws-login", *words, AWS_ENDPOINT_URL_STS=server.url)
    assert (ended.code, told(directory, "github_env")) == (1, {})
    assert "AccessDenied: no" in ended.err


def test_no_identity_no_role(machine: Machine, directory: Path) -> None:
    ended = call(machine, directory, None, "aws-login", "--region", "us-east-1", "--role", "r")
    assert ended.code == 1
    assert "neither a key nor a token" in ended.err


@pytest.mark.slow
def test_google_by_the_runs_identity(machine: Machine, directory: Path) -> None:
    (directory / "google").write_text("jwt")
    provider = "projects/1/locations/global/workloadIdentityPools/p/providers/q"
    words = ["--provider", provider, "--account", "ci@proj.iam.gserviceaccount.com"]
    ended = call(machine, directory, None, "google-login", *words, GHA_IDENTITY=str(directory))
    assert ended.code == 0, ended
    env = told(directory, "github_env")
    held = json.loads(Path(env["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    assert held["audience"] == f"//iam.googleapis.com/{provider}"
    assert held["credential_source"] == {"file": str(directory / "google")}
    assert env["GOOGLE_CLOUD_PROJECT"] == "proj"


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.slow
def test_a_key_of_google(machine: Machine, directory: Path, coded: bool) -> None:
    import base64

    key = '{"type": "service_account", "project_id": "proj"}'
    given = base64.b64encode(key.encode()).decode() if coded else key
    ended = call(machine, directory, None, "google-login", "--key", given)
    assert ended.code == 0, ended
    env = told(directory, "github_env")
    assert json.loads(Path(env["GOOGLE_GHA_CREDS_PATH"]).read_text())["type"] == "service_account"
    assert env["GCP_PROJECT"] == "proj"


DEFAULT = "\n".join(["type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"])
TAGS = [
    ("refs/heads/main", "push", "", "", ["main"]),
    ("refs/heads/feat/x", "push", DEFAULT, "", ["feat-x"]),
    ("refs/tags/v1.2.3", "push", "", "", ["v1.2.3", "latest"]),
    ("refs/pull/7/merge", "pull_request", "", "", ["pr-7"]),
    ("refs/heads/main", "schedule", "", "", ["nightly", "main"]),
    ("refs/tags/v1.2.3", "push", "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}", "", ["1.2.3", "1.2", "latest"]),
    ("refs/tags/v1.2.3-rc.1", "push", "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}", "", ["1.2.3-rc.1"]),
    ("refs/heads/main", "push", "type=sha\ntype=raw,value=x\ntype=raw,value=y,priority=999", "", ["y", "x", "sha-abcdef1"]),
    ("refs/heads/main", "push", "type=sha,format=long,prefix=", "latest=true", ["abcdef1234567890", "latest"]),
    ("refs/heads/main", "push", "type=raw,value=a,enable={{is_default_branch}}\ntype=raw,value=b,enable=false", "suffix=-gpu", ["a-gpu"]),
    ("refs/heads/main", "push", "type=edge", "prefix=p-", ["p-edge"]),
    ("refs/heads/main", "push", "stable", "latest=false", ["stable"]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("ref", "event", "tags", "flavor", "made"), TAGS)
def test_tags_of_images(
    machine: Machine, directory: Path, ref: str, event: str, tags: str, flavor: str, made: list[str]
) -> None:
    words = [
        "--images",
        "ghcr.io/O/R\nname=q.io/x,enable=false",
        "--tags",
        tags,
        "--flavor",
        flavor,
        "--default-branch",
        "main",
    ]
    env = {"GITHUB_REF": ref, "GITHUB_EVENT_NAME": event, "GITHUB_SHA": "abcdef1234567890"}
    ended = call(machine, directory, None, "image-tags", *words, "--labels", "org.opencontainers.image.title=T", **env)
    assert ended.code == 0, ended
    outputs = told(directory, "github_output")
    assert outputs["tags"].splitlines() == [f"ghcr.io/o/r:{tag}" for tag in made]
    assert outputs["version"] == made[0]
    assert outputs["labels"].count("image.title=") == 1


def test_tags_that_are_not_known_fail(machine: Machine, directory: Path) -> None:
    words = ["--images", "a", "--tags", "type=pep440,pattern={{version}}"]
    assert call(machine, directory, None, "image-tags", *words, GITHUB_REF="refs/heads/m").code == 1


@pytest.mark.slow
def test_an_image_is_built(machine: Machine, directory: Path) -> None:
    (directory / "bin").mkdir()
    docker = directory / "bin" / "docker"
    docker.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\nenv | grep ^GHA_BUILD || :\n')
    docker.chmod(0o755)
    words = [
        "--context",
        "./sub dir",
        "--tags",
        "a:1,b:2\nc:3",
        "--build-args",
        "A=1 2\nB='x'",
        "--push",
        "true",
        "--pull",
        "false",
    ]
    words += ["--secrets", "token=abc", "--platforms", "linux/amd64", "--file", ""]
    ended = call(machine, directory, None, "build-image", *words, PATH=f"{directory}/bin:{machine.path}")
    assert ended.out.splitlines() == [
        "build", "--tag", "a:1", "--tag", "b:2", "--tag", "c:3", "--build-arg", "A=1 2", "--build-arg", "B='x'", "--push",
        "--secret", "id=token,env=GHA_BUILD_SECRET_1", "--platform", "linux/amd64", "./sub dir", "GHA_BUILD_SECRET_1=abc",
    ]  # fmt: skip
    refused = call(machine, directory, None, "build-image", "--platforms", "linux/amd64,linux/arm64", "--tags", "a")
    assert refused.code == 1


@pytest.fixture
def repository(directory: Path) -> Path:
    """A clone with a bare origin, and a change in it."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@y", "-c", "init.defaultBranch=main"]
    for command in (
        [*git, "init", "-q", "--bare", str(directory / "origin.git")],
        [*git, "clone", "-q", str(directory / "origin.git"), str(directory / "work")],
    ):
        subprocess.run(command, check=True, capture_output=True)
    work = directory / "work"
    (work / "a.txt").write_text("1\n")
    for words in (
        ["checkout", "-q", "-B", "main"],
        ["add", "."],
        ["commit", "-q", "-m", "first"],
        ["push", "-q", "origin", "main"],
    ):
        subprocess.run([*git, *words], cwd=work, check=True, capture_output=True)
    (work / "a.txt").write_text("2\n")
    (work / "new.md").write_text("n\n")
    return work


def seen(directory: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=directory / "origin.git", capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.slow
def test_changes_are_committed(machine: Machine, directory: Path, repository: Path) -> None:
    ended = call(
        machine,
        directory,
        None,
        "commit-files",
        "--message",
        "It's done",
        "--patterns",
        "*.txt",
        "--tag",
        "t1",
        GITHUB_WORKSPACE=str(repository),
    )
    assert ended.code == 0, ended
    assert seen(directory, "log", "-1", "--format=%s %an", "main") == "It's done github-actions[bot]"
    assert seen(directory, "show", "--name-only", "--format=", "main") == "a.txt"
    assert seen(directory, "tag") == "t1"
    outputs = told(directory, "github_output")
    assert (outputs["changes_detected"], outputs["commit_hash"]) == ("true", seen(directory, "rev-parse", "main"))
    again = call(machine, directory, None, "commit-files", "--patterns", "*.txt", GITHUB_WORKSPACE=str(repository))
    assert (again.code, told(directory, "github_output")["changes_detected"]) == (0, "false")


@pytest.mark.slow
@pytest.mark.parametrize("there", [False, True])
def test_a_pull_request_is_opened(machine: Machine, directory: Path, repository: Path, there: bool) -> None:
    answers: dict[str, Any] = {
        "GET /repos/o/r/pulls?state=open&head=o:news&base=main": [{"number": 8, "title": "x"}] if there else [],
        "POST /repos/o/r/pulls": (201, {"number": 9}),
        "PATCH /repos/o/r/pulls/8": {},
        "POST /repos/o/r/issues/9/labels": {},
        "POST /repos/o/r/issues/8/labels": {},
    }
    words = [
        "--token",
        "t",
        "--branch",
        "news",
        "--title",
        "News",
        "--labels",
        "a, b",
        "--draft",
        "true",
        "--author",
        "Jo <jo@example.org>",
    ]
    with answering(answers) as server:
        ended = call(machine, directory, server, "open-pull-request", *words, GITHUB_WORKSPACE=str(repository))
    assert ended.code == 0, ended
    assert seen(directory, "log", "-1", "--format=%an", "news") == "Jo"
    outputs = told(directory, "github_output")
    number, operation = ("8", "updated") if there else ("9", "created")
    assert (outputs["pull-request-number"], outputs["pull-request-operation"]) == (number, operation)
    assert server.asked[-1].json == {"labels": ["a", "b"]}
    if not there:
        made = next(one for one in server.asked if one.path == "/repos/o/r/pulls" and one.method == "POST")
        assert made.json["draft"] is True


@pytest.mark.slow
def test_no_change_no_pull_request(machine: Machine, directory: Path, repository: Path) -> None:
    subprocess.run(["git", "checkout", "-q", "."], cwd=repository, check=True)
    (repository / "new.md").unlink()
    with answering({}) as server:
        ended = call(machine, directory, server, "open-pull-request", "--token", "t", GITHUB_WORKSPACE=str(repository))
    assert (ended.code, server.calls) == (0, []), ended


ABOUT = """\
name: Act # main: no.js
inputs:
  plain:
    description: |
      default: none of this
    default: a b # told
  'quoted one':
    default: 'it''s: "x"'
  doubled: # two
    required: false
    default: "a \\"b\\" \\\\n\\tc"
  lines:
    default: |
      one

        two: 2
  folded:
    default: >-
      one
      two

      three
  yes-no:
    default: false
  token:
    default: ${{ github.token }}
  nothing:
    default: ~
  none:
    required: true
outputs:
  plain:
    default: no
runs:
  using: 'node20'
  main: 'dist/index.js' # the program
  post: "dist/post.js"
"""
DEFAULTS = {
    "INPUT_PLAIN": "a b",
    "INPUT_QUOTED_ONE": 'it\'s: "x"',
    "INPUT_DOUBLED": 'a "b" \\n\tc',
    "INPUT_LINES": "one\n\n  two: 2\n",
    "INPUT_FOLDED": "one two\nthree",
    "INPUT_YES-NO": "false",
    "INPUT_NOTHING": "",
}


@pytest.mark.slow
def test_the_file_of_an_action_tells_its_defaults_and_programs(machine: Machine, directory: Path) -> None:
    (directory / "action.yml").write_text(ABOUT, encoding="utf-8")
    (directory / "into").mkdir()

    def read(*words: str) -> str:
        program = ["awk", *words, "-f", str(machine.runtime / "action-file.awk"), str(directory / "action.yml")]
        ended = machine.run(program, machine.environment())
        assert ended.code == 0, ended
        return ended.out

    read("-v", f"into={directory / 'into'}")
    assert {file.name: file.read_text() for file in (directory / "into").iterdir()} == DEFAULTS
    assert [read("-v", f"key={key}") for key in ("main", "post", "pre")] == ["dist/index.js\n", "dist/post.js\n", ""]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_actions_of_node_run_what_their_file_names(machine: Machine, directory: Path) -> None:
    (directory / "act" / "dist").mkdir(parents=True)
    (directory / "act" / "action.yml").write_text(ABOUT.replace('  post: "dist/post.js"\n', ""), encoding="utf-8")
    (directory / "act" / "dist" / "index.js").write_text(
        "const e = process.env; console.log(JSON.stringify([e.INPUT_PLAIN, e['INPUT_YES-NO'], e.INPUT_LINES, e.INPUT_TOKEN]));\n"
    )
    env = {"GHA_STATE": str(directory / "state")}
    words = ("javascript-action", "./act", "main", "k", "yes-no", "true", "token", "t")
    main = call(machine, directory, None, *words, **env)
    assert (main.code, json.loads(main.out)) == (0, ["a b", "true", "one\n\n  two: 2\n", "t"]), main
    post = call(machine, directory, None, "javascript-action", "./act", "post", "k", **env)
    assert (post.code, post.out) == (0, ""), post
    (directory / "act" / "action.yml").write_text("runs:\n  using: docker\n  image: Dockerfile\n", encoding="utf-8")
    assert call(machine, directory, None, "javascript-action", "./act", "main", "k", **env).code == 1


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_actions_of_node(machine: Machine, directory: Path) -> None:
    place = directory / "act"
    place.mkdir()
    (place / "main.js").write_text(
        "const fs = require('fs'); const e = process.env;\n"
        "fs.appendFileSync(e.GITHUB_STATE, 'held=later\\n'); console.log(e['INPUT_MY-NAME'], e.INPUT_A_B, e.GITHUB_ACTION_PATH);\n"
    )
    (place / "post.js").write_text(
        "console.log(process.env.STATE_held, process.env['INPUT_MY-NAME']); process.exit(4)\n"
    )
    env = {"GHA_STATE": str(directory / "state"), "GITHUB_STATE": str(directory / "saved")}
    main = call(
        machine, directory, None, "javascript-action", "./act", "main.js", "k", "my-name", "a 'b'", "a b", "c", **env
    )
    assert (main.code, main.out) == (0, f"a 'b' c {directory}/act\n"), main
    post = call(machine, directory, None, "javascript-action", "./act", "post.js", "k", "my-name", "x", **env)
    assert (post.code, post.out) == (4, "later x\n"), post
    assert call(machine, directory, None, "javascript-action", "./act", "none.js", "k", **env).code == 1


@pytest.mark.slow
def test_actions_of_node_are_fetched(machine: Machine, directory: Path, repository: Path) -> None:
    (repository / "index.js").write_text("console.log('fetched')\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@y"]
    for words in (["add", "."], ["commit", "-q", "-m", "action"], ["push", "-q", "origin", "HEAD:refs/tags/v1"]):
        subprocess.run([*git, *words], cwd=repository, check=True, capture_output=True)
    (directory / "base" / "o").mkdir(parents=True)
    (directory / "base" / "o" / "act").symlink_to(directory / "origin.git")
    env = {"GHA_GIT_BASE": str(directory / "base"), "GHA_STATE": str(directory / "state")}
    ended = call(machine, directory, None, "javascript-action", "o/act@v1", "index.js", "k", **env)
    assert (ended.code, ended.out) == (0, "fetched\n"), ended
    place = call(machine, directory, None, "fetch-action", "o/act@v1", **env)
    assert (place.code, Path(place.out.strip()).joinpath("index.js").is_file()) == (0, True), place
    assert call(machine, directory, None, "fetch-action", "o/act@v9", **env).code == 1
    command = 'printf "%s|" "$INPUT_WHO" "$INPUT_OTHER" "$INPUT_A_B"; ls "$GITHUB_ACTION_PATH"; exit 3'
    none = call(machine, directory, None, "own-program", "o/act@v1", command, "who", "x", **env)
    assert (none.code, "there is no action" in none.err) == (1, True), none
    (Path(place.out.strip()) / "action.yml").write_text("inputs:\n  who:\n    default: a\n  other:\n    default: b c\n")
    own = call(machine, directory, None, "own-program", "o/act@v1", command, "who", "x 'y'", "a-b", "=d=", **env)
    assert (own.code, own.out.startswith("x 'y'|b c|=d=|"), "index.js" in own.out) == (3, True, True), own


SCRIPT = """
core.setOutput('sum', 1 + 1);
const {data} = await github.rest.issues.get({...context.repo, issue_number: context.payload.number});
await exec.exec('echo', ['from exec']);
return data.title;
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")
def test_scripts_have_githubs_libraries(directory: Path) -> None:
    from tests.runtime.machine import plain

    (directory / "event.json").write_text("")
    env = {"GITHUB_EVENT_PATH": str(directory / "event.json"), **npm(directory)}
    with answering({"GET /repos/o/r/issues/5": {"title": "It's"}}) as server:
        words = [SCRIPT, "--token", "t", "--event", '{"number": 5}', "--encoding", "string"]
        ended = call(plain(), directory, server, "github-script", *words, **env)
    assert ended.code == 0, ended
    assert "from exec" in ended.out
    assert told(directory, "github_output") | {"sum": "2", "result": "It's"} == told(directory, "github_output")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")
def test_a_script_that_throws_fails(directory: Path) -> None:
    from tests.runtime.machine import plain

    ended = call(plain(), directory, None, "github-script", "throw new Error('no')", "--token", "t", **npm(directory))
    assert ended.code == 1
    assert "::error::Unhandled error: Error: no" in ended.out


def zipped(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


FETCHED = [
    ([], 0, {"a/x": "1", "b c/y": "2"}),
    (["--name", "b c"], 0, {"b c/y": "2"}),
    (["--name", "none"], 0, {}),
    (["--repository", "o/none"], 1, {}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "code", "files"), FETCHED)
def test_artifacts_of_a_run_on_github(
    machine: Machine, directory: Path, words: list[str], code: int, files: dict[str, str]
) -> None:
    runs = "GET /repos/o/r/actions/runs/7/artifacts?per_page=100&page="
    found = [
        {"name": "a", "archive_download_url": "{url}/zip/a"},
        {"name": "b c", "archive_download_url": "{url}/zip/b"},
    ]
    answers = {
        f"{runs}1": {"total_count": 2, "artifacts": found},
        "GET /zip/a": zipped(x="1"),
        "GET /zip/b": zipped(y="2"),
    }
    place = directory / "into"
    with answering(answers) as server:
        given = ["--into", str(place), "--run-id", "7", "--github-token", "t", *words]
        ended = call(machine, directory, server, "github-artifacts", *given)
    assert ended.code == code, ended
    assert {one.relative_to(place).as_posix(): one.read_text() for one in place.rglob("*") if one.is_file()} == files
    assert {one.headers["Authorization"] for one in server.asked} == {"Bearer t"}


@pytest.mark.slow
def test_logins_to_registries_add_up(machine: Machine, directory: Path) -> None:
    def login(*words: str) -> Ended:
        return call(machine, directory, None, "registry-login", *words)

    assert login("--registry", "ghcr.io", "--user", "a", "--password", "p w'\"").code == 0
    assert login("--registry", "", "--user", "hub", "--password", "x").code == 0
    assert login("--registry", "https://ghcr.io/", "--user", "b", "--password", "q").code == 0
    config = directory / ".docker" / "config.json"
    kept = {
        host: base64.b64decode(one["auth"]).decode() for host, one in json.loads(config.read_text())["auths"].items()
    }
    assert kept == {"ghcr.io": "b:q", "https://index.docker.io/v1/": "hub:x"}
    assert config.stat().st_mode & 0o077 == 0
    missing = login("--registry", "ghcr.io", "--user", "a", "--password", "")
    assert (missing.code, "Username and password required" in missing.err) == (1, True)
    (directory / ".docker" / "logins").unlink()
    config.write_text("{}")
    assert login("--registry", "ghcr.io", "--user", "a", "--password", "p").code == 0
    assert config.read_text() == "{}"
