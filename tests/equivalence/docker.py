"""docker for the recording side: a container is a process with a file system of its own, which is this machine's to begin with.

Installed as the stand-in `docker`, it needs root and overlay mounts. It knows run, exec, cp, logs, rm, wait, pull, login, version and
of compose up, exec, run, cp, logs, down, ps: what cases use, with docker's meaning, and refuses all else. It builds nothing.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML

STATE = Path(__file__).resolve().parent / "state"
VALUED = {"-v", "--volume", "-w", "--workdir", "-e", "--env", "--env-file", "-u", "--user", "--name", "--entrypoint", "--gpus", "--shm-size", "--network",
          "--ipc", "--runtime", "--ulimit", "-p", "--mount", "--platform", "--pull", "--tail", "-f", "--file", "--profile"}  # fmt: skip
SETUP = r"""
set -e
cd /
mount --make-rprivate /
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
for one in proc dev sys; do mount --rbind "/$one" "$1/root/$one"; done
root=$1/root
shift
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; [ -e "$root$2" ] || : > "$root$2"; fi
  mount --rbind "$1" "$root$2"
  shift 2
done
shift
mkdir -p "$root$1"
exec chroot "$root" sh -c 'cd "$1"; shift; exec "$@"' sh "$@"
"""


FORWARD = r"""
import socketserver, subprocess, sys
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        subprocess.run(["busybox", "nc", "127.0.0.1", sys.argv[2]], stdin=self.request, stdout=self.request)
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def stop(message: str, code: int = 125) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)


