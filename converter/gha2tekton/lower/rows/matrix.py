"""What became of the matrix of a job: rows of the ledger for its values, its legs and their limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gha2tekton.journal import SAME_AS_DEFAULT, Journal
from gha2tekton.lower.settings import RUN
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.scope import evaluate_leaf, lanes
from gha2tekton.record import replace
from gha2tekton.workflow.inlining import reads, values
from gha2tekton.workflow.matrix import MatrixError, plain_value
from gha2tekton.workflow.model import Job, MatrixValue, Strategy, Value

_EMPTY = f"{SAME_AS_DEFAULT}: what a leg does not have is empty"
EXCLUDED = "repeats a value of the matrix"


def account(plan: JobPlan, groups: Sequence[JobPlan], own: Sequence[str], journal: Journal) -> None:
    """Rows for a job's strategy; ``groups`` are all plans of the job, ``own`` the files of its Tasks."""
    strategy = plan.job.strategy
    if strategy is None:
        return
    legs = sum(len(group.legs) for group in groups)
    target = "pipeline.yaml" if legs > 1 else own[0]
    if strategy.expression is not None and strategy.expression.path == strategy.path:
        journal.adapted(strategy.path, "max-parallel is not read of it: all legs run at once", target)
        return
    _values(plan, strategy, groups, own, target, journal)
    if strategy.fail_fast is not None and journal.fate(strategy.fail_fast.path) is None:  # else its Task has told
        _fail_fast(strategy.fail_fast, journal)
    if strategy.max_parallel is not None:
        _max_parallel(strategy.max_parallel, strategy, legs, bool(plan.matrix), target, journal)


def _values(
    plan: JobPlan, strategy: Strategy, groups: Sequence[JobPlan], own: Sequence[str], target: str, journal: Journal
) -> None:
    job, single = plan.job, sum(len(group.legs) for group in groups) == 1
    read = _matrix_reads(replace(job, runs_on=None), journal)
    chosen = _matrix_reads(Job(job.id, job.path, job.span, runs_on=job.runs_on), journal)
    repeated, of = _repeated(strategy), _groups_of(strategy, groups)
    alive = [group for group in groups if not group.refused]
    files = {id(group): file for group, file in zip(alive, own, strict=False)} if len(alive) == len(own) else {}
    for path in journal.open_leaves(f"{strategy.path}.matrix"):
        excludes, having = ".matrix.exclude[" in path, of.get(path, groups)
        if not excludes and not _is_read(path, strategy, read):
            within = ".matrix.include[" in path or re.search(r"\]\.[^.]+$", path) is not None
            lost = within and all(group.refused or group.usual for group in having)
            if lost or (single and (plan.usual or not _is_read(path, strategy, chosen))):
                reason = "nothing reads it but the choice of a machine, which is the same without it"
                journal.dropped(path, "superseded", reason)
                continue
            if single and _of_the_machine(path, plan, own[0], journal):
                continue
        # A leg that has a Task for itself has its values in it.
        alone = path in of and len(having) == 1 and len(having[0].legs) == 1
        reason = repeated.get(path, EXCLUDED if excludes else "")
        journal.exact(path, files.get(id(having[0]), target) if alone else target, reason=reason)


def _of_the_machine(path: str, plan: JobPlan, home: str, journal: Journal) -> bool:
    """The row of a value that only names a label, where that is not what decides; whether it is one."""
    if path in plan.idle:
        journal.dropped(path, "superseded", "the other labels ask for the same machine")
    elif path in plan.repeated:
        journal.adapted(path, "the label repeats what asks for the machine already", home)
    elif path in plan.placing:
        journal.exact(path, RUN)
    else:
        return False
    return True


def _fail_fast(value: Value, journal: Journal) -> None:
    if value.literal == "false":
        journal.dropped(value.path, "superseded", "no leg ends another here, with or without it")
    elif value.literal is not None:
        reason = "a failed leg keeps those that wait from starting; those that run go on to their end"
        journal.dropped(value.path, "GitHub-only service", reason)
    else:
        journal.dropped(value.path, "superseded", "the only leg ends no other")


