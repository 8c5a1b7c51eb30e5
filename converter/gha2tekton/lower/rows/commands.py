"""What became of each command of a script: a row of the ledger with the rule that knows it."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Cause, Fate, Journal
from gha2tekton.lower.command_spans import CommandSpans
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.verbs import LISTS
from gha2tekton.record import Record, field
from gha2tekton.shell.docker import CALLS, DockerCall

_PULLS = "the node pulls images, and keeps them"
_SIDECARS = "containers are of the Task: they end with it"
_TIDY = "a Pod leaves no images, containers, networks or volumes behind"
_NONE = "there is no daemon"
_LOCAL = "containers of a Pod share localhost"
_ROWS: tuple[tuple[str, Cause, str], ...] = (
    ("pull, save, load, rmi, compose pull, image prune", "image cache", _PULLS),
    ("system prune, system df, volume prune, network prune, builder prune, buildx prune", "superseded", _TIDY),
    ("network create, network rm, network connect, network disconnect, network ls", "superseded", _LOCAL),
    ("volume create, volume rm, volume ls", "superseded", "a volume is there as soon as it is named"),
    ("logout, buildx create, buildx use, buildx inspect, buildx ls, buildx rm", "superseded", _NONE),
    ("buildx stop, buildx install, buildx uninstall, buildx du, builder build, buildx version", "superseded", _NONE),
    ("context create, context use, context ls, context rm, context update, context inspect", "superseded", _NONE),
)
_DROPPED = {verb: (cause, reason) for verbs, cause, reason in _ROWS for verb in verbs.split(", ")}
_ENDS = frozenset(
    "stop, kill, rm, restart, container prune, compose down, compose stop, compose rm, compose kill, compose start, "
    "compose restart".split(", ")
)
_TOLD = "there is no daemon to ask: it tells of the Task's sidecars"
_ADAPTED: Mapping[str, str] = {
    verb: reason
    for verbs, reason in (
        ("login", "the ServiceAccount's imagePullSecret pulls images; only what builds images logs in with this"),
        ("ps, inspect, info, version, stats, compose ps, compose config, compose version, compose ls", _TOLD),
        ("image inspect, images, compose images", "it knows the images that this job pulled or built"),
        (", ".join(sorted(LISTS)), "buildah does it in a sidecar: a list of the same images, whose digest may differ"),
        ("build, push, tag", "buildah does it, without a daemon, in a sidecar"),
    )
    for verb in verbs.split(", ")
}
_SERVED = frozenset(
    "run, create, exec, cp, logs, wait, start, compose up, compose exec, compose run, compose cp, compose logs, "
    "compose create".split(", ")
)
_DAEMON = "a daemon in a privileged sidecar does it: its images and containers end with the Task"


class Docker(Record, frozen=True):
    """What became of a job's docker commands, by their rows."""

    unserved: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    daemon: bool = False
    called: bool = False
    """The Task has sidecars that scripts call."""

    def outcome(self, row: str, call: DockerCall) -> tuple[Fate, str, Cause | None]:
        """How a command fared and why."""
        if self.daemon:
            return "adapted", _DAEMON, None
        if row in self.unserved:
            return "manual", self.unserved[row], None
        if row in self.notes:
            return "adapted", self.notes[row], None
        if call.verb in _ENDS:
            return ("exact", "", None) if self.called else ("dropped", _SIDECARS, "superseded")
        if call.verb in _DROPPED:
            cause, reason = _DROPPED[call.verb]
            return "dropped", reason, cause
        if call.verb in _ADAPTED:
            return "adapted", _ADAPTED[call.verb], None
        if call.verb in _SERVED:
            return "exact", "", None
        return "manual", f"docker {call.verb} needs a daemon", None


def account(planned: PlannedStep, docker: Docker, journal: Journal, target: str) -> None:
    """A row for every command of a step."""
    spans = CommandSpans(planned)
    for seen in planned.commands:
        first = seen.command.text.split("\n")[0]
        journal.enrol(seen.path, f"command {first[:60]}", spans.of(seen.command))
        rule = seen.rule
        if seen.docker is not None:
            fate, reason, cause = docker.outcome(seen.path, seen.docker)
            name = rule.id if rule else ""
            if cause is not None:
                journal.dropped(seen.path, cause, reason, name)
            elif fate == "manual":
                journal.manual(seen.path, reason, target, name)
            elif fate == "adapted":
                journal.adapted(seen.path, reason, target, name)
            else:
                journal.exact(seen.path, target, name)
        elif seen.name in CALLS:
            reason = "what docker is asked to do is not known at conversion: write its command out"
            journal.manual(seen.path, reason, target, rule.id if rule else "")
        elif rule is not None and rule.fate == "manual":
            journal.manual(seen.path, rule.reason, target, rule.id)
        elif rule is not None and rule.differs:
            journal.adapted(seen.path, rule.differs, target, rule.id)
        else:
            journal.exact(seen.path, target, rule.id if rule else "")