def options(words: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Options up to the first word that is none, short ones one letter each, and the rest."""
    found: list[tuple[str, str]] = []
    while words and words[0].startswith("-") and words[0] != "-":
        word, *words = words
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            if not equals and name in VALUED:
                value, *words = words
            found.append((name, value))
            continue
        for at, letter in enumerate(word[1:], 1):
            if f"-{letter}" in VALUED:
                value = word[at + 1 :].removeprefix("=")
                if not value:
                    value, *words = words
                found.append((f"-{letter}", value))
                break
            found.append((f"-{letter}", ""))
    return found, words


def given(found: list[tuple[str, str]], *names: str) -> list[str]:
    return [value for name, value in found if name in names]


def variables(found: list[tuple[str, str]]) -> dict[str, str]:
    lines = [
        line
        for file in given(found, "--env-file")
        for line in Path(file).read_text().splitlines()
        if line and line[0] != "#"
    ]
    out: dict[str, str] = {}
    for item in lines + given(found, "-e", "--env"):
        name, equals, value = item.partition("=")
        if equals or name in os.environ:
            out[name] = value if equals else os.environ[name]
    return out


def mounts(volumes: list[str], base: Path) -> list[str]:
    out: list[str] = []
    for volume in volumes:
        source, target = re.sub(r":(ro|rw|z)$", "", volume).split(":")
        place = base / source if source[0] in "./~" else STATE / "volumes" / source
        if not place.exists():
            place.mkdir(parents=True)
        out += [str(place.resolve()), target]
    return out


def becomes(user: str) -> list[str]:
    own, _, group = user.partition(":")
    if own in ("", "root", "0"):
        return []
    return ["setpriv", f"--reuid={own}", f"--regid={group or '0'}", "--clear-groups"]


def command(
    name: str, volumes: list[str], env: dict[str, str], place: str, user: str, words: list[str]
) -> tuple[list[str], dict[str, str]]:
    base = STATE / "roots" / name
    base.mkdir(parents=True, exist_ok=True)
    who = becomes(user)
    line = ["unshare", "-m", "bash", "-c", SETUP, "bash", str(base), *volumes, "--", place or "/", *who, *words]
    standard = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return line, {"PATH": standard, "HOME": "/root", "HOSTNAME": name, **env}


def start(name: str, line: list[str], env: dict[str, str]) -> None:
    place = STATE / "containers" / name
    place.mkdir(parents=True, exist_ok=True)
    keeper = 'echo $$ > "$0/pid"; "$@" > "$0/log" 2>&1 < /dev/null & echo $! > "$0/pid"; wait $!; echo $? > "$0/code"'
    subprocess.Popen(["bash", "-c", keeper, str(place), *line], env=env, start_new_session=True, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)  # fmt: skip
    time.sleep(0.5)
    (place / "env").write_text(json.dumps(env))


def run(words: list[str]) -> int:
    found, rest = options(words)
    _image, *inner = rest
    name = next(iter(given(found, "--name")), f"c{time.time_ns()}")
    entry = given(found, "--entrypoint")
    place = next(iter(given(found, "-w", "--workdir")), "")
    user = next(iter(given(found, "-u", "--user")), "")
    long = [dict(part.split("=") for part in item.split(",")) for item in given(found, "--mount")]
    bound = mounts([*given(found, "-v", "--volume"), *(f"{one['source']}:{one['target']}" for one in long)], Path.cwd())
    line, env = command(name, bound, variables(found), place, user, [*entry, *inner])
    if given(found, "-d", "--detach"):
        start(name, line, env | ({"CONTAINER_DIRECTORY": place} if place else {}))
        publish(name, given(found, "-p", "--publish"))
        print(name)
        return 0
    stdin = None if given(found, "-i", "--interactive") else subprocess.DEVNULL
    code = subprocess.run(line, env=env, stdin=stdin, check=False).returncode
    return code if code >= 0 else 128 - code


def publish(name: str, ports: list[str]) -> None:
    """A container is on this machine's network: only a port of another number must be led on."""
    for port in ports:
        host, inner = port.split(":")[-2:]
        if host != inner:
            line = [sys.executable, "-c", FORWARD, host, inner]
            leads = subprocess.Popen(line, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            (STATE / "containers" / name / f"port-{leads.pid}").touch()


def pid(name: str) -> str:
    place = STATE / "containers" / name
    if not (place / "pid").exists() or (place / "code").exists():
        stop(f'container "{name}" is not running', 1)
    return (place / "pid").read_text().strip()


def execute(words: list[str], always_input: bool = False) -> int:
    found, (name, *inner) = options(words)
    env = {**json.loads((STATE / "containers" / name / "env").read_text()), **variables(found)} if pid(name) else {}
    place = next(iter(given(found, "-w", "--workdir")), env.pop("CONTAINER_DIRECTORY", "/"))
    user = next(iter(given(found, "-u", "--user")), "")
    who = becomes(user)
    enter = ["nsenter", "-t", pid(name), "-m", "-r", "sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", place, *who, *inner]
    stdin = None if always_input or given(found, "-i", "--interactive") else subprocess.DEVNULL
    return subprocess.run(enter, env=env, stdin=stdin, check=False).returncode


def copy(words: list[str]) -> int:
    _, pair = options(words)
    paths = []
    for path in pair:
        name, colon, inside = path.partition(":")
        paths.append(f"/proc/{pid(name)}/root{inside}" if colon else path)
    return subprocess.run(["cp", "-a", *paths], check=False).returncode


def merged(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: merged(under[key], value) if key in under else value for key, value in over.items()}}
    return (
        under + over if isinstance(under, list) and isinstance(over, list) and under and ":" in str(under[0]) else over
    )


def expanded(text: str, known: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return known.get(match[1] or match[3]) or (match[2] or "")

    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)", value, text.replace("$$", "\0")).replace("\0", "$")


def compose(words: list[str]) -> int:
    found, (verb, *rest) = options(words)
    files = [Path(file) for file in given(found, "-f", "--file")] or [Path("compose.yaml")]
    dotenv = files[0].parent / ".env"
    known = (
        dict(line.split("=", 1) for line in dotenv.read_text().splitlines() if "=" in line) if dotenv.exists() else {}
    )
    known |= os.environ
    whole: Any = {}
    for file in files:
        whole = merged(whole, YAML(typ="safe").load(expanded(file.read_text(), known)))
    services = whole["services"]
    if verb == "up":
        asked, names = options(rest)
        begun: dict[str, None] = {}
        profiles = set(given(found, "--profile"))
        for name in names or [name for name, body in services.items() if set(body.get("profiles", ())) <= profiles]:
            begin(name, services, files[0].parent.resolve(), begun)
        if given(asked, "--wait"):
            for name in begun:
                healthy(name, services[name])
        return 0 if given(asked, "-d", "--wait") else stop("only in the background")
    if verb == "exec":
        return execute(rest, always_input=True)
    if verb == "run":
        asked, (name, *inner) = options(rest)
        body = dict(services[name])
        body |= {key: given(asked, *names)[0] for key, names in OVERRIDDEN.items() if given(asked, *names)}
        line, env = described(f"{name}-run", body, files[0].parent.resolve(), [*given(asked, "--entrypoint"), *inner])
        return subprocess.run(line, env=env | variables(asked), check=False).returncode
    return {"cp": copy, "logs": logs, "down": down, "ps": lambda _: 0}[verb](rest)


OVERRIDDEN = {"working_dir": ("-w", "--workdir"), "user": ("-u", "--user")}
"""What docker compose run may say otherwise than the file."""


def described(name: str, body: dict[str, Any], base: Path, words: list[str]) -> tuple[list[str], dict[str, str]]:
    listed = body.get("environment") or {}
    env = (
        dict(item.split("=", 1) if "=" in item else (item, os.environ[item]) for item in listed)
        if isinstance(listed, list)
        else dict(listed)
    )
    for file in body.get("env_file") or ():
        env = dict(line.split("=", 1) for line in (base / file).read_text().splitlines()) | env
    inner = words or body["command"]
    inner = shlex.split(inner) if isinstance(inner, str) else inner
    env = {key: str(value) for key, value in env.items()}
    return command(
        name, mounts(body.get("volumes") or [], base), env, body.get("working_dir", ""), body.get("user", ""), inner
    )


def begin(name: str, services: dict[str, Any], base: Path, begun: dict[str, None]) -> None:
    if name in begun:
        return
    waits = services[name].get("depends_on") or {}
    for other in waits:
        begin(other, services, base, begun)
        condition = waits[other]["condition"] if isinstance(waits, dict) else "service_started"
        if condition == "service_healthy":
            healthy(other, services[other])
        if condition == "service_completed_successfully" and wait([other], quiet=True) != 0:
            stop(f"{other} did not end well", 1)
    line, env = described(name, services[name], base, [])
    start(
        name,
        line,
        env | ({"CONTAINER_DIRECTORY": services[name]["working_dir"]} if "working_dir" in services[name] else {}),
    )
    begun[name] = None


def healthy(name: str, body: dict[str, Any]) -> None:
    test = (body.get("healthcheck") or {}).get("test", "true")
    words = (
        ["sh", "-c", test if isinstance(test, str) else test[1]]
        if isinstance(test, str) or test[0] == "CMD-SHELL"
        else test[1:]
    )
    until = time.monotonic() + 20
    while execute([name, *words]) != 0:
        if time.monotonic() > until:
            stop(f"container {name} is unhealthy", 1)
        time.sleep(0.2)


def logs(words: list[str]) -> int:
    for name in options(words)[1]:
        sys.stdout.write((STATE / "containers" / name / "log").read_text())
    return 0


def wait(words: list[str], quiet: bool = False) -> int:
    codes = []
    for name in words:
        file = STATE / "containers" / name / "code"
        while not file.exists():
            time.sleep(0.1)
        codes.append(int(file.read_text()))
        if not quiet:
            print(codes[-1])
    return max(codes) if quiet else 0


def down(words: list[str]) -> int:
    names = [word for word in words if not word.startswith("-")]
    for place in (STATE / "containers").glob("*"):
        if not names or place.name in names:
            if not (place / "code").exists():
                os.kill(int((place / "pid").read_text()), signal.SIGKILL)
                while not (place / "code").exists():
                    time.sleep(0.05)
            for leads in place.glob("port-*"):
                os.kill(int(leads.name[5:]), signal.SIGKILL)
            shutil.rmtree(place)
    return 0


def main(words: list[str]) -> int:
    verb, *rest = words
    if verb in ("pull", "login", "version", "info", "system", "image", "images", "--version", "ps"):
        return 0
    verbs = {
        "run": run,
        "exec": execute,
        "cp": copy,
        "logs": logs,
        "wait": wait,
        "rm": down,
        "stop": down,
        "compose": compose,
        "build": lambda words: 0 if Path(words[-1]).is_dir() else 1,
    }
    return verbs[verb](rest) if verb in verbs else stop(f"docker {verb} is not here")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
