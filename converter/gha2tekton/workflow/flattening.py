"""One call of a workflow turned into jobs of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gha2tekton.expression import (
    Context,
    Expression,
    Partial,
    Property,
    chain,
    fold,
    fold_template,
    whole,
)
from gha2tekton.record import replace
from gha2tekton.workflow.call_outputs import call_output, without_matrix
from gha2tekton.workflow.idleness import is_false, kept_by, never_given, plain, single
from gha2tekton.workflow.inlining import alone, argument, called_as, inline, reads, told_by, values
from gha2tekton.workflow.matrix import Leg, fails_fast, of_leg
from gha2tekton.workflow.model import Condition, Event, Job, Output, Value, Workflow
from gha2tekton.workflow.needs import ancestors
from gha2tekton.workflow.readings import readings, reads_matrix, sites
from gha2tekton.workflow.results import renamed_status, renamed_word, within
from gha2tekton.workflow.rewiring import Drawn, needed_by, renamed


def flatten(
    call: Job, workflow: Workflow, event: Event, legs: Sequence[Leg | None], taken: set[str]
) -> tuple[list[Job], Drawn]:
    """The jobs of a called workflow in the caller's terms, a set of them for each leg of the call.

    A leg that is None stands for all those that the run works out: the jobs have the call's matrix themselves.

    Ids are ``call--job``, or ``call-1--job`` for legs, made unique against ``taken`` (lower case), which grows.
    """
    sets: list[list[Job]] = []
    outputs: dict[str, list[Expression]] = {}
    call = _spelled_out(call, workflow)
    for leg in legs:
        stem = call.id if leg is None or len(legs) == 1 else f"{call.id}-{leg.index + 1}"
        ids = {job.id.lower(): _take(f"{stem}--{job.id}", taken) for job in workflow.jobs}
        calls = dict.fromkeys(name for job in workflow.jobs for name in job.calls)
        ids |= {name: _take(f"{stem}--{name}", taken) for name in calls}
        one = call
        if leg is not None:
            facts = {"job-index": float(leg.index), "job-total": float(leg.total)}
            one = inline(call, {"matrix": dict(leg.values), "strategy": Partial(facts)})
        named = call.name is not None and call.name.literal is None
        flat = _Flat(one, workflow, event, ids, leg, named, call)
        sets.append([flat.job(job) for job in workflow.jobs])
        told = flat.known["inputs"] if leg is not None else without_matrix(call, flat.known["inputs"])
        for output in event.outputs:
            # Of several legs the last that sets a value wins.
            outputs.setdefault(output.name, []).insert(0, call_output(output, one, ids, workflow, told))
    jobs = [job for one in sets for job in (_against(one, sets) if fails_fast(call.strategy) else one)]
    conditions = [job.condition.tree for job in workflow.jobs if job.condition is not None]
    needed = set() if conditions else {name for job in jobs for name in job.needed}
    drawn = Drawn(
        ids=tuple(job.id for job in jobs),
        ends=tuple(job.id for job in jobs if job.id.lower() not in needed),
        outputs={name: trees[0] if len(trees) == 1 else chain("||", *trees) for name, trees in outputs.items()},
        leaves={one.name: (one.value, *one.called, *flat.read_by(one).values()) for one in event.outputs},
        idle=frozenset(path for output in event.outputs for path in flat.idle_in(output)),
    )
    return jobs, drawn


def _against(own: list[Job], sets: Sequence[list[Job]]) -> list[Job]:
    """The jobs of one leg, each with those of all others."""
    rivals = tuple(job.id for one in sets if one is not own for job in one)
    return [replace(job, rivals=(*job.rivals, *rivals)) for job in own]


def _spelled_out(call: Job, workflow: Workflow) -> Job:
    """A call which says of each what it says of all that it needs, where its jobs need others."""
    if not _reads_all(call) or not any(job.needs for job in workflow.jobs):
        return call
    return inline(call, {"needs": {need.text: told_by(need.text) for need in call.needs}})


def _reads_all(job: Job) -> bool:
    """Whether it speaks of all that it needs at once."""
    return any(path in (("needs",), ("needs", "*")) for path in reads(replace(job, called=())))


def _take(id: str, taken: set[str]) -> str:
    found, number = id, 2
    while found.lower() in taken:
        found, number = f"{id}-{number}", number + 1
    taken.add(found.lower())
    return found


def _above(job: Job, workflow: Workflow) -> tuple[str, ...]:
    """The words for what success() of a job speaks of."""
    return ancestors(job, workflow) if job.above is None else job.above


class _Flat:
    """One leg of a call, or all of them where only the run knows them."""

    def __init__(
        self,
        call: Job,
        workflow: Workflow,
        event: Event,
        ids: Mapping[str, str],
        leg: Leg | None,
        named: bool,
        written: Job,
    ) -> None:
        assert call.uses is not None
        self.call = call
        self.target = call.uses.value
        self.workflow = workflow
        self.event = event
        self.ids = ids
        self.leg = leg
        self.named = named
        self.written = written
        """The call as it stands, with what it reads of its matrix."""
        self.never = call.condition is not None and is_false(call.condition.tree)
        self.names = {name: id.lower() for name, id in ids.items()}
        self.known: dict[str, Any] = {
            "inputs": {input.name: argument(self.given(input.name.lower()), input.type) for input in event.inputs},
            "job": called_as(call.uses),
            "needs": Partial({name: Property(Context("needs"), id) for name, id in ids.items()}),
        }
        if not isinstance(call.secrets, Value):
            passed = {name: whole(value.template) for name, value in call.secrets.items()}
            self.known["secrets"] = {"github_token": Property(Context("secrets"), "GITHUB_TOKEN"), **passed}

    def given(self, name: str) -> Value | None:
        """What an input is set to, by the call or by default; the name in lower case."""
        default = next((input.default for input in self.event.inputs if input.name.lower() == name), None)
        return self.call.inputs.get(name) or default

    def read_by(self, output: Output) -> dict[str, Value]:
        """What the call says of the inputs that an output hands on."""
        names = {path[1].lower() for path in reads(output.value) if path[0] == "inputs" and len(path) > 1}
        return {name: value for name in sorted(names) if (value := self.given(name)) is not None}

    def idle_in(self, output: Output) -> Iterator[str]:
        """The paths of inputs that an output hands on as it would without a word of the call."""
        readings, read = [(frozenset("*"), whole(output.value.template))], self.read_by(output)
        for name in read.keys() & self.call.inputs.keys() & {item.name.lower() for item in self.event.inputs}:
            if self.same_without(name, read[name], readings):
                yield read[name].path

    def job(self, job: Job) -> Job:
        call = self.call
        own = replace(
            job,
            env={**self.workflow.env, **job.env},
            defaults=job.defaults or self.workflow.defaults,
            permissions=(*job.permissions, *self.workflow.permissions, *call.permissions),
            concurrency=job.concurrency or self.workflow.concurrency,
        )
        if self.leg is None:
            # What the called job says of its matrix is said of none; the values of the call speak of the call's.
            own = inline(own, alone())
        inlined = inline(own, {**self.known, **self.needs(own)})
        if self.leg is None:
            inlined = replace(inlined, strategy=call.strategy)
        inlined = kept_by(inlined)
        siblings = tuple(renamed_word(said, self.names) for said in _above(job, self.workflow))
        inner = inlined.condition
        if inner is not None:
            inner = replace(inner, tree=renamed_status(inner.tree, self.names))
        tree, above = within(call.condition, inner, call.above or (), siblings)
        conditions = [one for one in (call.condition, inlined.condition) if one is not None]
        idle = {one.value.path for one in conditions if plain(one.tree)}
        own_says = inlined.condition if inlined.condition and not plain(inlined.condition.tree) else None
        if self.never:
            own_says = None
        origin = own_says or call.condition or inlined.condition
        said = origin.value if origin else call.needs[0] if call.needs else self.target
        needs = tuple(renamed(need, self.ids.get(need.text.lower(), need.text)) for need in inlined.needs)
        below = replace(
            inlined,
            id=self.ids[job.id.lower()],
            own_id=job.own_id or job.id,
            name=self.name(inlined),
            needs=needs,
            condition=Condition(said, tree) if tree is not None else None,
            above=above,
            calls={self.names[name]: tuple(self.ids[id] for id in ids) for name, ids in inlined.calls.items()},
            rivals=tuple(self.ids.get(name.lower(), name) for name in inlined.rivals),
            borrowed=frozenset(self.names.get(name, name) for name in inlined.borrowed),
            concurrency=inlined.concurrency or call.concurrency,
            called=(*inlined.called, *self.leaves(own)),
            idle=frozenset({*inlined.idle, *idle, *self.idle(own), *never_given(own, inlined)}),
            readers={**inlined.readers, **dict(self.readers(own))},
        )
        more = [need for need in call.needs if not siblings or need.text.lower() in needed_by(below)]
        if _reads_all(own):
            below = replace(below, borrowed=below.borrowed | {need.text.lower() for need in more})
        return replace(below, needs=(*needs, *more))

    def needs(self, job: Job) -> Mapping[str, Any]:
        """The context ``needs`` of a job that asks for all of it, under the names that its own workflow has."""
        if not any(path == ("needs",) for path in reads(replace(job, called=()))):
            return {}
        return {"needs": {need.text: told_by(self.ids[need.text.lower()]) for need in job.needs}}

    def name(self, job: Job) -> Value:
        """``caller / callee``, as GitHub shows it; its row in the ledger is that of a name that was written."""
        leg = f" ({self.leg.name})" if self.leg and self.leg.name else ""
        outer = self.call.name.template if self.call.name else (self.call.id,)
        # A name that is the same for all legs has the leg behind it.
        outer = outer if self.named else (*outer, leg)
        inner = job.name.template if job.name else (job.id,)
        origin = job.name or self.call.name or self.target
        return replace(origin, raw="", template=fold_template((*outer, " / ", *inner), {}))

    def same_without(self, name: str, value: Value, readings: Iterable[tuple[frozenset[str], Expression]]) -> bool:
        """Whether a job takes by itself what an input says: its default, or ``value`` of ``inputs.name || 'value'``."""
        if value.literal is None:
            return False
        item = next(item for item in self.event.inputs if item.name.lower() == name)
        left = item.default if value is not item.default else None
        if left is not None and value.literal == left.literal:
            return True
        without = {**self.known, "inputs": {**self.known["inputs"], item.name: argument(left, item.type)}}
        return all(fold(tree, without) == fold(tree, self.known) for names, tree in readings if names & {name, "*"})

    def idle(self, job: Job) -> Iterator[str]:
        """The paths of inputs that say what the job takes without them."""
        idle, found = set(), readings(job)
        for name in (input.name.lower() for input in self.event.inputs):
            value = self.given(name)
            if value is not None and self.same_without(name, value, found):
                idle.add(name)
                yield value.path
        strategy = self.call.strategy
        if strategy and strategy.fail_fast and fails_fast(strategy):
            yield strategy.fail_fast.path
        for name, item in of_leg(self.call.strategy, self.leg) if self.call.strategy and self.leg else ():
            if name and (readers := self.reading(name)) and readers <= idle:
                yield from (value.path for value in values(item.value))

    def reading(self, name: str) -> set[str]:
        """The inputs that read a value of the call's matrix."""
        return {input for input, value in self.written.inputs.items() if reads_matrix(value, name)}

    def readers(self, job: Job) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The inputs and secrets of the call, and what its leg adds, with the leaves of a job that read them."""
        inputs = sites(job, "inputs", [item.name.lower() for item in self.event.inputs])
        for name, paths in inputs.items():
            given = self.given(name)
            if given is not None:
                yield given.path, tuple(paths)
        if not isinstance(self.call.secrets, Value):
            held = {name.lower(): value for name, value in self.call.secrets.items()}
            for name, paths in sites(job, "secrets", list(held)).items():
                if name in held:
                    yield held[name].path, tuple(paths)
        if self.never and job.condition is not None:
            yield job.condition.value.path, ()
        several = (
            {name.lower() for name, one in self.call.strategy.vectors.items() if not single(one)}
            if self.call.strategy
            else ()
        )
        for name, item in of_leg(self.call.strategy, self.leg) if self.call.strategy and self.leg else ():
            if name not in several:
                paths = [path for input in sorted(self.reading(name)) for path in inputs.get(input, ())]
                paths += [value.path for value in self.beside_inputs() if reads_matrix(value, name)]
                yield from ((value.path, tuple(paths)) for value in values(item.value))

    def beside_inputs(self) -> list[Value]:
        """What else of a call may read its matrix, but for its name."""
        return values(replace(self.written, inputs={}, name=None, strategy=None, called=()))

    def leaves(self, job: Job) -> Iterator[Value]:
        """What of the call, and of the head of its workflow, goes into a job."""
        call = self.call
        yield self.target
        given = [one for one in (call.condition, job.condition) if one is not None]
        conditions = [replace(one.value, template=(one.tree,)) for one in given]
        yield from (value for value in (call.name, *conditions) if value)
        if (matrix := call.strategy) is not None and self.leg is not None:
            yield from values(tuple(item.value for _, item in of_leg(matrix, self.leg)))
            yield from values((matrix.exclude, matrix.expression, matrix.fail_fast))
        paths = set(reads(replace(job, called=())))
        inputs = {path[1].lower() for path in paths if path[0] == "inputs" and len(path) > 1}
        for name in (input.name.lower() for input in self.event.inputs):
            value = self.given(name)
            if value is not None and (name in inputs or "*" in inputs or ("inputs",) in paths):
                yield value
        if isinstance(call.secrets, Value):
            yield call.secrets
            return
        secrets = {path[1].lower() for path in paths if path[0] == "secrets" and len(path) > 1}
        yield from (value for name, value in call.secrets.items() if name.lower() in secrets or "*" in secrets)
