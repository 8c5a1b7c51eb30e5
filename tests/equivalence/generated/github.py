"""What GitHub does with a generated repository: its documents read once more, without a word of the converter.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.equivalence.generated.expressions import (
    Known,
    Template,
    equal,
    printed,
    says_status,
    template_value,
    truthy,
)
from tests.equivalence.generated.workflows import Action, Files, Job, Step, Workflow

GITHUB = {"event_name": "workflow_dispatch"}
Told = tuple[str, dict[str, str]]
"""The result and the outputs of a job."""


def expected(files: Files, secrets: Mapping[str, str]) -> dict[str, Any]:
    """The run of main.yml as an expected.json has it; jobs are named ``call--job``, those of legs are lists."""
    run = _Run(files)
    told = run.workflow(files.workflows["main.yml"], {}, secrets, "", skipped=False)
    return {"exit": int(any(result in ("failure", "cancelled") for result, _ in told.values())), "jobs": run.jobs}


@dataclass
class _Machine:
    """What steps leave behind for those after them."""

    env: dict[str, str]
    log: str = ""
    files: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)


class _Run:
    def __init__(self, files: Files) -> None:
        self.files = files
        self.jobs: dict[str, Any] = {}

    def workflow(
        self, workflow: Workflow, inputs: Known, secrets: Mapping[str, str], prefix: str, *, skipped: bool
    ) -> dict[str, Told]:
        told: dict[str, Told] = {}
        above: dict[str, set[str]] = {}
        left = list(workflow.jobs)
        while left:
            job = next(one for one in left if all(need in told for need in one.needs))
            left.remove(job)
            above[job.id] = set(job.needs).union(*(above[need] for need in job.needs))
            # Status functions speak of all jobs up the chain; a job that was skipped is no success.
            results = [told[id][0] for id in above[job.id]]
            status = _status("failure" if "failure" in results else "success")
            status["success"] = all(result == "success" for result in results)
            needs = {need: {"result": told[need][0], "outputs": told[need][1]} for need in job.needs}
            known = {"github": GITHUB, "inputs": inputs, "needs": needs, "status": status}
            runs = not skipped and _holds(job.condition, known)
            if job.calls:
                told[job.id] = self.call(job, known, secrets, prefix, runs)
            elif runs:
                told[job.id] = self.job(workflow, job, known | {"secrets": secrets}, f"{prefix}{job.id}")
            else:
                told[job.id] = "skipped", {}
                self.jobs[f"{prefix}{job.id}"] = {"result": "skipped"}
        return told

    def job(self, workflow: Workflow, job: Job, known: Known, name: str) -> Told:
        legs = _legs(job, known)
        seen: list[dict[str, Any]] = []
        outputs: dict[str, str] = {}
        for index, leg in enumerate(legs):
            if job.fail_fast is not False and any(one["result"] == "failure" for one in seen):
                seen.append({"result": "cancelled", "steps": {}, "outputs": {}})
                continue
            strategy = {"job-index": index, "job-total": len(legs)}
            seen.append(self.leg(workflow, job, known | {"matrix": leg, "strategy": strategy}))
            # Of several legs the last that sets a value wins.
            outputs |= {name: value for name, value in seen[-1]["outputs"].items() if value}
        self.jobs[name] = seen if job.dynamic or len(legs) > 1 else seen[0]
        return _worst(one["result"] for one in seen), outputs

    def leg(self, workflow: Workflow, job: Job, known: Known) -> dict[str, Any]:
        machine = _Machine(workflow.env | _values(job.env, known))
        shell = job.shell or workflow.shell
        status, steps = self.steps(job.steps, known, machine, {}, shell)
        end = known | {"env": machine.env, "steps": steps, "job": {"status": status}}
        forgiven = status == "failure" and job.forgiven is not None and truthy(job.forgiven.of(end))
        files = machine.files | ({"log.txt": machine.log} if machine.log else {})
        result = "success" if forgiven else status
        return {"result": result, "steps": machine.ends, "outputs": _values(job.outputs, end), "files": files}

    def steps(
        self, steps: Sequence[Step], known: Known, machine: _Machine, near: dict[str, str], shell: str
    ) -> tuple[str, Known]:
        """The status after the steps of a job or an action, and the context ``steps``; ``near`` is the action's env."""
        status: str = "success"
        context: Known = {}
        for step in steps:
            now = {"job": {"status": status}} | known | {"steps": context, "status": _status(status)}
            if "runs" in known:
                now["github"] = GITHUB | {"action_status": status}
            now["env"] = machine.env | near
            own = _values(step.env, now)
            now["env"] = now["env"] | own
            outcome, outputs = "skipped", {}
            if _holds(step.condition, now):
                good, outputs = self.step(step, now, machine, own, shell)
                outcome = "success" if good else "failure"
            forgiven = step.forgiven is not None and truthy(step.forgiven.of(now))
            conclusion = "success" if outcome == "failure" and forgiven else outcome
            context[step.id] = {"outcome": outcome, "conclusion": conclusion, "outputs": outputs}
            if "runs" not in known:
                machine.ends[step.id] = outcome if outcome == conclusion else f"{outcome}/{conclusion}"
            status = "failure" if conclusion == "failure" else status
        return status, context

    def step(
        self, step: Step, known: Known, machine: _Machine, own: dict[str, str], shell: str
    ) -> tuple[bool, dict[str, str]]:
        """Whether it succeeds, and its outputs."""
        if step.uses in self.files.actions:
            return self.action(self.files.actions[step.uses], step, known, machine, own)
        if step.line:
            machine.log += template_value(step.line, known) + "\n"
        outputs, exports = _values(step.outputs, known), _values(step.exports, known)
        machine.env |= exports
        good = not (step.pipe and (step.shell or shell) == "bash") and _stand_in(step.program, machine.files)
        return good and not (step.fails is not None and printed(step.fails.of(known)) == "true"), outputs

    def action(
        self, action: Action, step: Step, known: Known, machine: _Machine, own: dict[str, str]
    ) -> tuple[bool, dict[str, str]]:
        inputs = {n: template_value(step.inputs.get(n, (default,)), known) for n, default in action.inputs.items()}
        within = {"runs": action.name, "github": GITHUB, "inputs": inputs, "job": known["job"]}
        status, steps = self.steps(action.steps, within, machine, own, "bash")
        return status == "success", _values(action.outputs, within | {"steps": steps, "env": machine.env | own})

    def call(self, job: Job, known: Known, secrets: Mapping[str, str], prefix: str, runs: bool) -> Told:
        workflow = self.files.workflows[job.calls]
        legs = _legs(job, known) if runs or not job.dynamic else [{}]
        passed = (
            secrets if job.secrets == "inherit" else {n: secrets.get(of, "") for n, of in dict(job.secrets).items()}
        )
        outputs: dict[str, str] = {}
        results: list[str] = []
        seen: list[dict[str, Any]] = []
        for index, leg in enumerate(legs):
            inner = known | {"matrix": leg, "strategy": {"job-index": index, "job-total": len(legs)}}
            inputs = {
                name: _input(job.inputs.get(name), one.type, one.default, inner)
                for name, one in workflow.inputs.items()
            }
            stem = f"{job.id}-{index + 1}" if len(legs) > 1 and not job.dynamic else job.id
            outside, self.jobs = self.jobs, {}
            told = self.workflow(workflow, inputs, passed, f"{prefix}{stem}--", skipped=not runs)
            seen.append(self.jobs)
            self.jobs = outside
            results.append(_worst(result for result, _ in told.values()) if runs else "skipped")
            jobs = {id: {"result": result, "outputs": given} for id, (result, given) in told.items()}
            # A call that is skipped gives nothing, not even what is constant.
            given = _values(workflow.outputs, {"jobs": jobs, "inputs": inputs, "github": GITHUB}) if runs else {}
            outputs |= {name: value for name, value in given.items() if value}
        for one in seen:
            self.jobs |= {name: [leg[name] for leg in seen] for name in one} if job.dynamic else one
        return _worst(results), outputs


