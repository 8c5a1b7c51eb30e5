"""Programs that a case needs and this machine may lack, small and the same on both sides, first on the PATH."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conformance.toolchain import lock

SCRIPTS = {
    "papermill": '#!/bin/sh\nsed "s/HERE/${GREETING:-nothing}/" "$1" > "$2"\n',
    "jupyter": '#!/bin/sh\nfor file; do :; done\n{ echo "<html>"; cat "$file"; } > "${file%.ipynb}.html"\n',
    "nvidia-smi": '#!/bin/sh\necho "GPU 0: a stand-in (UUID: GPU-0)"\n',
    "busybox": """#!/usr/bin/python3
# busybox nc, as far as ports are led on with it
import os, socket, subprocess, sys, threading
words = sys.argv[2:]
if words == ["--help"]:
    print("-ll")
elif "-ll" in words:
    server = socket.create_server(("", int(words[words.index("-p") + 1])))
    while True:
        taken, _ = server.accept()
        subprocess.Popen(words[words.index("-e") + 1:], stdin=taken, stdout=taken)
        taken.close()
else:
    other = socket.create_connection((words[0], int(words[1])))
    def send():
        while data := os.read(0, 65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    threading.Thread(target=send, daemon=True).start()
    while data := other.recv(65536):
        os.write(1, data)
""",
    "buildah": """#!/bin/sh
# builds nothing, where there is something that it could be of
verb=$1
for last; do :; done
case $verb in build) [ -d "$last" ] ;; push) [ -n "$last" ] ;; *) exit 125 ;; esac
""",
    "apt-get": """#!/bin/sh
[ "$1" = install ] || exit 0
for name; do :; done
printf '#!/bin/sh\\necho "%s was installed"\\n' "$name" > "${0%/*}/$name"
chmod +x "${0%/*}/$name"
""",
}


PLACE = Path("/var/tmp/gha2tekton-stand-ins")
"""Containers see this directory, and what they change in it is lost with them; the recorder has its own."""


def provide(names: tuple[str, ...], base: Path = PLACE) -> tuple[Path, ...]:
    """Directories for the PATH that hold the named stand-ins."""
    return tuple(_provide(name, base) for name in names)


def _provide(name: str, base: Path) -> Path:
    if name == "python":
        return _python(base / f"python-{sys.version_info.major}.{sys.version_info.minor}")
    directory = base / name
    directory.mkdir(parents=True, exist_ok=True)
    if name == "docker":
        return _docker(directory)
    (directory / name).write_text(SCRIPTS[name], encoding="utf-8")
    (directory / name).chmod(0o755)
    return directory


def _docker(directory: Path) -> Path:
    """The recording side's docker; on Tekton's side the runtime's own comes first."""
    program = Path(__file__).with_name("docker.py").read_text(encoding="utf-8")
    (directory / "docker").write_text(f"#!{sys.executable}\n{program}", encoding="utf-8")
    (directory / "docker").chmod(0o755)
    return directory


def _python(directory: Path) -> Path:
    """An environment that pip may install into, as an image's Python is; a system's own refuses."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with lock(directory.with_suffix(".lock")):
        if not (directory / "bin" / "pip").exists():
            subprocess.run(["/usr/bin/python3", "-m", "venv", "--copies", str(directory)], check=True)
    return directory / "bin"
