"""The actions that steps call: of the repository, of what a step checks out, of others."""

from __future__ import annotations

import posixpath

from gha2tekton.expression import Partial
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.plan.checkout import Checkout, around, checkout_of
from gha2tekton.plan.scope import Scope
from gha2tekton.record import Record, field
from gha2tekton.source import Source
from gha2tekton.workflow.model import Action, Step, Uses
from gha2tekton.workflow.parse import parse_action
from gha2tekton.workflow.repository import Repository


class Actions(Record, frozen=True):
    """Reads the files of actions, as the steps of one job after the other see them."""

    repository: Repository
    journal: Journal
    usual: Partial
    """The inputs of the workflow where nobody gives any."""
    fetched: dict[str, Checkout] = field(default_factory=dict)
    """What the job has checked out so far beside its own repository, by its directory."""
    assumed: dict[str, Step] = field(default_factory=dict)
    """The steps that check out what the defaults of inputs name, by the directory."""
    parsed: dict[str, Action | None] = field(default_factory=dict)
    """The actions that jobs call, each read once."""

    def begin(self) -> None:
        """A job begins: it has checked out nothing."""
        self.fetched.clear()
        self.assumed.clear()

    def checked_out(self, step: Step, scope: Scope) -> None:
        """Actions may be called in the repository that a step checks out beside the job's own."""
        found = checkout_of(step, scope)
        if found.repository is None and "inputs" not in scope.known:
            found = checkout_of(step, scope.with_known(inputs=self.usual))
            self.assumed[found.place] = step
        if found.place != ".":
            self.fetched[found.place] = found

    def read(self, uses: Uses) -> tuple[Action | None, str]:
        """An action, or None and why there is none."""
        files, directory = self._place(uses)
        source = files.action(directory) if files is not None else None
        if source is None:
            return None, self._missing(uses)
        if uses.kind == "local":
            self._tell(uses)
        if source.name not in self.parsed:
            self.parsed[source.name] = parse_action(source, self.journal, f"{source.name}#")
        action = self.parsed[source.name]
        return action, "" if action else f"{source.name} cannot be read"

    def beside(self, uses: Uses, name: str) -> Source | None:
        """A file that lies beside an action's own."""
        files, directory = self._place(uses)
        return files.read(posixpath.join(directory, name)) if files is not None else None

    def _place(self, uses: Uses) -> tuple[Repository | None, str]:
        """The repository that an action lies in, None where it is not at hand, and its directory there."""
        if uses.kind != "local":
            owner, name, *rest = uses.name.split("/", 2)
            return self.repository.checkout(f"{owner}/{name}", uses.ref), "".join(rest)
        path, fetched = posixpath.normpath(uses.name), self._fetched(uses)
        return (fetched.repository_of(self.repository), fetched.inside(path)) if fetched else (self.repository, path)

    def _fetched(self, uses: Uses) -> Checkout | None:
        """What was checked out to where a local action lies."""
        return around(self.fetched, posixpath.normpath(uses.name))

    def _tell(self, uses: Uses) -> None:
        fetched = self._fetched(uses)
        if fetched is not None and fetched.place in self.assumed:
            whose = fetched.repository or "this repository"
            text = f"the actions in {fetched.place} are those of {whose}, which the inputs' defaults name"
            self.journal.note(Diagnostic("checkout-assumed", "note", text, self.assumed[fetched.place].span))

    def _missing(self, uses: Uses) -> str:
        if uses.kind != "local":
            return f"no rule knows {uses.value.text}; write one, or give its checkout with --actions-dir"
        fetched = self._fetched(uses)
        if fetched is None or fetched.repository == "":
            return f"there is no action in {uses.name} of the repository"
        if fetched.repository is None:
            return f"only the run knows the repository that is checked out to {fetched.place}: write its name there"
        if fetched.repository_of(self.repository) is None:
            return f"{uses.name} is an action of {fetched.repository}: give its checkout with --actions-dir"
        return f"there is no action in {uses.name} of {fetched.repository}"
