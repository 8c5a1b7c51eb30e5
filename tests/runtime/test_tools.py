"""Tools that the image holds, uv, and mail."""

from __future__ import annotations

import base64
import os
import re
import shlex
import socketserver
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runtime.machine import Ended, Machine


def tool(directory: Path, name: str, script: str) -> None:
    """A program of that name, first on the PATH of `environment`."""
    (directory / "bin").mkdir(exist_ok=True)
    (directory / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / "bin" / name).chmod(0o755)


def call(machine: Machine, directory: Path, program: str, *words: str, **env: str) -> Ended:
    given = {
        name: str(directory / name.removeprefix("GITHUB_").lower())
        for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_ENV")
    }
    path = f"{directory}/bin:{machine.path}"
    return machine.call(
        program,
        *words,
        cwd=directory,
        PATH=path,
        RUNNER_TOOL_CACHE=str(directory / "cache"),
        HOME=str(directory),
        **given,
        **env,
    )


def said(directory: Path, name: str) -> list[str]:
    return (directory / name).read_text().splitlines() if (directory / name).exists() else []


VERSIONS = [
    ("python", "echo Python 3.12.4", "3.12", "3.12.4", True),
    ("python", "echo Python 3.12.4", "3.1", "3.12.4", False),
    ("python", "echo Python 3.12.4", "3.12.4", "3.12.4", True),
    ("python", "echo Python 3.12.4", "3.x", "3.12.4", True),
    ("python", "echo Python 3.12.4", "", "3.12.4", True),
    ("python", "echo Python 3.12.4", ">=3.9 <3.11", "3.12.4", False),
    ("python", "echo Python 3.12.4", ">= 3.9, < 3.13", "3.12.4", True),
    ("python", "echo Python 3.12.4", "~=3.9", "3.12.4", True),
    ("python", "echo Python 3.12.4", "^3.13", "3.12.4", False),
    ("python", "echo Python 3.12.4", "<=3.12", "3.12.4", True),
    ("node", "echo v20.11.0", "18 || ^20.5", "20.11.0", True),
    ("node", "echo v20.11.0", "~20.10", "20.11.0", False),
    ("node", "echo v20.11.0", ">20", "20.11.0", False),
    ("node", "echo v20.11.0", "^20.12.1", "20.11.0", False),
    ("python", "echo Python 3.12.4", "3.12-dev", "3.12.4", True),
    ("python", "echo Python 3.12.4", "3.13-dev", "3.12.4", False),
    ("node", "echo v20.11.0", "v20", "20.11.0", True),
    ("node", "echo v20.11.0", "18.*", "20.11.0", False),
    ("node", "echo v20.11.0", "lts/*", "20.11.0", True),
    ("go", "echo go version go1.22.5 linux/amd64", "1.22", "1.22.5", True),
    ("java", "echo 'openjdk version \"1.8.0_392\"' >&2", "8", "8.0_392", True),
    ("java", "echo 'openjdk version \"21.0.2\" 2024-01-16' >&2", "17", "21.0.2", False),
    ("ruby", "echo 'ruby 3.3.5 (2024-09-03 revision ef084cc8f4) [x86_64-linux]'", "3.3", "3.3.5", True),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "script", "asked", "found", "fits"), VERSIONS)
def test_versions(
    machine: Machine, directory: Path, name: str, script: str, asked: str, found: str, fits: bool
) -> None:
    tool(directory, name, script)
    tool(directory, "curl", "exit 6")
    ended = call(machine, directory, "setup-tool", name, asked)
    assert (ended.code, "::warning::" in ended.out) == (0, not fits), ended
    assert said(directory, "output") == [f"{name}-version={found}", f"{name}-path={directory}/bin/{name}"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "told"), [("tip", True), ("oldstable", True), ("stable", False), ("*", False), ("", False)]
)
def test_names_of_versions_that_nobody_knows_are_told(
    machine: Machine, directory: Path, asked: str, told: bool
) -> None:
    tool(directory, "go", "echo go version go1.22.5 linux/amd64")
    ended = call(machine, directory, "setup-tool", "go", asked)
    assert (ended.code, "::warning::" in ended.out) == (0, told), ended