def _status(status: str) -> dict[str, bool]:
    return {"success": status == "success", "failure": status == "failure", "cancelled": False}


def _holds(condition: Any, known: Known) -> bool:
    if condition is None:
        return bool(known["status"]["success"])
    return bool((says_status(condition) or known["status"]["success"]) and truthy(condition.of(known)))


def _values(texts: Mapping[str, Template], known: Known) -> dict[str, str]:
    return {name: template_value(value, known) for name, value in texts.items()}


def _input(given: Any, type: str, default: Any, known: Known) -> Any:
    value = default if given is None else given
    if isinstance(value, tuple):
        value = value[0].of(known) if type == "boolean" else template_value(value, known)
    return {"string": printed, "boolean": truthy, "number": lambda number: number or 0}[type](value)


def _worst(results: Any) -> str:
    found = list(results)
    for word in ("failure", "cancelled"):
        if word in found:
            return word
    return "skipped" if all(result == "skipped" for result in found) else "success"


def _stand_in(program: str, files: dict[str, str]) -> bool:
    """Whether the stand-in of a program succeeds; it leaves its files all the same."""
    if program.startswith("papermill"):
        files["out.ipynb"] = "" if "missing" in program else "{}\n"
        return "missing" not in program
    if program.startswith("jupyter"):
        files["out.html"] = "<html>\n" + files.get("out.ipynb", "")
        return "out.ipynb" in files
    return True


def _legs(job: Job, known: Known) -> list[Known]:
    matrix = {**job.vectors, "include": job.include, "exclude": job.exclude}
    matrix = matrix if job.matrix is None else job.matrix.of(known)
    include, exclude = matrix.pop("include", ()), matrix.pop("exclude", ())
    vectors = {name: value if isinstance(value, list) else value.of(known) for name, value in matrix.items()}
    rows = [dict(zip(vectors, row, strict=True)) for row in itertools.product(*vectors.values())] if vectors else []
    rows = [row for row in rows if not any(_covers(entry, row) for entry in exclude)]
    originals = [dict(row) for row in rows]
    for entry in include:
        wanted = {name: value for name, value in entry.items() if name in vectors}
        fitting = [at for at, row in enumerate(originals) if _covers(wanted, row)]
        for at in fitting:
            rows[at] |= {name: value for name, value in entry.items() if name not in vectors}
        rows += [dict(entry)] if not fitting else []
    return rows or [{}]


def _covers(entry: Known, row: Known) -> bool:
    return all(equal(row.get(name), value) for name, value in entry.items())
