"""What the repository's own scripts, which steps call, ask of GitHub's variables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from gha2tekton.plan.model import PlannedStep
from gha2tekton.workflow.model import Job
from gha2tekton.workflow.repository import Repository

MOST = 40
"""Files that are looked at for one job; what lies deeper is not worth the time."""

_SCRIPT = re.compile(r"(?:\.{1,2}/)*[\w.-]+(?:/[\w.-]+)*\.(?:sh|bash|zsh|py|pl|rb|js|mjs|mk|R)")
_PLACE = re.compile(r"(?:\./)?[\w.-]+(?:/[\w.-]+)+")
_VARIABLE = re.compile(r"\bGITHUB_[A-Z][A-Z_]*[A-Z]\b")
_OWN = {"make": ("Makefile", "makefile", "GNUmakefile"), "just": ("justfile", "Justfile"), "npm": ("package.json",)}


def asked(steps: Iterable[PlannedStep], repository: Repository) -> frozenset[str]:
    """The names of GitHub's variables in the files that the scripts of a job call, and in those that these call."""
    waiting = list(dict.fromkeys(path for top in steps for step in top.walk() for path in _called(step)))
    seen: set[str] = set()
    names: set[str] = set()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or path.startswith(("../", "/")):
            continue
        seen.add(path)
        source = repository.read(path)
        if source is None:
            continue
        names |= set(_VARIABLE.findall(source.text))
        for word in dict.fromkeys(_SCRIPT.findall(source.text)):
            waiting += [posixpath.normpath(word), posixpath.normpath(posixpath.join(posixpath.dirname(path), word))]
    return frozenset(names)


def _called(step: PlannedStep) -> Iterator[str]:
    """The files that the commands of a step may be, or be given to run."""
    folder = step.place
    for seen in step.commands:
        words = [seen.name, *(value for value in seen.command.values if value)]
        for word in words:
            if ("." in word or "/" in word) and (_SCRIPT.fullmatch(word) or _PLACE.fullmatch(word)):
                yield posixpath.normpath(posixpath.join(folder, word))
        for word in _OWN.get(seen.name, ()):
            yield posixpath.normpath(posixpath.join(folder, word))


_FILES = re.compile(r"GITHUB_ENV|(^|[\s;&|(])(\./|(ba|z)?sh\s+[\w./-]+|source\s|\.\s|[\w./-]+\.sh\b)", re.M)
"""What changes the environment of later steps, or runs a script of the repository that may."""
_HARMLESS = re.compile(
    r"^[ \t]*(?![^\n]*(?:GITHUB_|\(\s*\.?/))(?:(?:ls|cp|mv|rm|mkdir|cat|tar|zip|unzip|du|chmod|chown|touch|docker)\s"
    r"|(?:source|\.)\s+(?:/|\S*\bactivate\b))[^\n;&|`]*",
    re.MULTILINE,
)
"""Commands that run no script of the repository on the machine: they handle files, call a container or activate."""


def writes_env(job: Job) -> bool:
    """Whether any step can change the environment of later ones."""
    return any(
        (step.run is not None and _FILES.search(_HARMLESS.sub("", step.run.text)) is not None)
        or (step.uses is not None and step.uses.kind in ("local", "docker"))
        for step in job.steps
    )