KINDS = [
    # what is asked for, what the image's Python is, what is brought, and whether that is done
    ("pypy3.10", "cpython", "pypy3.10", "pypy", True),
    ("pypy-3.10-v7.3.17", "cpython", "pypy3.10", "pypy", True),
    ("pypy3.10", "pypy", "", "", True),
    ("graalpy-24.2", "cpython", "graalpy", "graalvm", True),
    ("3.10t", "cpython", "3.10t", "t", True),
    ("3.10t", "t", "", "", True),
    ("3.10t-dev", "cpython", "3.10t", "t", True),
    ("pypy3.10", "cpython", "pypy3.10", "cpython", False),
]


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "there", "brought", "kind", "fine"), KINDS)
def test_kinds_of_python(
    machine: Machine, directory: Path, asked: str, there: str, brought: str, kind: str, fine: bool
) -> None:
    """A program that is of a kind answers what setup-tool asks of it, as that Python would."""

    def script(kind: str) -> str:
        answer = f'case "$2" in *GIL*) [ {kind} = t ] ;; *) [ "$(echo {kind} | cut -c1-4)" = "$(echo "$3" | cut -c1-4)" ] ;; esac'
        return f"case $1 in -c) {answer} ;; *) echo Python 3.10.14 ;; esac"

    tool(directory, "python", script(there))
    made = directory / "made"
    made.write_text(f"#!/bin/sh\n{script(kind)}\n")
    # uv venv --quiet --seed --python VERSION PLACE
    tool(directory, "uv", f'echo "$5" > asked; mkdir -p "$6/bin"; cp {made} "$6/bin/python"; chmod +x "$6/bin/python"')
    ended = call(machine, directory, "setup-tool", "python", asked)
    assert (ended.code, said(directory, "asked")) == (0 if fine else 1, [brought] if brought else []), ended
    assert ("::error::" in ended.out, "::warning::" in ended.out) == (not fine, False)


FILES = [
    ("python", ".python-version", "# ours\n3.11.4\n", "3.11.4"),
    ("python", ".python-version", "3.11\n3.12", "3.11\n3.12"),
    ("python", "pyproject.toml", '[project]\nname = "a"\nrequires-python = ">=3.10,<3.13"  # b\n', ">=3.10,<3.13"),
    ("python", "pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.9'\n", "^3.9"),
    ("python", "Pipfile", '[requires]\npython_version = "3.8"\n', "3.8"),
    ("python", ".tool-versions", "nodejs 20.1.0\npython 3.12.1\n", "3.12.1"),
    ("node", ".nvmrc", "v20.11\n", "v20.11"),
    ("node", ".node-version", "lts/iron", "lts/iron"),
    ("node", ".tool-versions", "nodejs 20.1.0\npython 3.12.1\n", "20.1.0"),
    ("node", "package.json", '{"name": "a", "engines": {"npm": "9", "node": ">=18"}}', ">=18"),
    ("node", "package.json", '{"engines": {"node": "18"},\n "volta": {"node": "20.1.1"}}', "20.1.1"),
    ("node", "package.json", '{"devEngines": {"runtime": [{"name": "node", "version": "22"}]}}', "22"),
    ("node", "package.json", '{"scripts": {"node": "x"}}', ""),
    ("go", "go.mod", "module a\n\ngo 1.23.4\n", "1.23.4"),
    ("go", "go.mod", "module a\n\ngo 1.23.0\n\ntoolchain go1.24.1\n", "1.24.1"),
    ("go", "go.work", "go 1.22\n\nuse ./a\n", "1.22"),
    ("java", ".java-version", "temurin-17.0.9\n", "17.0.9"),
    ("java", ".sdkmanrc", "# x\njava=21.0.1-tem\n", "21.0.1"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "file", "text", "version"), FILES)
def test_files_that_name_a_version(
    machine: Machine, directory: Path, name: str, file: str, text: str, version: str
) -> None:
    (directory / file).write_text(text)
    ended = call(machine, directory, "version-file", name, file)
    assert (ended.code, ended.out.strip()) == (0, version), ended


