"""What a cut between Tasks would lose: packages are installed again, and where that cannot be there is no cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.plan.model import PlannedStep, SeenCommand, Stage
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.plan.steps import guessed_script, is_javascript
from gha2tekton.plan.tools import EVERYWHERE, assumed, changes_machine, in_container
from gha2tekton.record import replace
from gha2tekton.workflow.model import Env

_AGAIN = frozenset({"system", "python", "home"})
"""The effects of what may be installed twice: what is there stays as it is."""
_HARMLESS = frozenset("echo set true df export cd : printf test [ ls free which command uname".split())
"""What may stand beside the installing commands of a step that is run again."""
_LISTS = ("/var/lib/apt/", "/var/cache/")
_ABSOLUTE = re.compile(r"(?<![\w.$}~:/@%-])/(?!/)[\w.][\w./+-]*")
_VARIABLE = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)\}?/")
_EVERYWHERE = re.compile(
    r"/(s?bin|lib(64)?|dev|proc|sys|run|usr|etc|opt/conda|opt/hostedtoolcache|github|__w|gha2tekton|home/runner"
    rf"|{WORKSPACE.strip('/')})(/|$)"
)
"""What every machine or image has, or a volume holds; what writes there is told by ``changes_machine``."""


_TELLS = re.compile(r"GITHUB_(ENV|OUTPUT)")
_ASSIGNED = re.compile(r"""([A-Za-z_][\w-]*)=((?:"[^"\n]*"|'[^'\n]*'|\$\([^)\n]*\)|[^\s;&|"')])*)""")
_TEMPORARY = re.compile(r"\bmktemp\b(?![^)\n]*(?:RUNNER_TEMP|runner\.temp|GITHUB_WORKSPACE|PWD|\s\.))")


def replayable(step: PlannedStep) -> bool:
    """Whether a step that changes the machine does nothing else, so that it may be run again."""
    return step.action is None and all(_installs(seen) for seen in step.commands if not in_container(seen))


def _installs(seen: SeenCommand) -> bool:
    if seen.rule is not None and seen.rule.effects and seen.rule.effects <= _AGAIN:
        return "system" in seen.rule.effects or seen.rule.role == "prepare"
    words = [value or "" for value in seen.inner.values[1:]]
    tidies = seen.name == "rm" and all(word.startswith(("-", *_LISTS)) for word in words)
    return tidies or (seen.name in _HARMLESS and not changes_machine(seen))


def shared_places(stages: Sequence[Stage], named: bool, env: Env) -> str:
    """A path outside the job's volumes that steps of two stages name, or what leads to one; empty where there is none.

    ``named``: the workflow names the job's image, whose own variables may lead to its directories. ``env`` are the
    variables of workflow and job.
    """
    before: set[str] = set()
    told: set[str] = set()
    texts = {name: value.text for name, value in env.items()}
    steps = [step for stage in stages for step in stage.walk()]
    text = "\n".join(step.step.run.text for step in steps if step.step.run is not None)
    for stage in stages:
        here = {place for step in stage.walk() for place in _places(step, texts)}
        here |= {place for step in stage.walk() for place in _of_image(step, text)} if named else set()
        for place in sorted(here):
            if any(_within(place, other) or _within(other, place) for other in before):
                return place
        before |= here
        asked = {name for step in stage.walk() for name in _asked(step)}
        if found := sorted(told & asked):
            return f"what {found[0]} names"
        told |= {name for step in stage.walk() for name in leading(step)}
    return ""


def _asked(step: PlannedStep) -> Iterator[str]:
    """The variables and outputs of steps that a step reads."""
    own = step.step
    values = [*own.inputs.values(), *own.env.values(), *([own.run] if own.run is not None else [])]
    for text in (value.text for value in values):
        yield from (f"${one or other}" for one, other in re.findall(r"\$\{?([A-Za-z_]\w*)|\benv\.(\w+)", text))
        yield from (found.lower() for found in re.findall(r"\bsteps\.[\w-]+\.outputs\.[\w-]+", text))


def leading(step: PlannedStep) -> Iterator[str]:
    """What a script tells later steps that leads outside the volumes: ``$NAME``, ``steps.ID.outputs.NAME``."""
    own = step.step
    if own.run is None or step.container is not None or not _TELLS.search(own.run.text):
        return
    script = _on_the_machine(step, own.run.text)
    names: dict[str, None] = {}
    for _ in range(2):
        for name, value in _ASSIGNED.findall(script):
            used = set(re.findall(r"\$\{?(\w+)", value))
            outside = any(not _EVERYWHERE.match(found[0]) for found in _ABSOLUTE.finditer(value))
            if outside or _TEMPORARY.search(value) or used.intersection(names):
                names.setdefault(name)
    if "GITHUB_ENV" in own.run.text:
        yield from (f"${name}" for name in names)
    if "GITHUB_OUTPUT" in own.run.text and own.id is not None:
        yield from (f"steps.{own.id.text}.outputs.{name}".lower() for name in names)


def _places(step: PlannedStep, env: Mapping[str, str]) -> Iterator[str]:
    """The paths that a step names, in its script, its inputs or a variable that it uses, and nothing carries."""
    if step.container is not None:
        return
    texts = [value.text for value in (*step.step.inputs.values(), *step.step.env.values())]
    if step.step.run is not None:
        texts.append(_on_the_machine(step, guessed_script(step.scope, step.step.run.template)))
    used = set(re.findall(r"\$\{?(\w+)|\benv\.(\w+)", " ".join(texts)))
    names = [name for pair in sorted(used) for name in pair]
    # Of what only the run knows, the beginning may be known.
    texts += [step.scope.likely.get(name) or env.get(name, "") for name in names]
    for text in texts:
        for found in _ABSOLUTE.finditer(text):
            place = found[0].rstrip("/.")
            if place and not _EVERYWHERE.match(place):
                yield place


def _of_image(step: PlannedStep, text: str) -> Iterator[str]:
    """Directories that are told by variables which nothing of the workflow sets, so that the image does."""
    if step.container is not None or step.step.run is None:
        return
    for name in sorted(set(_VARIABLE.findall(_on_the_machine(step, step.step.run.text)))):
        ours = name in step.scope.likely or name.startswith(("GITHUB_", "RUNNER_"))
        if (
            not ours
            and name not in ("HOME", "PWD", "TMPDIR")
            and not re.search(rf"\b{name}=|\b(for|read) .*\b{name}\b", text)
        ):
            yield f"${name}"


def _on_the_machine(step: PlannedStep, script: str) -> str:
    """A script less the calls of containers, with all that runs in these."""
    calls = [seen.command for seen in step.commands if seen.docker is not None and seen.command.within is None]
    for command in sorted(calls, key=lambda one: one.start, reverse=True):
        script = script[: command.start] + script[command.end :]
    return script


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def with_installs(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages, each with the steps of earlier ones that install what its scripts may use."""
    out: list[Stage] = []
    installing: list[PlannedStep] = []
    for stage in stages:
        out.append(replace(stage, again=tuple(installing)) if installing and _runs_programs(stage) else stage)
        installing += [step for step in stage.steps if "system" in step.effects]
    return tuple(out)


def _runs_programs(stage: Stage) -> bool:
    """Whether scripts of a stage run what packages may have brought: not just builtins, and containers."""
    return any(
        is_javascript(step.action)
        if step.action is not None
        else step.step.run is not None and (not step.commands or any(_own_program(seen) for seen in step.commands))
        for step in stage.walk()
        if not step.refused
    )


def _own_program(seen: SeenCommand) -> bool:
    if seen.docker is not None or in_container(seen) or seen.name in EVERYWHERE:
        return False
    return bool(list(assumed((seen,), ""))) or "/" in (seen.command.words[0].value or "" if seen.command.words else "")
