"""What one leg of a matrix tells the Task that it shares with the others."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.expression import to_string
from gha2tekton.lower.carrier import Path
from gha2tekton.lower.values import sent
from gha2tekton.workflow.matrix import Leg


def leg_values(leg: Leg, paths: Mapping[str, Path]) -> dict[str, str]:
    """The params of one leg: its place among the legs, and what its matrix says at each path that the Task reads."""
    out: dict[str, str] = {}
    for name, path in paths.items():
        if path == ("leg",) or path == ("strategy", "job-index"):
            out[name] = str(leg.index)
        if path[0] != "matrix":
            continue
        value: object = leg.values
        for part in path[1:]:
            lowered = {key.lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}
            value = lowered.get(part.lower())
        out[name] = sent(to_string(value))
    return out
