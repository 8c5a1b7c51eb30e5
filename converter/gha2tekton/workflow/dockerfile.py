"""What a Dockerfile says of the image that it makes: where it begins and what it runs by itself.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import re

from gha2tekton.record import Record, replace


class Made(Record, frozen=True):
    """The last stage of a Dockerfile; None stands for what its base says."""

    base: str = ""
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    shell: bool = False
    """The entrypoint is a line for a shell, which takes no arguments."""


def read_dockerfile(text: str) -> Made:
    """The image that a Dockerfile makes."""
    stages: dict[str, Made] = {}
    made, name, own = Made(), "", False
    text = re.sub(r"(?m)^[ \t]*#.*\n?", "", text.replace("\r\n", "\n"))
    for line in re.sub(r"\\[ \t]*\n", " ", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        match word.upper():
            case "FROM":
                words = [one for one in rest.split() if not one.startswith("--")]
                base = words[0] if words else ""
                name = words[2].lower() if len(words) > 2 else ""
                made, own = stages.get(base.lower(), Made(base)), False
            case "ENTRYPOINT":
                # An entrypoint takes away the command of the base.
                command = made.command if own else None
                made = replace(made, entrypoint=_words(rest), shell=not rest.startswith("["), command=command)
            case "CMD":
                made, own = replace(made, command=_words(rest)), True
            case _:
                pass
        if name:
            stages[name] = made
    return made


def _words(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text) if text.startswith("[") else None
    except ValueError:
        found = None
    return tuple(map(str, found)) if isinstance(found, list) else ("/bin/sh", "-c", text)