def _max_parallel(value: Value, strategy: Strategy, legs: int, open: bool, target: str, journal: Journal) -> None:
    """``open`` tells that only the run knows the legs."""
    if legs == 1 and not open:
        journal.dropped(value.path, "superseded", "the only leg waits for no other")
    elif value.literal is not None and not open:
        journal.exact(value.path, target, reason=SAME_AS_DEFAULT if lanes(strategy, legs) >= legs else "")
    else:
        reason = "all legs run at once: only the run knows how many there are or may be"
        journal.dropped(value.path, "GitHub-only service", reason)


def _groups_of(strategy: Strategy, groups: Sequence[JobPlan]) -> dict[str, list[JobPlan]]:
    """The plans of the legs that each value of ``include`` goes into."""
    out: dict[str, list[JobPlan]] = {}
    for entry in _items(strategy.include):
        held = entry.value if isinstance(entry.value, Mapping) else {}
        try:
            plain = {name: plain_value(item, lambda value: evaluate_leaf(value, {})) for name, item in held.items()}
        except MatrixError:
            continue
        having = [
            group
            for group in groups
            if any(all(leg.values.get(name, leg) == one for name, one in plain.items()) for leg in group.legs)
        ]
        if having:
            out |= {value.path: having for value in values(tuple(item.value for item in held.values()))}
    return out


def _matrix_reads(job: Job, journal: Journal) -> set[tuple[str, ...]]:
    """What of the matrix the parts of a job read that have an effect here, beside its name."""
    parts = values(replace(job, name=None, strategy=None, called=()))
    paths = reads(tuple([value for value in parts if journal.fate(value.path) != "dropped"]))
    return {tuple(part.lower() for part in path[1:]) for path in paths if path[0] == "matrix"}


def _is_read(path: str, strategy: Strategy, read: set[tuple[str, ...]]) -> bool:
    """Whether anything reads a leaf of the matrix, what holds it, or what it holds."""
    keys = re.sub(r"\[\d+\]", "", path.removeprefix(f"{strategy.path}.matrix.").removeprefix("include")).lower()
    own = tuple(key for key in keys.split(".") if key)
    return any("*" in one or one[: len(own)] == own[: len(one)] for one in read) or not own


def excluded(job: JobPlan, plan: Plan, journal: Journal) -> None:
    """Rows for values of a matrix that no leg has."""
    strategy = job.job.strategy
    if strategy is None or job.matrix or not strategy.exclude:
        return
    legs = [leg for other in plan.parts(job) for leg in other.legs]
    for name, vector in strategy.vectors.items():
        for item in _items(vector.value):
            try:
                held = plain_value(item, lambda value: evaluate_leaf(value, {}))
            except MatrixError:
                continue
            if not any(leg.values.get(name, leg) == held for leg in legs):
                for path in journal.open_leaves(item.path):
                    journal.dropped(path, "superseded", "every combination with it is excluded")


def refused(job: JobPlan, plan: Plan, journal: Journal) -> None:
    """Rows for what a matrix says of legs alone that cannot run here, where other legs of the job do."""
    alive = [leg for other in plan.parts(job) if not other.refused for leg in other.legs]
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
    inner = (item.value for vector in strategy.vectors.values() for item in _items(vector.value))
    out = {
        value.path: _EMPTY
        for held in inner
        if isinstance(held, Mapping)
        for value in values(tuple(one.value for one in held.values()))
        if value.raw in (None, "")
    }
    for entry in strategy.include if isinstance(strategy.include, tuple) else ():
        for name, one in entry.value.items() if isinstance(entry.value, Mapping) else ():
            if not isinstance(one.value, Value):
                continue
            if one.value.raw in (None, ""):
                out[one.value.path] = _EMPTY
            elif (key := (name.lower(), one.value.template)) in vectors:
                out[one.value.path] = f"repeats {vectors[key]}"
    return out


def one_of_several(path: str, journal: Journal) -> bool:
    """Whether a leaf is one of several values of a matrix's vector, so that there are legs without it."""
    found = re.match(r"(.*\.strategy\.matrix\.(?!include\b)[^.\[]+\[)\d+\]", path)
    return found is not None and any(not one.startswith(found[0]) for one in journal.below(found[1]))
