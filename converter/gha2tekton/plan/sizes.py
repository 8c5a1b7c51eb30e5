"""Sizes as docker takes them (512m, 1.5g, 8GiB): compared, and as Kubernetes writes them.

https://docs.docker.com/engine/containers/resource_constraints/#limit-a-containers-access-to-memory
"""

from __future__ import annotations

import math
import re

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[kmgtp]?)i?b?", re.IGNORECASE)
_UNITS = ("", "k", "m", "g", "t", "p")


def quantity(size: str) -> str:
    """A size as Kubernetes writes it: 512Mi, 1.5Gi; empty for a text that is none."""
    found = _SIZE.fullmatch(size)
    if found is None:
        return ""
    unit = found["unit"].upper()
    return f"{found['number']}{unit}{'i' if unit else ''}"


def larger(*sizes: str) -> str:
    """Of sizes the largest; a text that is none, such as "host", has no limit, and "" is nothing at all."""
    return max(sizes, key=_bytes, default="")


def _bytes(size: str) -> float:
    found = _SIZE.fullmatch(size)
    if found is None:
        return math.inf if size else 0
    return float(found["number"]) * 1024.0 ** _UNITS.index(found["unit"].lower())
