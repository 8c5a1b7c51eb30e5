"""What a conversion gives."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Journal
from gha2tekton.plan.model import Plan
from gha2tekton.record import Record, field
from gha2tekton.source import Source
from gha2tekton.tekton.bundle import Bundle


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
