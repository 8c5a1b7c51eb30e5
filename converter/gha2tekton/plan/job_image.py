"""The image of a job's Task: its container's, the one that is asked for, or the one that has most of its tools."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.expression import Context, Partial, Property, Template, fold_template
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.programs import own_programs
from gha2tekton.plan.scope import Scope, context_of, input_defaults, literal
from gha2tekton.plan.tools import by_pip, missing, supplied, wanted_of_image
from gha2tekton.plan.version_files import stated
from gha2tekton.record import Record, replace
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.machines import with_version
from gha2tekton.rules.model import ImageChoice, Runner
from gha2tekton.rules.tags import tag
from gha2tekton.workflow.matrix import Leg
from gha2tekton.workflow.model import Job, Workflow
from gha2tekton.workflow.repository import Repository


def base_programs(rules: RuleSet) -> frozenset[str]:
    """The programs that every image has."""
    return rules.once(
        "base", lambda: frozenset(name for table in rules.table("images") for name in table.get("base") or ())
    )


def of_images(job: Job, scope: Scope) -> Job:
    """The job with those containers that have an image: GitHub starts none for an empty name."""
    container = job.container if job.container is not None and scope.text(job.container.image) != "" else None
    services = {name: one for name, one in job.services.items() if scope.text(one.image) != ""}
    same = container is job.container and len(services) == len(job.services)
    return job if same else replace(job, container=container, services=services)


_VERSION = Property(Context("image"), "version")


class _Asked(Record, frozen=True):
    """What the steps of a job want of an image."""

    tools: frozenset[str]
    versions: dict[str, Template]
    brings: frozenset[str]
    """What steps install themselves."""


def job_image(
    workflow: Workflow,
    job: Job,
    scope: Scope,
    steps: Sequence[PlannedStep],
    runner: Runner,
    legs: Sequence[Leg],
    asked_for: str,
    repository: Repository,
    rules: RuleSet,
    journal: Journal,
) -> ImageChoice:
    """The image for these legs, none where only the run knows them; ``asked_for`` is the one that the options name."""
    if job.container is not None:
        reference = tuple(
            part.removeprefix("docker://") if isinstance(part, str) else part
            for part in scope.fold(job.container.image)
        )
        known = machines.facts(rules, literal(reference) or "")
        everything = known or next(iter(machines.images(rules)))
        return ImageChoice(reference, known.holds if known else frozenset(), (), everything)
    asked = _asked(steps, repository, rules)
    lines = asked.brings | {tool for tool in asked.tools if supplied(rules, tool)}
    choice = machines.choose(rules, set(asked.tools), asked.versions, lines)
    if fixed := asked_for or runner.image:
        own = replace(choice.image, prepare=("", ""))
        return replace(choice, reference=(fixed,), holds=frozenset(), image=own)
    messages = [missing(job.id, choice, machines.brought(rules, asked.versions) | asked.brings, rules)]
    messages += [] if runner.hosted else [own_programs(job.id, steps, choice, rules)]
    for message in filter(None, messages):
        journal.note(Diagnostic("programs-missing", "note", message, job.span))
    version = asked.versions.get(choice.image.tool, ())
    return choice if literal(version) is not None else _of_run(choice, version, legs, input_defaults(workflow))


def _of_run(choice: ImageChoice, version: Template, legs: Sequence[Leg], defaults: Partial) -> ImageChoice:
    """The image where its version is no plain text: one that is there, or the usual one and the step brings it."""
    image = choice.image
    found = [literal(fold_template(version, {"matrix": dict(leg.values)})) for leg in legs]
    if found and None not in found:
        tags = tuple(tag(image, text or "") for text in found)
        if len(set(tags)) == 1:
            return replace(choice, reference=with_version(image, (tags[0],)))
        if list(tags) == found and context_of(version) == "matrix":
            return choice
        return replace(choice, reference=with_version(image, (_VERSION,)), tags=tags)
    usual = literal(fold_template(version, {"inputs": defaults})) if context_of(version) == "inputs" else None
    if image.tool not in machines.BROUGHT or (usual and tag(image, usual) == usual):
        return choice
    return replace(choice, reference=with_version(image, (image.version,)))


def _asked(steps: Sequence[PlannedStep], repository: Repository, rules: RuleSet) -> _Asked:
    versions: dict[str, Template] = {}
    tools, provided, brings = set[str](), set[str](), set[str]()
    for part in (part for step in steps for part in step.walk()):
        if part.rule and part.rule.provides and part.rule.provides.tool not in versions:
            given = part.step.inputs.get(part.rule.provides.version)
            in_file = stated(repository, part.rule.provides, part.step.inputs, part.scope)
            text = in_file or (part.scope.guess(given) if given else None)
            usual = (part.rule.provides.default,)
            versions[part.rule.provides.tool] = (text,) if text else part.scope.of_job(part.scope.fold(given)) or usual
        open_tools = part.tools - provided - base_programs(rules)
        tools |= wanted_of_image(part, open_tools, rules) | ({"pip"} if by_pip(part, open_tools) else set())
        if part.step.run is not None:
            tools.add("bash")
        provided |= part.provided
        brings |= part.brings
    return _Asked(frozenset(tools), versions, frozenset(brings))