@pytest.mark.slow
def test_the_version_is_that_of_a_file(machine: Machine, directory: Path) -> None:
    tool(directory, "python", "echo Python 3.12.4")
    tool(directory, "curl", "exit 6")
    tool(directory, "uv", "exit 6")
    (directory / "version").write_text("3.11")
    for words, warned in (
        (["--file", "version"], True),
        (["3.12", "--file", "version"], False),
        (["", "--file", "version"], True),
        ([], False),
    ):
        ended = call(machine, directory, "setup-tool", "python", *words)
        assert (ended.code, "::warning::" in ended.out) == (0, warned), (words, ended)
    (directory / ".python-version").write_text("3.10")
    assert "::warning::" in call(machine, directory, "setup-tool", "python").out
    ended = call(machine, directory, "setup-tool", "python", "--file", "none")
    assert (ended.code, "none does not exist" in ended.out + ended.err) == (1, True), ended


def test_a_tool_that_is_missing(machine: Machine, directory: Path) -> None:
    ended = call(machine, directory, "setup-tool", "nonesuch", "1")
    assert (ended.code, "--image" in ended.out) == (1, True)


@pytest.mark.slow
def test_uv_brings_another_python(machine: Machine, directory: Path) -> None:
    tool(directory, "python", "echo Python 3.12.4")
    made = 'for last; do :; done; mkdir -p "$last/bin"; printf "#!/bin/sh\\necho Python 3.9.1\\n" > "$last/bin/python"; chmod +x "$last/bin/python"'
    tool(directory, "uv", f'echo "$*" >> "{directory}/calls"; {made}')
    for _ in range(2):
        ended = call(machine, directory, "setup-tool", "python", "3.9")
        assert (ended.code, "::warning::" in ended.out) == (0, False), ended
    assert said(directory, "calls") == [f"venv --quiet --seed --python 3.9 {directory}/cache/python-3.9"]
    assert said(directory, "path")[0] == f"{directory}/cache/python-3.9/bin"
    assert said(directory, "output")[0] == "python-version=3.9.1"


@pytest.mark.parametrize(
    ("wanted", "path"), [("3.9\n3.12\n", ["3.9", "bin"]), ("3.12\n3.9", ["3.9"]), ("3.8\n3.9", ["3.8", "3.9"])]
)
@pytest.mark.slow
def test_of_several_versions_the_last_is_found_first(
    machine: Machine, directory: Path, wanted: str, path: list[str]
) -> None:
    tool(directory, "python", "echo Python 3.12.4")
    made = 'for last; do :; done; mkdir -p "$last/bin"; printf "#!/bin/sh\\necho Python ${last##*-}.1\\n" > "$last/bin/python"; chmod +x "$last/bin/python"'
    tool(directory, "uv", made)
    ended = call(machine, directory, "setup-tool", "python", wanted)
    assert (ended.code, "::warning::" in ended.out) == (0, False), ended
    places = {version: f"{directory}/cache/python-{version}/bin" for version in path} | {"bin": f"{directory}/bin"}
    assert said(directory, "path") == [places[one] for one in path]
    last = wanted.split()[-1]
    versions = [line for line in said(directory, "output") if line.startswith("python-version=")]
    assert versions[-1] == f"python-version={'3.12.4' if last == '3.12' else last + '.1'}"


