"""Manifests say which part of which workflow they come from, in an annotation for people who meet them in a cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gha2tekton.journal import Journal
from gha2tekton.tekton.model import Manifest

NAME = "gha2tekton.dev/source"

_KINDS = ("Task", "Pipeline", "Trigger")
_OF_ALL_JOBS = re.compile(r"(env|defaults)\.")
_HEAD = re.compile(r"(?:[^#]*#)?(?:jobs|on)\.[^.\[#]+")


def annotated(
    files: Mapping[str, tuple[Manifest, ...]], workflow: str, journal: Journal
) -> dict[str, tuple[Manifest, ...]]:
    """The files with the annotation: the workflow, and its job or event where all of a file comes from one."""
    heads: dict[str, set[str]] = {}
    for outcome in journal.outcomes():
        found = _HEAD.match(outcome.path)
        # Actions are drawn into the jobs that use them, and what a workflow says for all jobs is part of each.
        if found or not ("#" in outcome.path or _OF_ALL_JOBS.match(outcome.path)):
            heads.setdefault(outcome.target, set()).add(found[0] if found else "")
    out = {}
    for name, documents in files.items():
        own = heads.get(name, set())
        part = next(iter(own)) if len(own) == 1 else ""
        source = part if "#" in part else f"{workflow}#{part}" if part else workflow
        out[name] = tuple(_with(document, workflow, source) for document in documents)
    return out


def _with(document: Manifest, workflow: str, source: str) -> Manifest:
    if document.get("kind") not in _KINDS:
        return document
    # A Pipeline is of all jobs, also where the only part that names its file is one job's.
    source = workflow if document["kind"] == "Pipeline" else source
    metadata = document["metadata"]
    return {**document, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), NAME: source}}}
