"""Calls of reusable workflows, drawn in: what is left has ordinary jobs only.

https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations
"""

from __future__ import annotations

from gha2tekton.codes import Severity
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.record import replace
from gha2tekton.source import Source, Span
from gha2tekton.workflow.flattening import flatten
from gha2tekton.workflow.inlining import reads, values
from gha2tekton.workflow.matrix import Leg, MatrixError, legs, static_leaf
from gha2tekton.workflow.model import Event, Job, Uses, Value, Workflow
from gha2tekton.workflow.needs import ancestors, needed_first
from gha2tekton.workflow.parse import parse_workflow
from gha2tekton.workflow.repository import Repository
from gha2tekton.workflow.rewiring import Drawn, handed_on, resolved, rewired

_STARTED = "the workflow is part of the one that calls it"

MAX_CHAIN = 10
MAX_FILES = 51
"""GitHub's limits: workflows that call each other in a row, and files of one run."""


def expand(workflow: Workflow, repository: Repository, journal: Journal) -> Workflow | None:
    """The workflow with the jobs of those it calls in place of the calls; None after an error, told in the journal.

    A call whose file is not at hand stays as it is, with a warning; so does one whose matrix only the run knows, where
    the called jobs cannot take that matrix over.
    """
    expansion = _Expansion(journal)
    expanded = expansion.workflow(workflow, repository, (workflow.source.name,))
    if expansion.failed:
        return None
    if expanded is not workflow:
        expansion.account(workflow, expanded)
    return expanded