CURL = """
for last; do :; done
echo "$last" >> "$HOME/calls"
case $last in
  */index.tab) printf 'version\\tdate\\tlts\\nv24.1.0\\t-\\t-\\nv22.9.1\\t-\\tJod\\nv20.11.0\\t-\\tIron\\nv20.1.0\\t-\\t-\\n' ;;
  */dl/?mode*) printf '[{"version": "go1.23.1", "files": []}, {"version": "go1.22.10"}, {"version": "go1.22.9"}, {"version": "go1.2.2"}]' ;;
  *) cat "$HOME/tool.tar.gz" ;;
esac
"""
GO = "[ $1 = version ] && echo go version go%s linux/amd64 || echo /gopath"
BROUGHT = [
    ("node", "20", "echo v20.11.0", "https://nodejs.org/dist/v20.11.0/node-v20.11.0-linux-"),
    ("node", "lts/*", "echo v22.9.1", "https://nodejs.org/dist/v22.9.1/node-v22.9.1-linux-"),
    ("node", "lts/iron", "echo v20.11.0", "https://nodejs.org/dist/v20.11.0/node-v20.11.0-linux-"),
    ("node", "", "echo v24.1.0", "https://nodejs.org/dist/v24.1.0/node-v24.1.0-linux-"),
    ("go", "1.22", GO % "1.22.10", "https://go.dev/dl/go1.22.10.linux-"),
    ("go", "1.2.2", GO % "1.2.2", "https://go.dev/dl/go1.2.2.linux-"),
    ("java", "17", "echo 'openjdk version \"17.0.9\"' >&2", "https://api.adoptium.net/v3/binary/latest/17/ga/linux/"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "asked", "script", "url"), BROUGHT)
def test_tools_that_the_image_lacks_are_brought(
    machine: Machine, directory: Path, name: str, asked: str, script: str, url: str
) -> None:
    held = directory / "held" / "top" / "bin"
    held.mkdir(parents=True)
    (held / name).write_text(f"#!/bin/sh\n{script}\n")
    (held / name).chmod(0o755)
    with tarfile.open(directory / "tool.tar.gz", "w:gz") as tar:
        tar.add(directory / "held" / "top", "top")
    tool(directory, "curl", CURL)
    tool(directory, name, "exit 127")
    for _ in range(2):
        ended = call(machine, directory, "setup-tool", name, asked)
        assert (ended.code, "::warning::" in ended.out) == (0, False), ended
    assert said(directory, "calls")[-1].startswith(url)
    (place,) = set(said(directory, "path")) - {"/gopath/bin"}
    assert (name == "go") == ("/gopath/bin" in said(directory, "path"))
    assert said(directory, "output")[1] == f"{name}-path={place}/{name}"
    assert (name == "java") == (said(directory, "env") != [])


UV = 'case $1 in --version) echo "uv 0.5.9 (abc)" ;; *) echo "$*" >> "$HOME/calls"; for last; do :; done; mkdir -p "$last/bin" ;; esac'


def test_setup_uv(machine: Machine, directory: Path) -> None:
    tool(directory, "uv", UV)
    (directory / "sub").mkdir()
    words = [
        "--version",
        "",
        "--python",
        "3.11",
        "--activate",
        "true",
        "--dir",
        "sub",
        "--tool-dir",
        "/tools",
        "--tool-bin-dir",
        "",
    ]
    ended = call(machine, directory, "setup-uv", *words)
    assert ended.code == 0, ended
    assert said(directory, "calls") == ["venv --quiet --python 3.11 .venv"]
    assert said(directory, "env") == ["UV_PYTHON=3.11", "UV_TOOL_DIR=/tools", f"VIRTUAL_ENV={directory}/sub/.venv"]
    assert said(directory, "path") == [f"{directory}/.local/bin", f"{directory}/sub/.venv/bin"]
    assert said(directory, "output") == ["uv-version=0.5.9"]


PIP = [
    ("", "uv"),
    ("latest", "uv"),
    ("0.5.9", "uv==0.5.9"),
    ("0.5", "uv==0.5.*"),
    ("0.5.x", "uv==0.5.*"),
    (">=0.4,<1", "uv>=0.4,<1"),
]


@pytest.mark.parametrize(("asked", "wanted"), PIP)
def test_uv_comes_with_pip(machine: Machine, directory: Path, asked: str, wanted: str) -> None:
    (directory / "bin").mkdir()
    tool(
        directory,
        "python3",
        f'echo "$*" >> "$HOME/calls"; printf "#!/bin/sh\\necho uv 0.5.9\\n" > "{directory}/bin/uv"; chmod +x "{directory}/bin/uv"',
    )
    ended = call(machine, directory, "setup-uv", "--version", asked, "--python", "", "--activate", "")
    assert (ended.code, said(directory, "calls")) == (0, [f"-m pip install --quiet {wanted}"]), ended
    assert said(directory, "env") == []


