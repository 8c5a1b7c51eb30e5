"""How long reading workflows takes, next to check-jsonschema and GitHub's own parser on the same files in one run.

    python benchmarks/parse.py [--official DIRECTORY] [FILE_OR_FOLDER …]

Without files those of this repository are taken, repeated up to 200. Each reader is a fresh process that reads all of
them, held to one core where the system can; the best of five turns counts, the readers taking turns. DIRECTORY is one
where @actions/workflow-parser is installed. The exit status is 1 when parsing and modelling takes more than half of
what check-jsonschema takes.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
COUNT = 200
TURNS = 5
BUDGET = 0.5

OURS = """
import sys
from pathlib import Path
from gha2tekton.journal import Journal
from gha2tekton.source import Source
from gha2tekton.workflow.parse import parse_workflow
for name in sys.argv[1:]:
    parse_workflow(Source(name, Path(name).read_bytes().decode("utf-8")), Journal())
"""
OFFICIAL = """
import fs from "node:fs";
import {parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter} from "@actions/workflow-parser";
for (const name of process.argv.slice(2)) {
  const read = parseWorkflow({name, content: fs.readFileSync(name, "utf8")}, new NoOperationTraceWriter());
  if (read.value) await convertWorkflowTemplate(read.context, read.value);
}
"""
LOADER = """
import fs from "node:fs";
import {fileURLToPath} from "node:url";
export async function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".json")) return next(url, context);
  const source = "export default " + fs.readFileSync(fileURLToPath(url), "utf8");
  return {format: "module", shortCircuit: true, source};
}
"""
HOOK = 'import {register} from "node:module"; register("data:text/javascript,%s");'
"""The published package imports JSON in a way that Node refuses."""


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--official", type=Path, metavar="DIRECTORY")
    given = options.parse_args()
    found = [path for place in given.files or [ROOT / "fixtures", ROOT / "tests"] for path in workflows(place)]
    if not found:
        print("no workflow files found", file=sys.stderr)
        return 2
    cores = "on one core" if held_to_one_core() else "on all cores"
    with tempfile.TemporaryDirectory() as folder:
        files = copies(found if given.files else list(islice(cycle(found), COUNT)), Path(folder))
        readers = {"gha2tekton": [sys.executable, "-c", OURS]}
        if importlib.util.find_spec("check_jsonschema"):
            command = [sys.executable, "-m", "check_jsonschema", "-q", "--builtin-schema", "vendor.github-workflows"]
            readers["check-jsonschema"] = command
        if given.official:
            readers["@actions/workflow-parser"] = official(given.official.resolve(), Path(folder))
        best = fastest({name: [*command, *files] for name, command in readers.items()}, TURNS)
    print(f"{len(files)} files, best of {TURNS} {cores}, start of the process included")
    for name, seconds in best.items():
        print(f"{name:26} {seconds:7.3f} s   {best['gha2tekton'] / seconds:5.2f}")
    share = best["gha2tekton"] / best.get("check-jsonschema", float("inf"))
    return 1 if share > BUDGET else 0


def held_to_one_core() -> bool:
    """Hold this process, and those that it starts, to one core; False where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return True


def fastest(commands: Mapping[str, Sequence[str]], turns: int, fine: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    """The shortest time of each process in seconds, the commands taking turns."""
    times = dict.fromkeys(commands, float("inf"))
    for _ in range(turns):
        for name, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, check=False)
            times[name] = min(times[name], time.perf_counter() - start)
            if done.returncode not in fine or b"Error:" in done.stderr:
                raise SystemExit(f"{name}: {done.stderr.decode()}")
    return times


def workflows(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*.y*ml") if is_workflow(path))


def is_workflow(path: Path) -> bool:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith("jobs:") for line in lines)


def copies(found: list[Path], folder: Path) -> list[str]:
    """The files side by side under names of their own, since a reader may skip what it was given twice."""
    out: list[str] = []
    for index, path in enumerate(found):
        copy = folder / f"{index:04}.yml"
        shutil.copyfile(path, copy)
        out.append(str(copy))
    return out


def official(directory: Path, folder: Path) -> list[str]:
    """The command that runs GitHub's parser; the script must lie where the package is installed."""
    script = directory / "gha2tekton-benchmark.mjs"
    script.write_text(OFFICIAL)
    hook = folder / "hook.mjs"
    hook.write_text(HOOK % quote(LOADER))
    return ["node", "--no-warnings", "--import", str(hook), str(script)]


if __name__ == "__main__":
    sys.exit(main())
