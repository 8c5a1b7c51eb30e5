"""How long converting takes, next to check-jsonschema and GitHub's own parser on the same files in one run.

    python benchmarks/convert.py [--official DIRECTORY] [FILE_OR_FOLDER …]

Without files those of this repository are taken, repeated up to 200. Measured are: 200 files converted and reported,
and five times as many; one file from a cold start; `gha2tekton check` with nothing changed; the memory of a process.
All processes are held to one core, where the system can. Each figure is the best of several turns. The exit status is 1
when a budget is missed: what the official parser takes to parse all files, where DIRECTORY has it, and twice what
check-jsonschema takes to validate them; its cold start for one file, less for the check, 80 MiB, and linear growth.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from parse import COUNT, ROOT, copies, fastest, held_to_one_core, official, workflows

TURNS, ONE_TURNS = 5, 7
MEMORY = 80 << 20
GROWTH = 5
FIGURES = {
    "all": f"{COUNT} files converted and reported",
    "all by schema": f"{COUNT} files validated by check-jsonschema",
    "all by parser": f"{COUNT} files parsed by @actions/workflow-parser",
    "many": f"{COUNT * GROWTH} files converted and reported",
    "one": "one file from a cold start",
    "one by schema": "one file validated by check-jsonschema",
    "check": "check with nothing changed",
}

OURS = """
import gc
import sys
from pathlib import Path
from gha2tekton.convert import Options
from gha2tekton.files import convert_file
from gha2tekton.output import output_files
from gha2tekton.rules.load import RuleSet
gc.freeze()
rules = RuleSet()
for name in sys.argv[1:]:
    output_files([convert_file(Path(name), Path(name).name, rules, None, Options())])
"""
"""What a worker of a batch does."""

SCHEMA = [sys.executable, "-m", "check_jsonschema", "-q", "--builtin-schema", "vendor.github-workflows"]
PROGRAM = [sys.executable, "-m", "gha2tekton"]


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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = copies(list(islice(cycle(found), COUNT)), folder)
        one = folder / "one/.github/workflows/ci.yml"
        one.parent.mkdir(parents=True)
        one.write_bytes(Path(files[0]).read_bytes())
        converting = [sys.executable, "-c", OURS, *files]
        best = fastest({"few": converting, "many": [*converting, *files * (GROWTH - 1)]}, 2)
        convert = [*PROGRAM, "convert", str(one), "-o", str(folder / "one/tekton")]
        best |= fastest({"one": convert}, 1)
        best |= fastest({"check": [*PROGRAM, "check", str(folder / "one/tekton")]}, ONE_TURNS, (0,))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
        best |= fastest({"one": convert, "one by schema": [*SCHEMA, str(one)]}, ONE_TURNS)
        readers = {"all": converting, "all by schema": [*SCHEMA, *files]}
        if given.official:
            readers["all by parser"] = [*official(given.official.resolve(), folder), *files]
        best |= fastest(readers, TURNS)
    print(f"the best of several turns {cores}, start of the process included")
    for name, what in FIGURES.items():
        if name in best:
            print(f"{what:48} {best[name]:8.3f} s")
    print(f"{'memory of our largest process':48} {memory / (1 << 20):8.1f} MiB")
    budgets = {
        "all files: less than the official parser": best["all"] < best.get("all by parser", float("inf")),
        "all files: at most twice check-jsonschema": best["all"] <= 2 * best["all by schema"],
        "growth: five times the files, at most six times the time": best["many"] <= 6 * best["few"],
        "one file: no longer than check-jsonschema": best["one"] <= best["one by schema"] * 1.1,
        "check: faster than converting": best["check"] < best["one"],
        "memory: 80 MiB": memory <= MEMORY,
    }
    for budget in (budget for budget, kept in budgets.items() if not kept):
        print(f"missed: {budget}")
    return 0 if all(budgets.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