class Post(socketserver.StreamRequestHandler):
    """Takes one mail and what was said around it."""

    def handle(self) -> None:
        told: list[str] = self.server.told  # type: ignore[attr-defined]  # the fixture put it there
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.decode().strip()
            told.append(word)
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                for text in iter(self.rfile.readline, b".\r\n"):
                    told.append(
                        text.decode().removesuffix("\n").replace("\r", "", 1)
                        if text.endswith(b"\r\n")
                        else "no line end"
                    )
            self.wfile.write(b"250 ok\r\n" if word != "QUIT" else b"221 bye\r\n")
            if word == "QUIT":
                return


@pytest.fixture
def post() -> Iterator[tuple[int, list[str]]]:
    told: list[str] = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.told = told  # type: ignore[attr-defined]  # the handler's way to it
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1], told
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_mail(machine: Machine, directory: Path, post: tuple[int, list[str]]) -> None:
    port, told = post
    (directory / "report").write_text("body é\n.\nend")
    ended = call(
        machine, directory, "send-mail", "--server", "127.0.0.1", "--port", str(port), "--user", "", "--password", "", "--secure", "",
        "--ignore-cert", "", "--from", "CI <ci@example.org>", "--to", "a@example.org, B <b@example.org>", "--cc", "", "--bcc",
        "c@example.org", "--reply-to", "", "--subject", "Résult: ok\nBcc: evil@example.org", "--text", "file://report",
    )  # fmt: skip
    assert ended.code == 0, ended
    begun = told.index("DATA")
    assert [line.split(" ")[0] + " " + line.split(":", 1)[1] for line in told[:begun] if "<" in line] == [
        "MAIL <ci@example.org>", "RCPT <a@example.org>", "RCPT <b@example.org>", "RCPT <c@example.org>",
    ]  # fmt: skip
    mail = told[begun + 1 :]
    headers, body = mail[: mail.index("")], mail[mail.index("") + 1 :]
    fields = dict(line.split(": ", 1) for line in headers)
    assert fields["To"] == "a@example.org, B <b@example.org>"
    assert base64.b64decode(fields["Subject"][10:-2]).decode() == "Résult: ok Bcc: evil@example.org"
    assert "Bcc" not in fields
    assert "Cc" not in fields
    assert base64.b64decode("".join(line for line in body if line != "QUIT")).decode() == "body é\n.\nend"


@pytest.mark.slow
def test_who_sends_mail_is_told_to_curl_alone(machine: Machine, directory: Path) -> None:
    tool(directory, "curl", f'echo "$*" > "{directory}/words"; cat > "{directory}/config"')
    words = [
        "--server",
        "mail.example.org",
        "--port",
        "465",
        "--user",
        "u",
        "--password",
        'p"\\w',
        "--from",
        "f@x",
        "--to",
        "t@x",
    ]
    ended = call(machine, directory, "send-mail", *words, "--subject", "s", "--html", "<p>")
    assert ended.code == 0, ended
    assert said(directory, "words") == ["--config -"]
    config = said(directory, "config")
    assert 'user = "u:p\\"\\\\w"' in config
    assert 'url = "smtps://mail.example.org:465"' in config
    ended = call(machine, directory, "send-mail", *words[:3], "587", *words[4:], "--subject", "s", "--text", "t")
    assert {'url = "smtp://mail.example.org:587"', "ssl-reqd"} <= set(said(directory, "config"))
    tool(directory, "curl", "cat > /dev/null; exit 67")
    assert call(machine, directory, "send-mail", *words, "--subject", "s", "--text", "t").code != 0
    assert not [name for name in os.listdir(directory) if name.startswith("tmp.")]


