"""The Journal: what each part of the input became, and what a person must look at.

Every leaf is enrolled when its file is read and consumed while it is lowered. A leaf that nobody consumed is our own
fault and is told as ``manual: not understood``, so that nothing can vanish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from gha2tekton.codes import SEVERITIES, Severity
from gha2tekton.record import Record, replace
from gha2tekton.source import Source, Span

Fate = Literal["exact", "adapted", "dropped", "manual"]
FATES: tuple[Fate, ...] = ("exact", "adapted", "dropped", "manual")
"""From harmless to worst; where two parts of the output speak of one leaf the worst word stands."""

Cause = Literal["no effect outside GitHub", "image cache", "telemetry", "superseded", "GitHub-only service"]
"""The only reasons for which something may be dropped."""

NOT_UNDERSTOOD = "not understood: nothing in the output stands for it"

SAME_AS_DEFAULT = "same as default"


class Outcome(Record, frozen=True):
    """What became of one leaf; ``target`` is the file of the bundle that holds it."""

    path: str
    subject: str
    span: Span
    fate: Fate
    reason: str = ""
    rule: str = ""
    target: str = ""
    also: tuple[str, ...] = ()
    """Other files that it went into as well, for one that several jobs or legs share."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the bundle that it names."""
        return (self.target, *self.also) if self.target else ()


class Diagnostic(Record, frozen=True):
    """A finding about the input; ``code`` is kebab-case and stable for ever."""

    code: str
    severity: Severity
    message: str
    span: Span | None = None


ALL = "*"
"""The name of a Setup that stands for every key of a Secret or ConfigMap."""


class Setup(Record, frozen=True, order=True):
    """Something a person must supply to a correct output before it runs."""

    kind: str
    name: str
    why: str
    command: str = ""


class Suppressed(Record, frozen=True):
    """A finding that a comment of the input asks not to hear of; it is told as such."""

    code: str
    what: str
    reason: str
    span: Span
    path: str = ""
    """The leaf whose outcome it was."""


