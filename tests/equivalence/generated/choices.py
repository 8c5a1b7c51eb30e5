"""Random choices of what a place of a workflow may say: facts, conditions, texts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.equivalence.generated.expressions import (
    Constant,
    Denial,
    Function,
    Operation,
    Template,
    both,
    either,
    path,
)
from tests.equivalence.generated.workflows import Files, Job, Step, Workflow

T = TypeVar("T")
ALWAYS, FAILURE, SUCCESS, CANCELLED = (Function(name) for name in ("always", "failure", "success", "cancelled"))
EVENT = path("github", "event_name")
PLANS = ("list", "whole")
"""Outputs that hold the legs of other jobs: they are read for that alone."""


class Dice:
    """One seed gives one repository."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, of: Sequence[T]) -> T:
        return self.random.choice(of)

    def form(self) -> str:
        """How an ``if`` is written."""
        return self.one(["{}", "{}", "${{ {} }}", "${{{}}}"])


@dataclass
class Place:
    """Where an expression stands: in a job of a workflow, behind some of its steps where it is one of them."""

    dice: Dice
    files: Files
    workflow: Workflow
    job: Job
    steps: Sequence[Step] | None = None
    secret: bool = field(init=False)
    """Whether a secret may be said: where it stays in a file."""

    def __post_init__(self) -> None:
        self.secret = bool(self.workflow.secrets) and self.steps is not None

    def given(self) -> list[Any]:
        """The outputs of the jobs that are needed."""
        return [
            path("needs", need, "outputs", name)
            for need in self.job.needs
            for name in self.files.outputs_of(self.workflow.job(need))
            if name not in PLANS
        ]

    def comparison(self) -> Operation:
        sign = self.dice.one(["==", "==", "!="])
        given = self.given()
        if given and self.dice.chance(0.7):
            return Operation(sign, self.dice.one(given), Constant(self.dice.one(["v", "x", "", "success", "V"])))
        if self.job.needs:
            result = path("needs", self.dice.one(self.job.needs), "result")
            return Operation(sign, result, Constant(self.dice.one(["success", "failure", "skipped"])))
        return Operation(sign, EVENT, Constant(self.dice.one(["push", "workflow_dispatch"])))

    def fact(self) -> Any:
        """What is known before the job starts."""
        facts: list[Any] = [self.comparison() for _ in range(3)]
        if self.job.needs:
            word = Constant(self.dice.one(["failure", "skipped", "success"]))
            facts.append(Function("contains", (path("needs", "*", "result"), word)))
            facts += [Denial(facts[-1]), *self.given()[:1]]
        for name, one in self.workflow.inputs.items():
            facts.append(path("inputs", name))
            if one.type == "string":
                facts.append(Operation("==", path("inputs", name), Constant(self.dice.one(["a", "v", ""]))))
        fact = self.dice.one(facts)
        return fact if self.dice.chance(0.8) else either(fact, self.dice.one(facts))

    def of_job(self) -> Any:
        """The condition of the job, or None."""
        if self.dice.chance(0.4 if self.job.needs else 0.8):
            return None
        fact, calm = self.fact(), both(Denial(FAILURE), Denial(CANCELLED))
        forms = [fact, fact, fact, ALWAYS, ALWAYS, FAILURE, SUCCESS, CANCELLED, Denial(FAILURE), Denial(CANCELLED)]
        forms += [calm, both(calm, fact), either(SUCCESS, FAILURE), either(FAILURE, fact), both(fact, Denial(SUCCESS))]
        return self.dice.one(forms + [both(status, fact) for status in (ALWAYS, FAILURE, SUCCESS, Denial(CANCELLED))])

    def of_step(self) -> Any:
        """The condition of a step behind ``steps``."""
        facts = [self.fact()]
        if self.job.vectors:
            facts.append(Operation("==", path("matrix", "n"), Constant(self.dice.one([1, 2, "2"]))))
        for step in self.steps or ():
            end = path("steps", step.id, self.dice.one(["outcome", "conclusion"]))
            facts.append(Operation("==", end, Constant(self.dice.one(["success", "failure", "skipped"]))))
            for name in self.files.outputs_of(step):
                given = path("steps", step.id, "outputs", name)
                facts.append(Operation("!=", given, Constant(self.dice.one(["", "v"]))))
        facts.append(Operation("==", path("job", "status"), Constant(self.dice.one(["success", "failure"]))))
        return status_or(self.dice, self.dice.one(facts))

    def text(self) -> Template:
        """A text for an output, a variable, an input, or what a step says."""
        texts: list[Template] = [("plain",), ("v",), ("a ", EVENT)]
        texts += [(path("needs", need, "result"),) for need in self.job.needs]
        texts += [(given,) for given in self.given()]
        if self.job.needs:
            texts.append(("all ", Function("join", (path("needs", "*", "result"), Constant("+")))))
        if self.job.vectors:
            texts += [(path("matrix", name),) for name in self.job.vectors]
            place = (path("strategy", "job-index"), "/", path("strategy", "job-total"))
            texts.append(("leg ", path("matrix", "extra"), "-", *place))
        texts += [(path("inputs", name),) for name in self.workflow.inputs]
        if self.steps is not None:
            texts += [
                (path("job", "status"),),
                (path("env", "FROM"), ".", path("env", "WHERE"), ".", path("env", "LATER")),
            ]
        texts += [(path("secrets", name),) for name in self.workflow.secrets if self.secret]
        for step in self.steps or ():
            texts.append((path("steps", step.id, "outcome"), "/", path("steps", step.id, "conclusion")))
            given = [name for name in self.files.outputs_of(step) if name not in PLANS]
            texts += [(path("steps", step.id, "outputs", name),) for name in given]
        return self.dice.one(texts)


def status_or(dice: Dice, fact: Any) -> Any:
    """A condition of a step."""
    forms = [fact, fact, fact, ALWAYS, FAILURE, FAILURE, SUCCESS, CANCELLED, Denial(CANCELLED), Denial(SUCCESS)]
    forms += [both(status, fact) for status in (ALWAYS, FAILURE, SUCCESS, Denial(CANCELLED))]
    return dice.one([*forms, either(FAILURE, fact)])