PIXI = """
echo "$*" >> log
case $1 in
  run) shift $#; PATH=/env/bin:/env/sbin:$PATH CONDA_PREFIX=/env env ;;
  --version) echo pixi 0.50.2 ;;
esac
"""
PIXI_CALLS = [
    ([], [], ["install"]),
    ([], ["pixi.lock"], ["install --locked"]),
    (["--environments", "test docs"], ["pixi.lock"], ["install --locked --environment test --environment docs"]),
    (["--frozen", "true", "--manifest-path", "a/pixi.toml"], [], ["install --manifest-path a/pixi.toml --frozen"]),
    (["--locked", "false"], ["pixi.lock"], ["install"]),
    (["--run-install", "false"], ["pixi.lock"], []),
    (["--run-install", "false", "--auth-host", "h", "--auth-token", "t"], [], ["auth login h --token t"]),
    (["--run-install", "false", "--global-environments", "a b\nc"], [], ["global install a b", "global install c"]),
]


@pytest.mark.parametrize(("words", "there", "calls"), PIXI_CALLS)
def test_setup_pixi(machine: Machine, directory: Path, words: list[str], there: list[str], calls: list[str]) -> None:
    tool(directory, "pixi", PIXI)
    for name in there:
        (directory / name).touch()
    ended = call(machine, directory, "setup-pixi", *words)
    assert ended.code == 0, ended
    assert said(directory, "log") == ["--version", *calls]
    assert said(directory, "path") == [f"{directory}/.pixi/bin"]
    assert said(directory, "env") == []


@pytest.mark.parametrize(("words", "name"), [(["true"], "test"), (["other"], "other")])
@pytest.mark.slow
def test_an_environment_of_pixi_is_entered(machine: Machine, directory: Path, words: list[str], name: str) -> None:
    tool(directory, "pixi", PIXI)
    given = ["--run-install", "false", "--environments", "test", "--activate-environment", *words]
    ended = call(machine, directory, "setup-pixi", *given)
    assert ended.code == 0, ended
    assert said(directory, "log") == ["--version", f"run --environment {name} env"]
    assert said(directory, "env") == ["CONDA_PREFIX=/env"]
    assert said(directory, "path")[1:] == ["/env/sbin", "/env/bin"]


CODECOV = [
    # what is asked, what the command line is called with, and the exit status where that fails
    ("--head '' --files a.xml,b.xml --flags unit", "upload-process --file a.xml --file b.xml --flag unit", 0),
    ("--head abc --token t --disable-search true", "upload-process --token t --disable-search --commit-sha abc", 0),
    ("--head abc --commit-sha def --dry-run false --name ''", "upload-process --commit-sha def", 0),
    ("--enterprise-url https://cov.example --fail-ci-if-error true --slug a/b", "--enterprise-url https://cov.example upload-process --slug a/b --fail-on-error", 3),
    ("--version v1.2 --plugins 'pycoverage,compress'", "upload-process --plugin pycoverage --plugin compress", 0),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "called", "status"), CODECOV)
def test_reports_for_codecov(machine: Machine, directory: Path, asked: str, called: str, status: int) -> None:
    fetched = '#!/bin/sh\\necho \\"\\$*\\" > called\\nexit 3\\n'
    tool(directory, "curl", f'echo "$*" > fetched; while [ "$1" != -o ]; do shift; done; printf "{fetched}" > "$2"')
    ended = call(machine, directory, "codecov-upload", *shlex.split(asked), RUNNER_TEMP=str(directory))
    assert ended.code == status, ended
    assert said(directory, "called") == [called]
    assert ("::warning::Codecov" in ended.out) == (status == 0)
    version = "v1.2" if "v1.2" in asked else "latest"
    assert f"https://cli.codecov.io/{version}/linux" in said(directory, "fetched")[0]


def test_an_uploader_that_cannot_be_fetched_fails_where_that_is_asked(machine: Machine, directory: Path) -> None:
    tool(directory, "curl", "exit 22")
    for strict, status in (("true", 22), ("false", 0)):
        words = ("--fail-ci-if-error", strict, "--files", "a.xml")
        assert call(machine, directory, "codecov-upload", *words, RUNNER_TEMP=str(directory)).code == status


