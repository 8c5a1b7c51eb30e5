"""How long converting takes, next to check-jsonschema and GitHub's own parser on the same files in one run.

    python benchmarks/convert.py [--official DIRECTORY] [FILE_OR_FOLDER …]

Without files those of this repository are taken, repeated up to 200. Measured are: 200 files converted and reported on
one core, and five times as many; one file from a cold start; `gha2tekton check` with nothing changed; the memory of a
process. Each figure is the best of several turns. The exit status is 1 when a budget is missed: twice what
check-jsonschema takes for all files, its cold start for one, less for the check, 80 MiB, and linear growth.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from parse import COUNT, ROOT, copies, official, workflows

TURNS = 3
MEMORY = 80 << 20
GROWTH = 5

OURS = """
import sys
from pathlib import Path
from gha2tekton.convert import Options
from gha2tekton.files import convert_file
from gha2tekton.output import output_files
from gha2tekton.rules.load import RuleSet
rules = RuleSet()
for name in sys.argv[1:]:
    output_files([convert_file(Path(name), Path(name).name, rules, None, Options())])
"""
SCHEMA = [sys.executable, "-m", "check_jsonschema", "-q", "--builtin-schema", "vendor.github-workflows"]
PROGRAM = [sys.executable, "-m", "gha2tekton"]


def best(command: list[str], turns: int = TURNS, fine: tuple[int, ...] = (0, 1)) -> float:
    """The shortest time of a process, in seconds."""
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
        if done.returncode not in fine:
            raise SystemExit(f"{' '.join(command[:4])} …: {done.stderr.decode()}")
    return min(times)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--official", type=Path, metavar="DIRECTORY")
    given = options.parse_args()
    found = [path for place in given.files or [ROOT / "fixtures", ROOT / "tests"] for path in workflows(place)]
    if not found:
        print("no workflow files found", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = copies(list(islice(cycle(found), COUNT)), folder)
        one = folder / "one/.github/workflows/ci.yml"
        one.parent.mkdir(parents=True)
        one.write_bytes(Path(files[0]).read_bytes())
        convert = [*PROGRAM, "convert", str(one), "-o", str(folder / "one/tekton")]
        figures = {
            f"{COUNT} files converted and reported": best([sys.executable, "-c", OURS, *files]),
            f"{COUNT} files validated by check-jsonschema": best([*SCHEMA, *files]),
            f"{COUNT * GROWTH} files converted and reported": best([sys.executable, "-c", OURS, *files * GROWTH], 1),
            "one file from a cold start": best(convert, 7),
            "one file validated by check-jsonschema": best([*SCHEMA, str(one)], 7),
            "check with nothing changed": best([*PROGRAM, "check", str(folder / "one/tekton")], 7, (0,)),
        }
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
        if given.official:
            figures[f"{COUNT} files read by @actions/workflow-parser"] = best(
                [*official(given.official.resolve(), folder), *files]
            )
    for what, seconds in figures.items():
        print(f"{what:48} {seconds:8.3f} s")
    print(f"{'memory of the largest process':48} {memory / (1 << 20):8.1f} MiB")
    ours, theirs, many, cold, theirs_cold, check = list(figures.values())[:6]
    missed = [
        what
        for what, right in {
            "all files: at most twice check-jsonschema": ours <= 2 * theirs,
            "growth: five times the files, at most six times the time": many <= 6 * ours,
            "one file: no longer than check-jsonschema": cold <= theirs_cold * 1.1,
            "check: faster than converting": check < cold,
            "memory: 80 MiB": memory <= MEMORY,
        }.items()
        if not right
    ]
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
