"""Makes a random, plausible repository of a seed: jobs that need each other, calls, matrices, actions, failures."""

from __future__ import annotations

from typing import Any

from tests.equivalence.generated.choices import EVENT, PLANS, Dice, Place, status_or
from tests.equivalence.generated.expressions import (
    Constant,
    Denial,
    Function,
    Operation,
    Template,
    either,
    path,
)
from tests.equivalence.generated.workflows import Action, Files, Input, Job, Step, Workflow

JOBS = ("alpha", "bravo", "carol", "delta", "echo", "frank")
INNER = ("kilo", "lima", "mike")
SECRETS = {"TOKEN": "s3cr3t-one", "OTHER": "s3cr3t-two"}


def make(seed: int, *, notebooks: bool = False) -> Files:
    """A repository; with ``notebooks`` many of its jobs run some, and are split where they may be."""
    return _Maker(seed, notebooks).files


class _Maker:
    def __init__(self, seed: int, notebooks: bool) -> None:
        self.dice = Dice(seed)
        self.notebooks = notebooks
        self.files = Files()
        for number in range(self.dice.one([0, 0, 1, 2])):
            self.action(f"./.github/actions/act{number}")
        for level in range(self.dice.one([0, 0, 1, 2, 3])):
            self.workflow(f"inner{level}.yml", INNER[: self.dice.random.randint(1, 3)], called=True)
        self.workflow("main.yml", JOBS[: self.dice.random.randint(2, 6)], called=False)

    def workflow(self, file: str, names: tuple[str, ...], *, called: bool) -> None:
        dice = self.dice
        workflow = Workflow(file.removesuffix(".yml"), called)
        workflow.env = {"WHERE": workflow.name} if dice.chance(0.3) else {}
        workflow.shell = "bash" if dice.chance(0.15) else ""
        if called:
            inputs = {
                "text": ("string", [None, "a", ""]),
                "flag": ("boolean", [None, True]),
                "count": ("number", [None, 3]),
            }
            for name, (type, defaults) in inputs.items():
                if dice.chance(0.6):
                    workflow.inputs[name] = Input(type, dice.one(defaults))
            workflow.secrets = ["TOKEN"] if dice.chance(0.4) else []
        for id in names:
            workflow.jobs.append(self.job(workflow, id))
        if called:
            self.outputs(workflow)
        self.files.workflows[file] = workflow

    def outputs(self, workflow: Workflow) -> None:
        given = {
            f"{job.id}-{name}": path("jobs", job.id, "outputs", name)
            for job in workflow.jobs
            for name in self.files.outputs_of(job)
        }
        workflow.outputs = {name: (value,) for name, value in given.items() if self.dice.chance(0.7)}
        values = list(given.values())
        if self.dice.chance(0.3):
            workflow.outputs["fixed"] = ("constant",)
        if len(values) > 1 and self.dice.chance(0.3):
            workflow.outputs["any"] = (either(*values[:2]),)
        if values and self.dice.chance(0.3):
            workflow.outputs["quoted"] = ("<", values[0], ">")
        if workflow.inputs and self.dice.chance(0.4):
            workflow.outputs["given"] = ("given ", path("inputs", self.dice.one(list(workflow.inputs))))

    def job(self, workflow: Workflow, id: str) -> Job:
        dice, job, before = self.dice, Job(id, form=self.dice.form()), workflow.jobs
        if before and dice.chance(0.75):
            needed = dice.random.sample(before, min(len(before), dice.one([1, 1, 1, 2, 2, 3])))
            job.needs = [one.id for one in needed]
        place = Place(dice, self.files, workflow, job)
        # What a call results in whose jobs are all skipped GitHub does not say: one of them always runs.
        job.condition = place.of_job() if before or not workflow.called else None
        self.matrix(workflow, job)
        if self.files.workflows and dice.chance(0.4):
            return self.call(workflow, place)
        if dice.chance(0.2):
            second = Operation("==", path("matrix", "n"), Constant(2))
            job.forgiven = dice.one([Constant(True), second if "n" in job.vectors else Constant(False)])
        job.env = {"FROM": place.text()} if dice.chance(0.3) else {}
        job.shell = dice.one(["bash", "sh"]) if dice.chance(0.1) else ""
        for number in range(dice.random.randint(1, 4)):
            self.step(workflow, job, f"{id[0]}{number + 1}")
        if self.notebooks and dice.chance(0.7):
            self.notebook(workflow, job)
        elif self.files.actions and dice.chance(0.35):
            self.calls_of_actions(workflow, job)
        for name in ("o", "p"):
            if dice.chance(0.5):
                job.outputs[name] = self.output(place)
        return job

    def output(self, place: Place) -> Template:
        steps = place.job.steps
        written = [(step.id, name) for step in steps for name in self.files.outputs_of(step)]
        if written and self.dice.chance(0.6):
            step, name = self.dice.one(written)
            return (path("steps", step, "outputs", name),)
        ends: list[Template] = [(path("steps", steps[-1].id, "outcome"),), (path("steps", steps[0].id, "conclusion"),)]
        return self.dice.one(
            [*ends, ("v",), (path("steps", "none", "outputs", "x"),), ("is ", path("job", "status")), place.text()]
        )

    def matrix(self, workflow: Workflow, job: Job) -> None:
        dice = self.dice
        planners = [one for one in map(workflow.job, job.needs) if not (one.calls or one.vectors or one.dynamic)]
        if planners and dice.chance(0.2):
            planner = dice.one(planners)
            if planner.steps[0].id != "plan":
                plans = (
                    dice.one(["[1, 2]", '["a"]']),
                    dice.one(['{"n": [1, 2]}', '{"include": [{"n": 1, "os": "k"}, {"n": 2}]}']),
                )
                planner.steps.insert(
                    0, Step("plan", outputs={name: (plan,) for name, plan in zip(PLANS, plans, strict=True)})
                )
                planner.outputs |= {name: (path("steps", "plan", "outputs", name),) for name in PLANS}
            wanted, otherwise = dice.one([("list", "[7]"), ("whole", '{"n": [8]}')])
            plan = either(path("needs", planner.id, "outputs", wanted), Constant(otherwise))
            legs = Function("fromJSON", (plan,))
            job.vectors, job.matrix = ({"n": legs}, None) if wanted == "list" else ({}, legs)
            job.fail_fast = False
        elif dice.chance(0.25):
            job.vectors = {"n": dice.one([[1, 2], [1, 2, 3], [2]])}
            job.vectors |= {"os": dice.one([["k", "m"], ["k"]])} if dice.chance(0.4) else {}
            extras = [{"n": "1", "extra": "one"}, {"n": 5, "extra": "five"}]
            job.include = dice.one([[], [], [{"n": 2, "extra": "e"}], [{"n": 9}], [{"extra": "all"}], extras])
            job.exclude = [{"n": dice.one([1, "1"])}] if len(job.vectors["n"]) > 1 and dice.chance(0.25) else []
            # Which legs a failure still reaches is known where they run one after the other.
            job.fail_fast, job.max_parallel = dice.one([(False, None), (False, 2), (False, 1), (True, 1), (None, 1)])

    def call(self, workflow: Workflow, place: Place) -> Job:
        dice, job = self.dice, place.job
        job.calls = dice.one(list(self.files.workflows))
        callee = self.files.workflows[job.calls]
        plain = not any(one.needs or one.condition or one.vectors or one.dynamic or one.calls for one in callee.jobs)
        if job.dynamic and not plain:
            # Its jobs cannot have legs that the run alone knows: the call would stay manual.
            job.vectors, job.matrix = {}, None
        job.fail_fast, job.max_parallel = (False if job.vectors or job.dynamic else None), None
        for name, one in callee.inputs.items():
            if dice.chance(0.6):
                values = {
                    "string": place.text(),
                    "boolean": dice.one([True, False, (place.comparison(),)]),
                    "number": dice.one([0, 4]),
                }
                job.inputs[name] = values[one.type]
        if callee.secrets and dice.chance(0.7):
            job.secrets = dice.one(["inherit", {"TOKEN": "TOKEN"}, {"TOKEN": "TOKEN" if workflow.called else "OTHER"}])
        return job

    def step(self, workflow: Workflow, job: Job, id: str) -> Step:
        dice, step = self.dice, Step(id, form=self.dice.form())
        place = Place(dice, self.files, workflow, job, list(job.steps))
        step.condition = place.of_step() if dice.chance(0.3) else None
        step.env = {"NEAR": place.text()} if dice.chance(0.2) else {}
        if dice.chance(0.85):
            step.line = (f"{id} ", *place.text(), " ", *place.text(), *((" ", path("env", "NEAR")) if step.env else ()))
        place.secret = False  # GitHub drops an output that holds one
        told = place.text() if not workflow.secrets else ("x",)
        if dice.chance(0.3):
            step.outputs[dice.one(["x", "y"])] = dice.one([("v",), (f"{id}\nand\n\nmore",), told])
        if dice.chance(0.1):
            step.exports["LATER"] = told
        step.shell = dice.one(["bash", "sh"]) if dice.chance(0.07) else ""
        step.pipe = dice.chance(0.05)
        if dice.chance(0.2):
            step.fails = dice.one(
                [Constant(True), Constant(True), Operation("==", path("matrix", "n"), Constant(2)), place.fact()]
            )
            step.forgiven = dice.one([None, None, Constant(True), Constant(False), place.comparison()])
        job.steps.append(step)
        return step

    def notebook(self, workflow: Workflow, job: Job) -> None:
        """Steps that are stages of their own where the job may be split."""
        for name, program in (
            ("run", f"papermill {self.dice.one(['in', 'in', 'missing'])}.ipynb out.ipynb"),
            ("html", "jupyter nbconvert --to html out.ipynb"),
        ):
            step = self.step(workflow, job, f"{job.id[0]}{name}")
            step.fails, step.pipe, step.program = None, False, program
        for number in range(self.dice.one([0, 1, 2])):
            self.step(workflow, job, f"{job.id[0]}z{number}")
        job.steps.insert(0, Step("checkout", uses="actions/checkout@v4"))

    def calls_of_actions(self, workflow: Workflow, job: Job) -> None:
        for number in range(self.dice.one([1, 2])):
            action = self.files.actions[self.dice.one(list(self.files.actions))]
            at = self.dice.random.randint(0, len(job.steps))
            place = Place(self.dice, self.files, workflow, job, None if workflow.secrets else job.steps[:at])
            step = Step(f"act{number}", form=self.dice.form(), uses=action.name)
            step.condition = place.of_step() if self.dice.chance(0.4) else None
            step.inputs = {name: place.text() for name in action.inputs if self.dice.chance(0.6)}
            step.env = {"NEAR": place.text()} if self.dice.chance(0.2) else {}
            step.forgiven = Constant(True) if self.dice.chance(0.3) else None
            job.steps.insert(at, step)
        job.steps.insert(0, Step("checkout", uses="actions/checkout@v4"))

    def action(self, name: str) -> None:
        dice = self.dice
        action = Action(name, {id: dice.one(["", "v", "true"]) for id in ("in", "flag") if dice.chance(0.7)})
        texts: list[Template] = [("plain",), (path("env", "FROM"), ".", path("env", "LATER"), ".", path("env", "NEAR"))]
        texts.append((path("job", "status"), " ", path("github", "action_status")))
        facts: list[Any] = [Operation("==", EVENT, Constant("push"))]
        facts.append(Operation("==", path("job", "status"), Constant("failure")))
        for id in action.inputs:
            texts.append((path("inputs", id),))
            facts += [path("inputs", id), Operation("==", path("inputs", id), Constant(dice.one(["true", "v"])))]
        given: list[Template] = [("fixed",)]
        for number in range(dice.random.randint(1, 4)):
            step = Step(f"x{name[-1]}{number}", form=dice.form())
            step.condition = status_or(dice, dice.one(facts)) if dice.chance(0.4) else None
            step.line = (f"{step.id} ", *dice.one(texts), " ", *dice.one(texts))
            step.outputs = {"x": dice.one([("v",), ("two\nlines",), dice.one(texts)])} if dice.chance(0.4) else {}
            step.exports = {"LATER": ("from the action",)} if dice.chance(0.15) else {}
            step.env = {"NEAR": dice.one(texts)} if dice.chance(0.2) else {}
            if dice.chance(0.25):
                step.fails = dice.one(
                    [Constant(True), Denial(path("inputs", "in")), Operation("==", path("inputs", "in"), Constant("v"))]
                )
                step.forgiven = dice.one([None, None, Constant(True)])
            step.shell = dice.one(["", "", "", "sh"])
            step.pipe = dice.chance(0.07)
            texts.append((path("steps", step.id, "outcome"), "/", path("steps", step.id, "conclusion")))
            facts.append(
                Operation(
                    "==",
                    path("steps", step.id, dice.one(["outcome", "conclusion"])),
                    Constant(dice.one(["success", "failure", "skipped"])),
                )
            )
            given += [(path("steps", step.id, "outputs", id),) for id in step.outputs]
            action.steps.append(step)
        action.outputs = {id: dice.one([*given, texts[-1]]) for id in ("x", "y") if dice.chance(0.5)}
        self.files.actions[name] = action
