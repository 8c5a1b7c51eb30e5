"""What is kept of each repository: plain data, the same whatever machine or process made it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from gha2tekton.record import Record, field, plain

Status = Literal["whole", "partly", "not", "refused", "nothing", "failed"]
"""Of a workflow the first four (``not``: no job of it can run); a repository may also hold none, or be out of reach."""


class WorkflowRow(Record, frozen=True):
    """One workflow: what became of it, what it uses, and what stands in its way."""

    path: str
    status: Status
    counts: Mapping[str, int]
    blockers: tuple[tuple[str, str], ...] = ()
    """What a person must do, each kind of thing once: (``action``, its name), (``runner``, its label), …"""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Every action with what a rule makes of it: mapped, dropped, manual, or unknown; and reusable workflows."""
    runners: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    gpu_runners: tuple[str, ...] = ()
    """Those of ``runners`` whose jobs ask for GPUs."""
    gpus: int = 0
    """The most GPUs that one Task asks for."""
    reason: str = ""
    """Why it is refused: the first of the errors, with its place."""


class Row(Record, frozen=True):
    """One repository."""

    name: str
    source: str
    status: Status
    ref: str = ""
    commit: str = ""
    reason: str = ""
    workflows: tuple[WorkflowRow, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    made: str = ""
    """The hash of the tool, its rules and its options."""

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(plain(self), sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    def count(self, fate: str) -> int:
        return sum(workflow.counts.get(fate, 0) for workflow in self.workflows)


def parse(line: str) -> Row:
    """A row from its line; ValueError when it is none."""
    try:
        body: dict[str, Any] = json.loads(line)
        body["workflows"] = tuple(_workflow(one) for one in body["workflows"])
        return Row(**body)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a row: {error}") from None


def _workflow(body: dict[str, Any]) -> WorkflowRow:
    lists = {name: tuple(body[name]) for name in ("runners", "events", "secrets", "gpu_runners")}
    return WorkflowRow(**{**body, **lists, "blockers": tuple((kind, name) for kind, name in body["blockers"])})
