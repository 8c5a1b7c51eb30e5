"""Manifests say which part of which workflow they come from, in an annotation for people who meet them in a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gha2tekton.journal import Journal
from gha2tekton.tekton.model import Manifest

NAME = "gha2tekton.dev/source"

_PARTS = ("Task", "Trigger")
"""What may be of one job or event alone; a Pipeline is of all jobs, also where one part alone names its file."""

_OF_ALL_JOBS = re.compile(r"(env|defaults)\.")
_HEAD = re.compile(r"(?:[^#]*#)?(?:jobs|on)\.[^.\[#]+")


def annotated(
    files: Mapping[str, tuple[Manifest, ...]], workflow: str, journal: Journal
) -> dict[str, tuple[Manifest, ...]]:
    """The files with the annotation: the workflow, and its job or event where all of a file comes from one."""
    paths: dict[str, list[str]] = {}
    for outcome in journal.outcomes():
        paths.setdefault(outcome.target, []).append(outcome.path)
    out = {}
    for name, documents in files.items():
        part = _part(paths.get(name, ())) if any(one.get("kind") in _PARTS for one in documents) else ""
        source = part if "#" in part else f"{workflow}#{part}" if part else workflow
        out[name] = tuple([_with(document, workflow, source) for document in documents])
    return out


def _part(paths: Iterable[str]) -> str:
    """The job or event that all of a file comes from, empty where it comes from several."""
    heads = set()
    for path in paths:
        found = _HEAD.match(path)
        # Actions are drawn into the jobs that use them, and what a workflow says for all jobs is part of each.
        if found or not ("#" in path or _OF_ALL_JOBS.match(path)):
            heads.add(found[0] if found else "")
        if len(heads) > 1:
            return ""
    return heads.pop() if heads else ""


def _with(document: Manifest, workflow: str, source: str) -> Manifest:
    kind = document.get("kind")
    if kind != "Pipeline" and kind not in _PARTS:
        return document
    told = {NAME: workflow if kind == "Pipeline" else source}
    metadata = document["metadata"]
    return {**document, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **told}}}
