"""All rows of a batch as one account: how much converts, what stands in the way, and what to do first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gha2tekton.batch.blockers import Blocker, lasting
from gha2tekton.batch.row import Row
from gha2tekton.record import Record, field


class Brief(Record, frozen=True):
    """One repository in a table."""

    name: str
    source: str
    status: str
    reason: str
    workflows: int
    whole: int
    counts: tuple[int, int, int, int]
    """exact, adapted, dropped, manual"""
    gpus: int


class Step(Record, frozen=True):
    """One thing to do, and how many workflows convert fully once this and all before it are done."""

    blocker: Blocker
    alone: int
    """Workflows in whose way nothing else stands."""
    met: int
    """Workflows in whose way it stands."""
    whole: int


class Summary(Record):
    """Counts over all rows; rows themselves are not kept."""

    repositories: Counter[str] = field(default_factory=Counter)
    workflows: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    runners: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    secrets: Counter[str] = field(default_factory=Counter)
    gpu_runners: Counter[str] = field(default_factory=Counter)
    gpus: Counter[int] = field(default_factory=Counter)
    blocked: Counter[tuple[Blocker, ...]] = field(default_factory=Counter)
    briefs: list[Brief] = field(default_factory=list)
    examples: dict[Blocker, tuple[str, str]] = field(default_factory=dict)
    """For each thing that stands in the way a repository and a workflow, the first by name."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Repositories with what is wrong in a workflow, and where."""

    @staticmethod
    def of(rows: Iterable[Row]) -> Summary:
        """The account of all rows."""
        out = Summary()
        for row in rows:
            out.add(row)
        out.briefs.sort(key=lambda brief: brief.name)
        out.refused.sort()
        return out

    def add(self, row: Row) -> None:
        """Count one repository in."""
        self.repositories[row.status] += 1
        for workflow in row.workflows:
            self.workflows[workflow.status] += 1
            self.parts.update(workflow.counts)
            self.actions.update(workflow.actions.items())
            self.runners.update(set(workflow.runners))
            self.events.update(set(workflow.events))
            self.secrets.update(set(workflow.secrets))
            self.gpu_runners.update(workflow.gpu_runners)
            self.gpus[workflow.gpus] += 1
            if workflow.status == "refused":
                self.refused.append((row.name, workflow.reason))
            if workflow.status in ("partly", "not"):
                self.blocked[workflow.blockers] += 1
                for blocker in workflow.blockers:
                    here = row.name, workflow.path
                    self.examples[blocker] = min(here, self.examples.get(blocker, here))
        exact, adapted, dropped, manual = (row.count(fate) for fate in ("exact", "adapted", "dropped", "manual"))
        self.briefs.append(
            Brief(
                row.name,
                row.source,
                row.status,
                row.reason,
                len(row.workflows),
                sum(workflow.status == "whole" for workflow in row.workflows),
                (exact, adapted, dropped, manual),
                max((workflow.gpus for workflow in row.workflows), default=0),
            )
        )

    @property
    def convertible(self) -> int:
        """Workflows that GitHub itself accepts."""
        return self.workflows["whole"] + self.workflows["partly"] + self.workflows["not"]

    def met(self) -> Counter[Blocker]:
        """In the way of how many workflows each thing stands."""
        found: Counter[Blocker] = Counter()
        for blockers, count in self.blocked.items():
            for blocker in blockers:
                found[blocker] += count
        return found

    def plan(self) -> list[Step]:
        """What to do first: at each step what frees most workflows, and among equals what stands in most ways.

        What nobody can do away with comes last, and no share counts on it.
        """
        met = self.met()
        left = {frozenset(blockers): count for blockers, count in self.blocked.items() if blockers}
        whole = self.workflows["whole"] + self.blocked[()]
        steps: list[Step] = []
        while left:
            alone: Counter[Blocker] = Counter()
            near: Counter[Blocker] = Counter()
            for blockers, count in left.items():
                for blocker in blockers:
                    near[blocker] += count
                    if len(blockers) == 1:
                        alone[blocker] += count
            best = min(near, key=lambda blocker: (lasting(blocker), -alone[blocker], -near[blocker], blocker))
            whole += 0 if lasting(best) else alone[best]
            steps.append(Step(best, alone[best], met[best], whole))
            rest: Counter[frozenset[Blocker]] = Counter()
            for blockers, count in left.items():
                remaining = blockers - {best}
                if remaining:
                    rest[remaining] += count
            left = dict(rest)
        return steps
