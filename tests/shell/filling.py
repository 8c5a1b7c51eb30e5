"""Fills holes of test scripts and runs them.

In a script ``@@`` is a hole that anybody can fill, ``@T@`` one that only the repository's own people can, ``@O@`` one
that those who start a run can.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from gha2tekton.shell.holes import Filled, Hole

ATTACKS = (
    "a'b\"c\\d  e\nf;touch pwn;*",
    "$(touch pwn)`touch pwn`'$(touch pwn)'\"$(touch pwn)\"",
    "-v a[$(touch${IFS}pwn)]",
)
MORE = (
    "",
    "plain",
    "*",
    "\\",
    "-x",
    "!",
    "$V",
    "${V}",
    "' + __import__('os').system('touch pwn') + '",
    '" + __import__("os").system("touch pwn") + "',
    "{__import__('os').system('touch pwn')}",
    "';touch pwn;'",
    '";touch pwn;"',
    ";touch pwn",
    "&& touch pwn",
    "|touch pwn",
    "\ntouch pwn\n",
    "EOF\ntouch pwn\n",
    "a[$(touch pwn)]",
    "x) ;; *) touch pwn",
    "é😀",
)


def parts(text: str) -> list[str | Hole]:
    pieces = re.split(r"(@[TO]?@)", text)
    return [
        Hole("V", piece == "@T@", "${{ x }}", piece == "@O@") if re.fullmatch("@[TO]?@", piece) else piece
        for piece in pieces
    ]


def run(filled: Filled, value: str, where: Path, shell: str = "bash") -> str:
    script = where / "script"
    script.write_text(filled.text)
    (where / "empty").mkdir(exist_ok=True)
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    environment = {"PATH": path, "V": value, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [shell, str(script)], cwd=where / "empty", env=environment, capture_output=True, encoding="utf-8", timeout=20
    )
    assert not (where / "empty" / "pwn").exists(), f"{value!r} ran in {filled.text!r}"
    return done.stdout


def expected(want: str, value: str) -> str:
    """What is printed: ``~`` stands for the value, ``^`` for its words as the shell splits them."""
    return want.replace("^", " ".join(value.split())).replace("~", value)
