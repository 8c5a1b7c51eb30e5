"""How many repositories a batch converts in a second, and what memory its parent takes while it does.

    python benchmarks/batch.py [--repositories N] [--jobs N] [FILE_OR_FOLDER …]

The repositories are made: each has one to three of the workflows given (of this repository without any), told apart by
a comment. The exit status is 1 when the parent's memory grows by more than 8 MiB over the last nine tenths of the work.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from parse import ROOT, workflows

GROWTH = 8 << 10
"""KiB."""


def make(folder: Path, count: int, found: list[Path]) -> None:
    """Repositories r0, r1, …"""
    texts = cycle([path.read_text(encoding="utf-8", errors="replace") for path in found])
    for number in range(count):
        place = folder / f"r{number}" / ".github" / "workflows"
        place.mkdir(parents=True)
        for index in range(number % 3 + 1):
            (place / f"w{index}.yml").write_text(f"# {number}\n{next(texts)}")


def resident(process: int) -> int:
    """KiB, 0 when the process is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--repositories", type=int, default=5000)
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = options.parse_args()
    found = [path for place in given.files or [ROOT / "fixtures", ROOT / "tests"] for path in workflows(place)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "repositories", given.repositories, found)
        words = [str(folder / "repositories"), "-o", str(folder / "out"), "--quiet", "--fail-on", "never"]
        command = [sys.executable, "-m", "gha2tekton", "batch", *words, "--jobs", str(given.jobs)]
        start = time.perf_counter()
        seen = []
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                seen.append(resident(process.pid))
                time.sleep(0.25)
        seconds = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen = [size for size in seen if size]
    early, late = max(seen[: max(1, len(seen) // 10)]), max(seen)
    rate = given.repositories / seconds
    print(f"{given.repositories} repositories with {given.jobs} jobs: {seconds:.1f} s, {rate:.1f}/s")
    each = 1000 / given.repositories
    print(f"each takes {used.ru_utime * each:.1f} ms of a core, and {used.ru_stime * each:.1f} ms of the system's work")
    print(f"the parent takes {early >> 10} MiB in the first tenth and {late >> 10} MiB at most")
    print(f"no process takes more than {used.ru_maxrss >> 10} MiB")
    if process.returncode not in (0, 1) or late - early > GROWTH:
        print(f"missed: exit status {process.returncode}, growth {(late - early) >> 10} MiB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
