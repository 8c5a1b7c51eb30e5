"""Keys whose outcome no Task tells: what GitHub alone does, and what planning has used up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from gha2tekton.journal import SAME_AS_DEFAULT, Cause, Journal, Setup, within
from gha2tekton.lower.rows import machine as machine_rows
from gha2tekton.lower.rows import matrix as matrix_rows
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.workflow.inlining import reads, values
from gha2tekton.workflow.model import Concurrency, Value

_PASSED = re.compile(r"\$\{\{\s*(inputs\.[\w-]+)\s*\}\}")
"""An input that a called workflow passes on to one that it calls."""

_NO_PROOF = (
    "GitHub issues no identity tokens here: actions that log in to a known cloud show the cluster's, all else needs a "
    "secret of its own"
)

_KEY_OF_A_JOB = re.compile(r"(?:.*#)?jobs\.[\w-]+\.([\w-]+)")

_EMPTY = re.compile(r"\{\s*\}|\[\s*\]")
"""A mapping or sequence without anything in it, which says nothing."""


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
        matrix_rows.excluded(job, plan, journal)
        matrix_rows.refused(job, plan, journal)
    for job in plan.jobs:
        _job(job, own.get(job.job.id.lower(), ("pipeline.yaml",)), plan.parts(job), journal)
    _without_image(plan, journal)
    _without_effect(plan, journal)
    _lost(plan, journal)
    for path in journal.open_leaves():
        # What starts the workflow is lowered later.
        if _EMPTY.fullmatch(journal.leaf(path)[1].text) and not within(path, "on"):
            journal.exact(path, "pipeline.yaml", reason=SAME_AS_DEFAULT)
    for variable in workflow.env.values():
        if journal.fate(variable.path) is None:
            journal.dropped(variable.path, "superseded", "every job sets it again")
    if workflow.defaults is not None:
        for value in (workflow.defaults.shell, workflow.defaults.working_directory):
            if value is not None and journal.fate(value.path) is None:
                journal.dropped(value.path, "superseded", "no step runs by this default" if used else "")


def _job(plan: JobPlan, own: tuple[str, ...], groups: Sequence[JobPlan], journal: Journal) -> None:
    job = plan.job
    target = "pipeline.yaml"
    if plan.refused:
        return
    machine_rows.account(plan, groups, journal)
    if job.name is not None and _key(job.name) == "name" and journal.fate(job.name.path) is None:
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
    matrix_rows.account(plan, groups, own, journal)
    if job.defaults is not None:
        for default in (job.defaults.shell, job.defaults.working_directory):
            if default is not None and journal.fate(default.path) is None:
                journal.dropped(default.path, "superseded", "no step runs by this default")
    _called(plan, own, journal)


def _called(plan: JobPlan, own: tuple[str, ...], journal: Journal) -> None:
    """Rows for what calls of workflows carry into a job, as far as it has an effect there."""
    labels = _labels(plan)
    for value in plan.job.called:
        if journal.fate(value.path) not in (None, "exact"):
            continue
        sites = plan.job.readers.get(value.path, ())
        fates = {journal.fate(site) for site in sites}
        if _key(value) == "name":
            journal.dropped(value.path, "superseded", "a PipelineTask is named by the job's id")
        elif _key(value) == "secrets":
            journal.dropped(value.path, "superseded", "all jobs read the same Secret")
        elif value.path.endswith(".strategy.fail-fast"):
            _ends(plan, value, own[0], journal)
        elif _idle(plan, value, journal):
            continue
        elif fates and fates <= {"dropped", "manual"}:
            journal.manual(value.path, "what reads it is to be done by hand")
        else:
            passed = _PASSED.fullmatch(value.span.text.strip("'\""))
            # The file that a site is in may be called by others too, whose Tasks are none of this job's.
            files = {file for site in sites if site not in labels for file in journal.files(site)}
            files = (files & {*own}) or (files & {"pipeline.yaml"}) or _of_matrix(plan, value, journal) or {own[0]}
            if ".strategy.matrix.exclude[" in value.path or matrix_rows.one_of_several(value.path, journal):
                files = {"pipeline.yaml"}
            again = matrix_rows.EXCLUDED if ".strategy.matrix.exclude[" in value.path else ""
            usual = bool(sites) and all(map(journal.same_without, sites))
            again = SAME_AS_DEFAULT if usual or value.path in plan.job.idle else again
            for file in sorted(files):
                journal.exact(value.path, file, reason=f"repeats {passed[1]}" if passed else again)


def _ends(plan: JobPlan, value: Value, target: str, journal: Journal) -> None:
    """The row for whether legs of a call end each other."""
    if not plan.state:
        journal.dropped(value.path, "GitHub-only service", "no leg of the call ends another")
    elif value.literal is None:
        journal.adapted(value.path, f"{SAME_AS_DEFAULT}: taken for true, as only the run knows it", target)
    else:
        journal.exact(value.path, target, reason="" if value.literal == "false" else SAME_AS_DEFAULT)


def _key(value: Value) -> str:
    """The key of a job that a leaf is the value of, empty for any other leaf."""
    found = _KEY_OF_A_JOB.fullmatch(value.path)
    return found[1] if found else ""


def _without_image(plan: Plan, journal: Journal) -> None:
    """Rows of containers that no leg has: GitHub starts none for an empty name."""
    for job in plan.workflow.jobs:
        parts = [part.job for part in plan.jobs if part.job.id == job.id and not part.refused]
        had = {one.path for part in parts for one in (part.container, *part.services.values()) if one is not None}
        for one in (job.container, *job.services.values()):
            for path in journal.open_leaves(one.path) if one is not None and parts and one.path not in had else ():
                journal.dropped(path, "superseded", "a container without an image is none")


def _without_effect(plan: Plan, journal: Journal) -> None:
    """Rows for what calls carry into jobs none of which makes anything of it."""
    for job in plan.jobs:
        if job.refused:
            continue
        for value in job.job.called:
            if journal.fate(value.path) is None and (reason := _idle(job, value, journal)):
                journal.dropped(value.path, "superseded", reason)


def _idle(plan: JobPlan, value: Value, journal: Journal) -> str:
    """Why what a call carries into a job has no effect there, empty where it has one."""
    sites = plan.job.readers.get(value.path)
    if sites is None:
        return ""
    if all(journal.fate(site) == "dropped" for site in sites):
        return "nothing that has an effect here reads it"
    return (
        f"nothing but the machine hangs on it: {machine_rows.of_job(plan)}" if _names_the_machine(plan, sites) else ""
    )


def _labels(plan: JobPlan) -> set[str]:
    return {value.path for value in plan.job.runs_on.labels} if plan.job.runs_on is not None else set()


def _of_matrix(plan: JobPlan, value: Value, journal: Journal) -> set[str]:
    """The file of the Task that works out a job's legs, where those hang on an output of a call."""
    if not plan.matrix or plan.job.strategy is None:
        return set()
    asked = {path[-1] for path in reads(plan.job.strategy) if path[0] == "needs"}
    told = {path[-1] for path in reads(value) if path[0] in ("jobs", "needs")}
    strategy = plan.job.strategy
    leaves = values((strategy.expression, strategy.vectors, strategy.include, strategy.exclude))
    return {file for leaf in leaves if asked & told for file in journal.files(leaf.path)}


def _lost(plan: Plan, journal: Journal) -> None:
    """What is left of a job or step that cannot run here: its call, and the files that were drawn in for it alone."""
    files: dict[str, str] = {}
    alive = {value.path for job in plan.jobs if not job.refused for value in job.job.called}
    for job in plan.jobs:
        if job.refused:
            for value in job.job.called:
                if value.path not in alive:
                    journal.manual(value.path, job.refused)
            for call in dict.fromkeys(value.path.partition(".with.")[0] for value in job.job.called):
                for path in journal.open_leaves(call):
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


def _names_the_machine(plan: JobPlan, sites: Iterable[str]) -> bool:
    """Whether a value goes nowhere but into the label of a machine of which nothing special is known."""
    return plan.usual and bool(set(sites)) and set(sites) <= _labels(plan)


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
