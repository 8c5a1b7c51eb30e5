"""The machines on which the runtime must work: a shell and an awk, and on the smallest all programs are busybox's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RUNTIME = Path(__file__).parents[2] / "mappings" / "runtime"
SHELLS = {"dash": "dash", "bash": "bash", "busybox": "busybox sh"}
AWKS = ("mawk", "gawk", "busybox")


@dataclass(frozen=True, slots=True)
class Machine:
    """A shell (a command line) that runs the files of `runtime`, with `path` in front of the PATH."""

    shell: tuple[str, ...]
    runtime: Path
    path: str

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a step's container would have, and nothing of the machine that runs the tests."""
        return {"PATH": self.path, "HOME": str(self.runtime), "GHA_RUNTIME": str(self.runtime), **(more or {})}

    def call(self, program: str, *words: str, cwd: Path | None = None, timeout: int = 60, **env: str) -> Ended:
        """Runs one program of the runtime."""
        return self.run([*self.shell, str(self.runtime / program), *words], self.environment(env), cwd, timeout)

    def run(self, command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None, timeout: int = 60) -> Ended:
        done = subprocess.run(
            command,
            env=env,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended and what it printed."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}{self.err}"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that was run: its state directory tells what it did."""

    ended: Ended
    state: Path
    workspace: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def told(self, name: str) -> str | None:
        """What a file of the state directory holds, None when there is none."""
        file = self.state / name
        return file.read_text(encoding="utf-8") if file.exists() else None

    @property
    def outcomes(self) -> list[str]:
        return [(entry / "outcome").read_text() for entry in sorted((self.state / "steps").iterdir())]


def run_job(machine: Machine, directory: Path, script: str, **env: str) -> Job:
    """Runs a job's script as Tekton would; another call with the same directory is the job's next stage."""
    state, workspace = directory / "state", directory / "workspace"
    workspace.mkdir(parents=True, exist_ok=True)
    file = directory / "script"
    file.write_text(script, encoding="utf-8")
    given = {"GHA_STATE": str(state), "GITHUB_WORKSPACE": str(workspace), "TMPDIR": str(directory), **env}
    environment = machine.environment(given)
    ended = machine.run([*machine.shell, str(machine.runtime / "job"), str(file)], environment, workspace)
    return Job(ended, state, workspace, environment)


def plain() -> Machine:
    """This machine as it is."""
    return Machine((shutil.which("sh") or "/bin/sh",), RUNTIME, os.environ["PATH"])


def build(shell: str, awk: str, directory: Path) -> Machine | None:
    """A machine with this shell and this awk, also for what scripts start themselves; None when one is missing."""
    line = SHELLS[shell].split()
    programs = [shutil.which(name) for name in (line[0], awk)]
    if not all(programs):
        return None
    interpreter = " ".join([str(programs[0]), *line[1:]])
    runtime = directory / "runtime"
    runtime.mkdir(parents=True)
    for file in RUNTIME.iterdir():
        text = file.read_text(encoding="utf-8").replace("#!/bin/sh\n", f"#!{interpreter}\n", 1)
        (runtime / file.name).write_text(text, encoding="utf-8")
        (runtime / file.name).chmod(0o755)
    tools = directory / "tools"
    tools.mkdir()
    if shell == awk == "busybox":
        listed = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()
        # Debian's busybox was built without what these do on Alpine.
        for name in set(listed) - {"sh", "bash", "awk", "ar", "wget", "nc", "su", "login"}:
            (tools / name).symlink_to(str(programs[0]))
    (tools / "awk").symlink_to(str(programs[1]))
    (tools / "sh").write_text(f'#!/bin/bash\nexec {interpreter} "$@"\n', encoding="utf-8")
    (tools / "sh").chmod(0o755)
    return Machine(tuple(interpreter.split()), runtime, f"{tools}:{os.environ['PATH']}")
