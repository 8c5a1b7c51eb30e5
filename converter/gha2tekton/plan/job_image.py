"""The image of a job's Task: its container's, the one that is asked for, or the one that has most of its tools."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.expression import Template
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.programs import own_programs
from gha2tekton.plan.scope import Scope, literal
from gha2tekton.plan.tools import missing, supplied, wanted_of_image
from gha2tekton.record import Record, replace
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import ImageChoice, Runner
from gha2tekton.workflow.model import Job


def base_programs(rules: RuleSet) -> frozenset[str]:
    """The programs that every image has."""
    return rules.once(
        "base", lambda: frozenset(name for table in rules.table("images") for name in table.get("base") or ())
    )


class _Asked(Record, frozen=True):
    """What the steps of a job want of an image."""

    tools: frozenset[str]
    versions: dict[str, Template]
    brings: frozenset[str]
    """What steps install themselves."""


def job_image(
    job: Job,
    scope: Scope,
    steps: Sequence[PlannedStep],
    runner: Runner,
    asked_for: str,
    dynamic: bool,
    rules: RuleSet,
    journal: Journal,
) -> ImageChoice:
    """``asked_for`` is the image that the options name; ``dynamic`` where only the run knows the legs of the job."""
    if job.container is not None:
        reference = tuple(
            part.removeprefix("docker://") if isinstance(part, str) else part
            for part in scope.fold(job.container.image)
        )
        known = machines.facts(rules, literal(reference) or "")
        everything = known or next(iter(machines.images(rules)))
        return ImageChoice(reference, known.holds if known else frozenset(), (), everything)
    asked = _asked(steps, dynamic, rules)
    lines = asked.brings | {tool for tool in asked.tools if supplied(rules, tool)}
    choice = machines.choose(rules, set(asked.tools), asked.versions, lines)
    if fixed := asked_for or runner.image:
        own = replace(choice.image, prepare=("", ""))
        return replace(choice, reference=(fixed,), holds=frozenset(), image=own)
    messages = [missing(job.id, choice, machines.brought(rules, asked.versions) | asked.brings, rules)]
    messages += [] if runner.hosted else [own_programs(job.id, steps, choice, rules)]
    for message in filter(None, messages):
        journal.note(Diagnostic("programs-missing", "note", message, job.span))
    return choice


def _asked(steps: Sequence[PlannedStep], dynamic: bool, rules: RuleSet) -> _Asked:
    versions: dict[str, Template] = {}
    tools, provided, brings = set[str](), set[str](), set[str]()
    for part in (part for step in steps for part in step.walk()):
        if part.rule and part.rule.provides and part.rule.provides.tool not in versions:
            given = part.step.inputs.get(part.rule.provides.version)
            text = part.scope.guess(given) if given else None
            wanted = (text,) if text else part.scope.fold(given) if given else (part.rule.provides.default,)
            if dynamic and literal(wanted) is None:
                wanted = (part.rule.provides.default,)  # an image must be known; the tool's step sees to it
            versions[part.rule.provides.tool] = wanted
        tools |= wanted_of_image(part, part.tools - provided - base_programs(rules), rules)
        if part.step.run is not None:
            tools.add("bash")
        provided |= part.provided
        brings |= part.brings
    return _Asked(frozenset(tools), versions, frozenset(brings))
