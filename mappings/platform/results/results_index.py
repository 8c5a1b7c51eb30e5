"""Writes an index of runs with their reports and notebooks, again every minute."""

from __future__ import annotations

import os
import sys
import time
from html import escape
from pathlib import Path
from urllib.parse import quote

ARTIFACTS = Path(os.environ.get("ARTIFACTS", "/artifacts"))
SITE = Path(os.environ.get("SITE", "/site"))
SHOWN = (".html", ".ipynb", ".pdf", ".xml", ".png")
LIMIT = 200

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Runs</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;
margin:0 auto;padding:1rem}section{border-top:1px solid #8884;padding:.5rem 0}h2{font-size:1rem;margin:.3rem 0}
ul{margin:.2rem 0}time{color:#888}</style><h1>Runs</h1>
"""


def section(run: Path) -> str:
    """One run: its artifacts, and those files in them that a browser shows."""
    files = sorted(file for file in run.rglob("*") if file.is_file() and file.suffix in SHOWN)
    shown = [file for file in files if not any(part.startswith(".") for part in file.relative_to(run).parts)]
    rows = "".join(
        f'<li><a href="runs/{quote(file.relative_to(ARTIFACTS).as_posix())}">'
        f"{escape(file.relative_to(run).as_posix())}</a>"
        for file in shown[:50]
    )
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(run.stat().st_mtime))
    link = f'<a href="runs/{quote(run.relative_to(ARTIFACTS).as_posix())}/">{escape(run.name)}</a>'
    return f"<section><h2>{link} <time>{when} UTC</time></h2><ul>{rows}</ul></section>\n"


def write() -> None:
    """The index, put in its place in one step."""
    runs = [run for run in ARTIFACTS.glob("*/*") if run.is_dir() and not run.name.startswith(".")]
    runs.sort(key=lambda run: (-run.stat().st_mtime, run.name))
    body = "".join(map(section, runs[:LIMIT])) or "<p>No run has left anything yet."
    part = SITE / ".index.html"
    part.write_text(f"{HEAD}{body}</html>\n", encoding="utf-8")
    part.replace(SITE / "index.html")


if __name__ == "__main__":
    while True:
        write()
        if "--once" in sys.argv:
            break
        time.sleep(60)
