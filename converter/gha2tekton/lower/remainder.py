"""Keys whose outcome no Task tells: what GitHub alone does, and what planning has used up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gha2tekton.journal import SAME_AS_DEFAULT, Cause, Journal, Setup
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.scope import evaluate_leaf, lanes
from gha2tekton.record import replace
from gha2tekton.rules.model import Runner
from gha2tekton.workflow.inlining import reads, values
from gha2tekton.workflow.matrix import MatrixError, plain_value
from gha2tekton.workflow.model import Concurrency, Job, MatrixValue, Strategy, Value

_PASSED = re.compile(r"\$\{\{\s*(inputs\.[\w-]+)\s*\}\}")
"""An input that a called workflow passes on to one that it calls."""

_NO_PROOF = (
    "GitHub issues no identity tokens here: actions that log in to a known cloud show the cluster's, all else needs a "
    "secret of its own"
)
_EXCLUDED = "repeats a value of the matrix"


def account(plan: Plan, own: Mapping[str, tuple[str, ...]], journal: Journal) -> None:
    """Give the leaves of such keys their outcome; ``own`` are the files of the jobs' Tasks, by their ids."""
    workflow = plan.workflow
    if workflow.name is not None:
        journal.exact(workflow.name.path, "pipeline.yaml")
    _drop(
        journal, [workflow.run_name, workflow.description], "no effect outside GitHub", "it names runs in GitHub's list"
    )
    _permissions(workflow.permissions, journal)
    _concurrency(
        workflow.concurrency, "runs neither wait for nor cancel each other; --concurrency keep lets them", journal
    )
    used = {id(step.step) for job in plan.jobs for step in job.walk()}
    for job in plan.jobs:
        _excluded(job, plan, journal)
        _refused_legs(job, plan, journal)
    for job in plan.jobs:
        count = sum(len(other.legs) for other in plan.jobs if other.job.id == job.job.id)
        _job(job, own.get(job.job.id.lower(), ("pipeline.yaml",)), count, journal)
    _lost(plan, journal)
    if workflow.defaults is not None:
        for value in (workflow.defaults.shell, workflow.defaults.working_directory):
            if value is not None and journal.fate(value.path) is None:
                journal.dropped(value.path, "superseded", "no step runs by this default" if used else "")


def _job(plan: JobPlan, own: tuple[str, ...], legs: int, journal: Journal) -> None:
    job, home = plan.job, own[0]
    target = "pipeline.yaml"
    if plan.refused:
        return
    if job.runs_on is not None:
        for value in (*job.runs_on.labels, *([job.runs_on.group] if job.runs_on.group else [])):
            if value.path in plan.idle:
                journal.dropped(value.path, "superseded", "the other labels ask for the same machine")
            elif value.path in plan.repeated:
                journal.adapted(value.path, f"{_machine(plan)}; the label repeats what asks for that already", target)
            else:
                journal.adapted(value.path, _machine(plan), target)
    if job.name is not None and job.name.path.endswith(".name") and journal.fate(job.name.path) is None:
        journal.dropped(job.name.path, "superseded", "a PipelineTask is named by the job's id")
    for value in job.needs:
        journal.exact(value.path, target)
    _permissions(job.permissions, journal)
    _drop(journal, job.snapshot, "GitHub-only service", "images of runners")
    _drop(journal, [job.cancel_timeout_minutes], "no effect outside GitHub", "Tekton has one limit for ending a Pod")
    _concurrency(
        job.concurrency,
        "jobs of different runs neither wait for nor cancel each other; --concurrency keep lets them",
        journal,
    )
    if job.environment is not None:
        _drop(
            journal,
            [job.environment.url, job.environment.deployment],
            "GitHub-only service",
            "deployments are GitHub's",
        )
        journal.dropped(
            job.environment.name.path, "GitHub-only service", "reviewers and rules of environments are GitHub's"
        )
        why = f"job {job.id} runs in this environment"
        journal.need(Setup("environment", job.environment.name.text, why))
    _strategy(plan, journal, legs, home)
    if job.defaults is not None:
        for default in (job.defaults.shell, job.defaults.working_directory):
            if default is not None and journal.fate(default.path) is None:
                journal.dropped(default.path, "superseded", "no step runs by this default")
    _called(plan, own, journal)


