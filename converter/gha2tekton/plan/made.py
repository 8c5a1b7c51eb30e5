"""The images that scripts make: what they are called, and which of them a registry has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from gha2tekton.plan.images import bare
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.verbs import ARCHIVES, LISTS, pushes
from gha2tekton.shell.docker import DockerCall

ARCHIVED = "buildah does it, without a daemon, in a sidecar"


class Made:
    """Filled call by call; names are without registry and tag where these say nothing."""

    def __init__(self, before: Collection[str] = ()) -> None:
        self.before = before
        """What Tasks before the job build and push."""
        self.names: set[str] = set()
        self.pushed: set[str] = set()
        self.aliases: dict[str, str] = {}
        """New names of images that somebody else made."""
        self.problems: dict[str, str] = {}
        """Why calls cannot be done, by their rows."""
        self.kept: list[tuple[PlannedStep, str]] = []
        """The calls that save and load images, with the steps that they are in."""
        self.saves = False

    def takes(self, top: PlannedStep, row: str, call: DockerCall) -> bool:
        """Whether a call that works on images needs a builder of images."""
        if call.verb in ARCHIVES:
            self.kept.append((top, row))
            self.saves |= call.verb == "save"
            if call.verb == "save" and len(call.arguments) > 1:
                self.problems[row] = "an archive has one image here: save each by itself"
            elif call.verb == "save" and any(bare(name or "") in self.before for name in call.arguments):
                self.problems[row] = "a Task before the job builds and pushes it: save it from the registry"
            return False
        if call.verb in LISTS and (call.given("--format") or call.option("--dry-run") == "true"):
            self.problems[row] = "only the whole list can be printed: read it with jq"
        if call.verb == "build":
            names = {bare(name) for name in call.all("--tag") if name}
            self.names |= names
            self.pushed |= names if pushes(call) else set()
        elif call.verb == "push":
            # A name that only the run knows may be that of any.
            names = {bare(name) for name in call.arguments if name}
            self.pushed |= names if None not in call.arguments else self.names
        elif call.verb == "tag" and len(call.arguments) == 2 and call.arguments[1]:
            if bare(call.arguments[0] or "") not in self.names:
                self.aliases[call.arguments[1]] = call.arguments[0] or ""
                return False
            self.names.add(bare(call.arguments[1]))
        return True

    def archived(self, steps: Iterable[PlannedStep], builder: bool) -> Iterator[tuple[PlannedStep, str]]:
        """The calls that a builder does to archives: none where they are but a cache of what the node pulls."""
        if builder or (self.saves and not any(_caches(part) for one in steps for part in one.walk())):
            yield from self.kept


def _caches(step: PlannedStep) -> bool:
    return step.rule is not None and step.rule.action.startswith("actions/cache")
