"""What a conversion gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from gha2tekton.journal import Journal
from gha2tekton.plan.model import Plan
from gha2tekton.record import Record, field
from gha2tekton.source import Source
from gha2tekton.tekton.bundle import Bundle

T = TypeVar("T")


class Conversion(Record, frozen=True):
    """One workflow: its text, what was made of it, and what the Journal says."""

    source: Source
    bundle: Bundle
    journal: Journal
    plan: Plan | None = None
    base: str = ""
    """What the names of the workflow's objects begin with."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Every file that was read for it with the hash of its content, "" for one that was looked for in vain."""
    _told: dict[Callable[[Conversion], Any], Any] = field(default_factory=dict)


def once(tell: Callable[[Conversion], T]) -> Callable[[Conversion], T]:
    """What several reports tell of a conversion is worked out when the first of them asks."""

    @wraps(tell)
    def asked(conversion: Conversion) -> T:
        if tell not in conversion._told:
            conversion._told[tell] = tell(conversion)
        told: T = conversion._told[tell]
        return told

    return asked