def _called(plan: JobPlan, own: tuple[str, ...], journal: Journal) -> None:
    """Rows for what calls of workflows carry into a job."""
    labels = {value.path for value in plan.job.runs_on.labels} if plan.job.runs_on is not None else set()
    for value in plan.job.called:
        if journal.fate(value.path) not in (None, "exact"):
            continue
        sites = plan.job.readers.get(value.path, ())
        fates = {journal.fate(site) for site in sites}
        if value.path.endswith(".name"):
            journal.dropped(value.path, "superseded", "a PipelineTask is named by the job's id")
        elif value.path.endswith(".secrets"):
            journal.dropped(value.path, "superseded", "all jobs read the same Secret")
        elif fates == {"dropped"}:
            journal.dropped(value.path, "superseded", "nothing that has an effect here reads it")
        elif _names_the_machine(plan, sites, labels):
            journal.dropped(value.path, "superseded", f"nothing but the machine hangs on it: {_machine(plan)}")
        elif fates and fates <= {"dropped", "manual"}:
            journal.manual(value.path, "what reads it is to be done by hand")
        else:
            passed = _PASSED.fullmatch(value.span.text.strip("'\""))
            # The file that a site is in may be called by others too, whose Tasks are none of this job's.
            files = {file for site in sites if site not in labels for file in journal.files(site)}
            files = (files & {*own}) or (files & {"pipeline.yaml"}) or {own[0]}
            if ".strategy.matrix.exclude[" in value.path or _one_of_several(value.path, journal):
                files = {"pipeline.yaml"}
            again = _EXCLUDED if ".strategy.matrix.exclude[" in value.path else ""
            again = SAME_AS_DEFAULT if value.path in plan.job.idle else again
            for file in sorted(files):
                journal.exact(value.path, file, reason=f"repeats {passed[1]}" if passed else again)


def _one_of_several(path: str, journal: Journal) -> bool:
    """Whether a leaf is one of several values of a matrix's vector, so that there are legs without it."""
    found = re.match(r"(.*\.strategy\.matrix\.(?!include\b)[^.\[]+\[)\d+\]", path)
    return found is not None and any(not one.startswith(found[0]) for one in journal.below(found[1]))


def _lost(plan: Plan, journal: Journal) -> None:
    """What is left of a job or step that cannot run here: its call, and the files that were drawn in for it alone."""
    files: dict[str, str] = {}
    alive = {value.path for job in plan.jobs if not job.refused for value in job.job.called}
    for job in plan.jobs:
        if job.refused:
            for value in job.job.called:
                if value.path not in alive:
                    journal.manual(value.path, job.refused)
                call = value.path.partition(".with.")[0]
                for path in (*journal.open_leaves(call), *journal.open_leaves(value.path)):
                    journal.manual(path, job.refused)
            files.setdefault(_file(job.job.path), job.refused)
        for step in job.walk():
            for part in step.walk():
                reason = job.refused or step.refused or part.refused
                if part.action is not None and reason:
                    files.setdefault(f"{part.action.source.name}#", reason)
    refused = next((job.refused for job in plan.jobs if job.refused), "")
    files |= {"env.": refused, "defaults.": refused} if refused else {}
    # Files that were read for a call which could not be drawn in.
    called = next((job.refused for job in plan.jobs if job.refused and job.job.uses is not None), "")
    for path in journal.open_leaves():
        file = _file(path)
        reason = files.get(file or f"{path.partition('.')[0]}.", called if file else "")
        if reason:
            journal.manual(path, reason)


def _file(path: str) -> str:
    """The file that a leaf lies in, "" for the workflow itself."""
    name, parted, _ = path.partition("#")
    return f"{name}#" if parted else ""


def _names_the_machine(plan: JobPlan, sites: Iterable[str], labels: set[str]) -> bool:
    """Whether a value goes nowhere but into the label of a machine of which nothing special is known."""
    usual = replace(plan.runner or Runner("linux"), note="") == Runner("linux")
    return usual and bool(set(sites)) and set(sites) <= labels


def _machine(plan: JobPlan) -> str:
    runner = plan.runner or Runner("linux")
    gpu = f" with {plan.gpu} GPU{'s' if plan.gpu > 1 else ''} on one container" if plan.gpu else ""
    note = f"; {runner.note}" if runner.note else ""
    if plan.gpu and not runner.gpu:
        note = note.replace(" without a GPU", "; what it runs asks for the GPU")
    return f"runs in a Pod on Linux{gpu}{note}"


def _strategy(plan: JobPlan, journal: Journal, legs: int, home: str) -> None:
    job, target = plan.job, "pipeline.yaml" if legs > 1 else home
    if job.strategy is None:
        return
    read = _matrix_reads(job, journal)
    repeated = _repeated(job.strategy)
    for path in journal.open_leaves(f"{job.strategy.path}.matrix"):
        if target == home and ".matrix.exclude[" not in path and not _is_read(path, job.strategy, read):
            journal.dropped(path, "superseded", "of one leg nothing but the machine hangs on it")
        else:
            journal.exact(path, target, reason=repeated.get(path, _EXCLUDED if ".matrix.exclude[" in path else ""))
    fast, parallel = job.strategy.fail_fast, job.strategy.max_parallel
    if fast is not None and journal.fate(fast.path) is not None:
        fast = None  # its Task has told
    if fast is not None and fast.raw is False:
        journal.dropped(fast.path, "superseded", "no leg ends another here, with or without it")
    elif fast is not None and fast.literal is not None:
        reason = "a failed leg keeps those that wait from starting; those that run go on to their end"
        journal.dropped(fast.path, "GitHub-only service", reason)
    elif fast is not None:
        journal.adapted(fast.path, "taken for true, as only the run knows it", target)
    if parallel is not None and parallel.literal is not None and not plan.matrix:
        journal.exact(parallel.path, target, reason=SAME_AS_DEFAULT if lanes(job.strategy, legs) >= legs else "")
    elif parallel is not None:
        reason = "all legs run at once: only the run knows how many there are or may be"
        journal.dropped(parallel.path, "GitHub-only service", reason)


