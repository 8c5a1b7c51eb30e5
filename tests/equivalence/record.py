"""Records expected.json: `python -m tests.equivalence.record CASE…`. Read it and correct it where act is not GitHub."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.equivalence.case import ROOT, load, make_repository
from tests.equivalence.reference import record
from tests.equivalence.stand_ins import provide


def main(names: list[str]) -> None:
    """Records the named cases, or those without expected.json."""
    directories = [ROOT / name for name in names] or [
        file.parent for file in sorted(ROOT.glob("*/case.yaml")) if not (file.parent / "expected.json").exists()
    ]
    for directory in directories:
        case = load(directory)
        with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
            repository = make_repository(case, Path(scratch) / "repo")
            found = record(case, repository, Path(scratch) / "act", provide(case.stand_ins, Path(scratch) / "programs"))
        text = json.dumps(found, indent=1, ensure_ascii=False)
        (directory / "expected.json").write_text(f"{text}\n", encoding="utf-8")
        print(directory.name, "exit", found["exit"])


if __name__ == "__main__":
    main(sys.argv[1:])