class _Expansion:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.failed = False
        self.files: dict[str, tuple[Workflow, Workflow] | None] = {}
        """Files that were called: as they were read, and with their own calls drawn in."""

        self.calls: list[Job] = []

    def note(self, code: str, severity: Severity, message: str, span: Span) -> None:
        self.failed = self.failed or severity == "error"
        self.journal.note(Diagnostic(code, severity, message, span))

    def workflow(self, workflow: Workflow, repository: Repository, chain: tuple[str, ...]) -> Workflow:
        if all(job.uses is None for job in workflow.jobs):
            return workflow
        taken = {job.id.lower() for job in workflow.jobs}
        drawn: dict[str, Drawn] = {}
        members: dict[str, list[Job]] = {}
        for job in needed_first(workflow):
            above = tuple(drawn[name].word if name in drawn else name for name in ancestors(job, workflow))
            own = replace(job, above=above)
            if job.uses is None:
                # The environment of a workflow is that of its own jobs, not of those it calls.
                own = replace(own, env={**workflow.env, **job.env}, defaults=job.defaults or workflow.defaults)
            members[job.id] = [own]
            called = self.called(job, repository, chain) if job.uses is not None else None
            if called is not None and (combinations := self.legs(job, called[0])):
                self.calls.append(job)
                members[job.id], made = flatten(own, *called, combinations, taken)
                drawn[job.id.lower()] = resolved(made, drawn)
        jobs = tuple(rewired(member, drawn) for job in workflow.jobs for member in members[job.id])
        events = tuple(handed_on(event, drawn) for event in workflow.events)
        return replace(workflow, env={}, defaults=None, jobs=jobs, events=events)

    def legs(self, job: Job, called: Workflow) -> tuple[Leg | None, ...]:
        """The legs of a call; None stands for those that the run works out, whose matrix the called jobs take over."""
        try:
            return legs(job.strategy, static_leaf)
        except MatrixError as error:
            if _takes_over(job, called):
                return (None,)
            message = f"the call of job {job.id} stays manual, its legs are not known before the run: {error}"
            self.note("call-not-expanded", "warning", message, job.span)
            return ()

    def called(self, job: Job, repository: Repository, chain: tuple[str, ...]) -> tuple[Workflow, Event] | None:
        """The called workflow with its own calls drawn in; None, with the reason told, when there is none."""
        assert job.uses is not None
        uses, span = job.uses, job.uses.value.span
        source, around = _find(uses, repository)
        if source is None:
            fetch = "give a checkout of it with --actions-dir" if uses.kind == "remote" else "there is no such file"
            self.note("call-not-found", "warning", f"{uses.value.text} is called, but not at hand: {fetch}", span)
            return None
        if around is not repository and around.other_commit:
            message = f"{uses.value.text} is read from the checkout {around.label}, whatever commit that is"
            self.note("checkout-of-unknown-commit", "note", message, span)
        if source.name in chain or len(chain) >= MAX_CHAIN:
            circle = " → ".join((*chain, source.name))
            message = f"reusable workflows call each other in a circle or too deep: {circle}"
            self.note("call-cycle", "error", message, span)
            return None
        if source.name not in self.files:
            if len(self.files) >= MAX_FILES:
                self.note("too-many-files", "error", f"more than {MAX_FILES} workflow files in one run", span)
                return None
            found = parse_workflow(source, self.journal, f"{source.name}#")
            self.files[source.name] = (found, self.workflow(found, around, (*chain, source.name))) if found else None
        files = self.files[source.name]
        if files is None:
            self.failed = True
            return None
        workflow = files[1]
        event = next((event for event in workflow.events if event.name == "workflow_call"), None)
        if event is None:
            message = f"workflow_call key is not defined in the referenced workflow {source.name}"
            self.note("not-callable", "error", message, span)
            return None
        self.check(job, event, span)
        return workflow, event

    def check(self, job: Job, event: Event, span: Span) -> None:
        """Inputs and secrets must be those that the called workflow asks for."""
        known = {input.name.lower() for input in event.inputs}
        for input in event.inputs:
            if input.required and input.name.lower() not in job.inputs:
                message = f"Input {input.name} is required, but not provided while calling."
                self.note("missing-input", "error", message, span)
        for name, value in job.inputs.items():
            if name not in known and "${{" not in name:
                message = f"Invalid input, {name} is not defined in the referenced workflow."
                self.note("unknown-input", "error", message, value.span)
        if isinstance(job.secrets, Value):
            return
        given = {name.lower() for name in job.secrets}
        asked = {secret.name.lower() for secret in event.secrets}
        for secret in event.secrets:
            if secret.required and secret.name.lower() not in given:
                message = f"Secret {secret.name} is required, but not provided while calling."
                self.note("missing-secret", "error", message, span)
        for name, value in job.secrets.items():
            if name.lower() not in asked and "${{" not in name:
                message = f"Invalid secret, {name} is not defined in the referenced workflow."
                self.note("unknown-secret", "error", message, value.span)

    def account(self, caller: Workflow, expanded: Workflow) -> None:
        """Give their outcome to leaves that are in no job now; of files whose calls stay as they are there are none."""
        drawn = {
            path.partition("#")[0]
            for job in expanded.jobs
            for path in (job.path, *(value.path for value in job.called))
            if "#" in path
        }
        for name in self.files.keys() - drawn:
            self.journal.forget(name)
        self.calls = [call for call in self.calls if self.journal.knows(call.uses.value.path)]  # type: ignore[union-attr]
        carried = {value.path for job in expanded.jobs for value in (*job.called, *values((job.env, job.defaults)))}
        kept = {job.strategy.path for job in expanded.jobs if job.strategy}
        for call in self.calls:
            for value in values((call.inputs, call.secrets)):
                if value.path not in carried:
                    self.journal.dropped(value.path, "no effect outside GitHub", "the called workflow never reads it")
            strategy = call.strategy if call.strategy and call.strategy.path not in kept else None
            if strategy is not None and strategy.max_parallel is not None:
                self.journal.manual(strategy.max_parallel.path, "the legs of a call may all run at once")
            if strategy is not None and strategy.fail_fast is not None and strategy.fail_fast.path not in carried:
                self.journal.dropped(strategy.fail_fast.path, "GitHub-only service", "no leg of a call ends another")
            for value in values((strategy.vectors, strategy.include)) if strategy is not None else ():
                if value.path not in carried:
                    self.journal.dropped(value.path, "superseded", "every combination with it is excluded")
        for workflow in (caller, *(files[0] for name, files in self.files.items() if files and name in drawn)):
            for value in values((workflow.env, workflow.defaults)):
                if value.path not in carried:
                    self.journal.dropped(value.path, "superseded", "every job sets it again")
        for name in sorted(drawn):
            for key in ("on", "name", "run-name", "description"):
                for path in self.journal.open_leaves(f"{name}#{key}"):
                    if path not in carried:
                        about = any(f".{part}." in path for part in ("inputs", "secrets", "outputs"))
                        why = "it says what a call may give, and the call is drawn in" if about else _STARTED
                        self.journal.dropped(path, "no effect outside GitHub", why)


def _takes_over(call: Job, workflow: Workflow) -> bool:
    """Whether the jobs of a called workflow can have the matrix of the call as theirs.

    None of them has one of its own, or needs another, which would be the other's leg of the same number; and whether
    a job runs does not hang on its leg, as a job's condition is older than its legs.
    """
    legged = {name for name, value in call.inputs.items() if any(path[0] == "matrix" for path in reads(value))}
    return all(
        job.strategy is None
        and job.uses is None
        and not job.needs
        and not any(
            path[0] == "inputs" and (not path[1:] or path[1].lower() in legged) for path in reads(job.condition)
        )
        for job in workflow.jobs
    )


def _find(uses: Uses, repository: Repository) -> tuple[Source | None, Repository]:
    """The file that a call names, and the repository that its own calls are looked up in."""
    if uses.kind == "local":
        return repository.read(uses.name), repository
    owner, name, path = uses.name.split("/", 2)
    checkout = repository.checkout(f"{owner}/{name}", uses.ref)
    return (checkout.read(path), checkout) if checkout else (None, repository)