def _matrix_reads(job: Job, journal: Journal) -> set[tuple[str, ...]]:
    """What of the matrix the parts of a job read that have an effect here, beside its machine and its name."""
    parts = values(replace(job, runs_on=None, name=None, strategy=None, called=()))
    paths = (path for value in parts if journal.fate(value.path) != "dropped" for path in reads(value))
    return {tuple(part.lower() for part in path[1:]) for path in paths if path[0] == "matrix"}


def _is_read(path: str, strategy: Strategy, read: set[tuple[str, ...]]) -> bool:
    """Whether anything reads a leaf of the matrix, what holds it, or what it holds."""
    keys = re.sub(r"\[\d+\]", "", path.removeprefix(f"{strategy.path}.matrix.").removeprefix("include")).lower()
    own = tuple(key for key in keys.split(".") if key)
    return any("*" in one or one[: len(own)] == own[: len(one)] for one in read) or not own


def _excluded(job: JobPlan, plan: Plan, journal: Journal) -> None:
    """Rows for values of a matrix that no leg has."""
    strategy = job.job.strategy
    if strategy is None or job.matrix or not strategy.exclude:
        return
    legs = [leg for other in plan.jobs if other.job.id == job.job.id for leg in other.legs]
    for name, vector in strategy.vectors.items():
        for item in _items(vector.value):
            try:
                held = plain_value(item, lambda value: evaluate_leaf(value, {}))
            except MatrixError:
                continue
            if not any(leg.values.get(name, leg) == held for leg in legs):
                for path in journal.open_leaves(item.path):
                    journal.dropped(path, "superseded", "every combination with it is excluded")


def _refused_legs(job: JobPlan, plan: Plan, journal: Journal) -> None:
    """Rows for what a matrix says of legs alone that cannot run here, where other legs of the job do."""
    alive = [leg for other in plan.jobs if other.job.id == job.job.id and not other.refused for leg in other.legs]
    if not job.refused or not alive or job.job.strategy is None:
        return
    strategy = job.job.strategy
    vectors = [(name, item) for name, one in strategy.vectors.items() for item in _items(one.value)]
    for name, item in (*vectors, *(("", entry) for entry in _items(strategy.include))):
        try:
            held = plain_value(item, lambda value: evaluate_leaf(value, {}))
        except MatrixError:
            continue
        asked = {name: held} if name else held
        if not any(all(leg.values.get(key) == one for key, one in asked.items()) for leg in alive):
            for path in journal.open_leaves(item.path):
                journal.manual(path, job.refused)


def _items(value: object) -> tuple[MatrixValue, ...]:
    return value if isinstance(value, tuple) else ()


def _repeated(strategy: Strategy) -> dict[str, str]:
    """The values of ``include`` that only say which legs an entry is for or nothing, with the reason of their rows."""
    vectors = {
        (name.lower(), item.value.template): item.value.path
        for name, vector in strategy.vectors.items()
        for item in (vector.value if isinstance(vector.value, tuple) else ())
        if isinstance(item.value, Value)
    }
    out: dict[str, str] = {}
    for entry in strategy.include if isinstance(strategy.include, tuple) else ():
        for name, one in entry.value.items() if isinstance(entry.value, Mapping) else ():
            if not isinstance(one.value, Value):
                continue
            if one.value.raw in (None, ""):
                out[one.value.path] = f"{SAME_AS_DEFAULT}: what a leg does not have is empty"
            elif (key := (name.lower(), one.value.template)) in vectors:
                out[one.value.path] = f"repeats {vectors[key]}"
    return out


def _concurrency(concurrency: Concurrency | None, reason: str, journal: Journal) -> None:
    if concurrency is None:
        return
    values = [concurrency.group, concurrency.cancel_in_progress, concurrency.queue]
    _drop(journal, values, "GitHub-only service", reason)


def _permissions(rights: Iterable[Value], journal: Journal) -> None:
    for right in rights:
        proof = right.path.endswith(".id-token") and right.text == "write"
        reason = "a token's rights are those of the token in the Secret"
        _drop(journal, [right], "GitHub-only service", _NO_PROOF if proof else reason)


def _drop(journal: Journal, values: Iterable[Value | None], cause: Cause, reason: str) -> None:
    for value in values:
        if value is not None and journal.knows(value.path) and journal.fate(value.path) is None:
            journal.dropped(value.path, cause, reason)