class Journal:
    """The one mutable thing of a conversion."""

    def __init__(self) -> None:
        self._leaves: dict[str, tuple[str, Span]] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._diagnostics: dict[Diagnostic, None] = {}
        self._setup: dict[tuple[str, str], Setup] = {}
        self._suppressed: dict[Suppressed, None] = {}

    # -- leaves ------------------------------------------------------------------------------------------------

    def enrol(self, path: str, subject: str, span: Span) -> None:
        """Announce a leaf (or a command or expression within one) that must get an outcome."""
        self._leaves.setdefault(path, (subject, span))

    def apart(self) -> Journal:
        """A journal of the same leaves, for work whose outcomes are told elsewhere."""
        out = Journal()
        out._leaves = dict(self._leaves)
        return out

    def forget(self, file: str) -> None:
        """Take the leaves of a file back that was read, but is not drawn in after all."""
        for path in self.below(f"{file}#"):
            del self._leaves[path]
            self._outcomes.pop(path, None)

    def exact(self, path: str, target: str, rule: str = "", reason: str = "") -> None:
        """The output does just what this leaf said."""
        self._settle(path, "exact", reason, rule, target)

    def adapted(self, path: str, reason: str, target: str, rule: str = "") -> None:
        """The output does it with a difference, stated in ``reason``."""
        self._settle(path, "adapted", reason, rule, target)

    def dropped(self, path: str, cause: Cause, reason: str = "", rule: str = "") -> None:
        """It has no effect in Tekton, for one of the closed list of causes."""
        self._settle(path, "dropped", f"{cause}: {reason}" if reason else cause, rule, "")

    def manual(self, path: str, reason: str, target: str = "", rule: str = "") -> None:
        """The output does not do it; a person must."""
        self._settle(path, "manual", reason, rule, target)

    def _settle(self, path: str, fate: Fate, reason: str, rule: str, target: str) -> None:
        if path not in self._leaves:
            raise KeyError(f"outcome for a leaf that was never enrolled: {path}")
        before = self._outcomes.get(path)
        subject, span = self._leaves[path]
        made = Outcome(path, subject, span, fate, reason, rule, target)
        if before is None or FATES.index(fate) > FATES.index(before.fate):
            self._outcomes[path] = made
        elif before.fate != fate or not target:
            return
        elif not before.target:
            self._outcomes[path] = replace(before, target=target)
        elif before.reason == SAME_AS_DEFAULT != reason:
            # Of the jobs that share a leaf those count in which it says more than what holds without it.
            self._outcomes[path] = made
        elif reason == SAME_AS_DEFAULT != before.reason:
            return
        elif target != before.target and target not in before.also:
            self._outcomes[path] = replace(before, also=(*before.also, target))

    def retarget(self, moved: Mapping[str, str]) -> None:
        """Outcomes that name a file of the bundle name the one that it became."""
        for path, outcome in self._outcomes.items():
            if outcome.target in moved or (outcome.also and not moved.keys().isdisjoint(outcome.also)):
                target, *also = (moved.get(one, one) for one in outcome.files)
                others = tuple(one for one in dict.fromkeys(also) if one and one != target)
                self._outcomes[path] = replace(outcome, target=target, also=others)

    def open_leaves(self, prefix: str = "") -> list[str]:
        """The leaves at or below a path that have no outcome yet."""
        return [
            path
            for path in self._leaves
            if path not in self._outcomes and path.startswith(prefix) and within(path, prefix)
        ]

    def below(self, prefix: str) -> list[str]:
        """All leaves whose paths begin so."""
        return [path for path in self._leaves if path.startswith(prefix)]

    def under(self, path: str) -> list[str]:
        """A leaf with the commands and expressions in it; none where it was not enrolled."""
        return [path, *self.below(f"{path}.")] if path in self._leaves else []

    def knows(self, path: str) -> bool:
        """Whether a leaf of this path was enrolled."""
        return path in self._leaves

    def fate(self, path: str) -> Fate | None:
        """The outcome of a leaf so far."""
        outcome = self._outcomes.get(path)
        return outcome.fate if outcome else None

    def same_without(self, path: str) -> bool:
        """Whether a leaf says no more than what holds without it."""
        outcome = self._outcomes.get(path)
        return outcome is not None and outcome.reason == SAME_AS_DEFAULT

    def files(self, path: str) -> tuple[str, ...]:
        """The files that a leaf went into so far."""
        outcome = self._outcomes.get(path)
        return outcome.files if outcome else ()

    def leaf(self, path: str) -> tuple[str, Span]:
        """What an enrolled leaf says, and where."""
        return self._leaves[path]

    @property
    def sources(self) -> list[Source]:
        """The texts in which leaves stand."""
        return list(dict.fromkeys([span.source for _, span in self._leaves.values()]))

    def outcomes(self) -> list[Outcome]:
        """Every leaf with its outcome, in the order of the sources."""
        settled = self._outcomes.get
        return [
            settled(path) or Outcome(path, subject, span, "manual", NOT_UNDERSTOOD)
            for path, (subject, span) in self._leaves.items()
        ]

    def pressing(self) -> list[Outcome]:
        """The outcomes that no comment suppresses."""
        if not self._suppressed:
            return self.outcomes()
        hushed = {one.path for one in self._suppressed}
        return [outcome for outcome in self.outcomes() if outcome.path not in hushed]

    def summary(self) -> dict[Fate, int]:
        """How many leaves have each outcome."""
        counts = Counter([outcome.fate for outcome in self.outcomes()])
        return {fate: counts[fate] for fate in FATES}

    # -- what a person must look at --------------------------------------------------------------------------------

    def note(self, diagnostic: Diagnostic) -> None:
        """Keep a finding, as severe as the table of codes has it; the same one twice is kept once."""
        severity = SEVERITIES.get(diagnostic.code, diagnostic.severity)
        self._diagnostics.setdefault(replace(diagnostic, severity=severity))

    def need(self, setup: Setup) -> None:
        """Ask for something to be supplied; one entry a kind and name, the reasons joined."""
        key = (setup.kind, setup.name)
        before = self._setup.get(key)
        if before is None:
            self._setup[key] = setup
        elif setup.why not in before.why.split("; "):
            self._setup[key] = replace(before, why=f"{before.why}; {setup.why}")

    def resupply(self, change: Callable[[Setup], Setup]) -> None:
        """Put what a person must supply in other words."""
        self._setup = {key: change(setup) for key, setup in self._setup.items()}

    def suppress(self, one: Suppressed, diagnostic: Diagnostic | None = None) -> None:
        """Take a finding, or the leaf that ``one`` names, from what presses."""
        self._suppressed.setdefault(one)
        if diagnostic is not None:
            self._diagnostics.pop(diagnostic, None)

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        return tuple(self._suppressed)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(self._diagnostics)

    @property
    def setup(self) -> tuple[Setup, ...]:
        return tuple(sorted(self._setup.values()))

    @property
    def has_errors(self) -> bool:
        """Whether the workflow is one that GitHub itself refuses."""
        return any(diagnostic.severity == "error" for diagnostic in self._diagnostics)


def within(path: str, prefix: str) -> bool:
    """Whether ``path`` is ``prefix`` or lies below it."""
    return not prefix or path == prefix or (path.startswith(prefix) and path[len(prefix)] in ".[#")