NPM = [
    # what is asked for, what npm's file says then
    (("--url", "https://registry.npmjs.org"), ["//registry.npmjs.org/", "registry=https://registry.npmjs.org/"]),
    (("--url", "https://r.test/npm/", "--scope", "Acme"), ["//r.test/npm/", "@acme:registry=https://r.test/npm/"]),
    (
        ("--url", "https://npm.pkg.github.com/", "--scope", "", "--owner", "Octo"),
        ["//npm.pkg.github.com/", "@octo:registry=https://npm.pkg.github.com/"],
    ),
    (("--url", "https://r.test", "--owner", "Octo"), ["//r.test/", "registry=https://r.test/"]),
    (("--url", ""), []),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "lines"), NPM)
def test_npm_finds_its_registry(machine: Machine, directory: Path, words: tuple[str, ...], lines: list[str]) -> None:
    assert call(machine, directory, "npm-registry", *words, RUNNER_TEMP=str(directory)).code == 0
    if lines:
        lines = [f"{lines[0]}:_authToken=${{NODE_AUTH_TOKEN}}", *lines[1:]]
        assert said(directory, "env") == [f"NPM_CONFIG_USERCONFIG={directory}/.npmrc", "NODE_AUTH_TOKEN=none"]
    assert said(directory, ".npmrc") == lines


@pytest.mark.slow
def test_registries_of_npm_add_up(machine: Machine, directory: Path) -> None:
    for url in ("https://one.test", "https://two.test"):
        for scope in ("", "@acme"):
            done = call(
                machine,
                directory,
                "npm-registry",
                "--url",
                url,
                "--scope",
                scope,
                RUNNER_TEMP=str(directory),
                NODE_AUTH_TOKEN="t",
            )
            assert done.code == 0
    assert said(directory, "env")[-1] == "NODE_AUTH_TOKEN=t"
    assert said(directory, ".npmrc")[-2:] == [
        "//two.test/:_authToken=${NODE_AUTH_TOKEN}",
        "@acme:registry=https://two.test/",
    ]
    assert [line for line in said(directory, ".npmrc") if "registry=" in line] == [
        "registry=https://two.test/",
        "@acme:registry=https://two.test/",
    ]


ENDS = [(0, 0), (2, 0), (1, 1), (7, 1)]
"""How a program ends, and how its wrapper does."""


@pytest.mark.slow
@pytest.mark.parametrize(("status", "wanted"), ENDS)
def test_what_a_program_says_becomes_outputs(machine: Machine, directory: Path, status: int, wanted: int) -> None:
    tool(directory, "terraform-bin", f"""cat; printf "%s|" "$@"; printf '\\nan end'; echo oh >&2; exit {status}""")
    done = call(machine, directory, "with-outputs", "terraform-bin", "plan", "a b", RUNNER_TEMP=str(directory))
    assert (done.code, done.out.partition("::error::")[0]) == (wanted, "plan|a b|\nan end")
    text = "\n".join(said(directory, "output"))
    values = [part.partition("\n")[2].rpartition("\n")[0] for part in re.split(r"(?:^|\n)(?=\w+<<)", text) if part]
    assert values == ["plan|a b|\nan end", "oh\n", str(status)]


RUBIES = [
    # what is asked for, the files, whether it fits Ruby 3.3.5 or is another one
    (".ruby-version", {".ruby-version": "3.3\n"}, "fits"),
    ("", {".ruby-version": "ruby-3.2.1\n"}, "warns"),
    ("default", {".tool-versions": "ruby 3.2.1\n"}, "warns"),
    ("", {}, "fits"),
    ("ruby-3.3", {}, "fits"),
    ("jruby-9.4", {}, "fails"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "files", "wanted"), RUBIES)
def test_the_ruby_of_files(machine: Machine, directory: Path, asked: str, files: dict[str, str], wanted: str) -> None:
    tool(directory, "ruby", "echo 'ruby 3.3.5 (2024-09-03 revision ef084cc8f4) [x86_64-linux]'")
    for name, text in files.items():
        (directory / name).write_text(text)
    done = call(machine, directory, "setup-tool", "ruby", asked)
    assert (done.code, "::warning::" in done.out) == (wanted == "fails", wanted == "warns")
