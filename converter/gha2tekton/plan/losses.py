"""What a cut between Tasks would lose: packages are installed again, and where that cannot be there is no cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gha2tekton.plan.model import PlannedStep, SeenCommand, Stage
from gha2tekton.plan.steps import guessed_script, is_javascript
from gha2tekton.plan.tools import assumed, changes_machine, in_container
from gha2tekton.record import replace

_HARMLESS = frozenset("echo set true df export cd : printf test [ ls free".split())
"""What may stand beside the installing commands of a step that is run again."""
_PLACE = re.compile(r"(?<![\w$}./~:-])/(?:tmp|var/tmp|opt|usr/local|srv|data|mnt)/[\w.+-]+(?:/[\w.+-]+)*")
_OWN = ("/usr/local/cuda", "/opt/conda", "/opt/hostedtoolcache")
"""Places of an image, which each Task has."""


def replayable(step: PlannedStep) -> bool:
    """Whether a step that changes the machine does nothing else, so that it may be run again."""
    return step.action is None and all(
        (seen.rule is not None and "system" in seen.rule.effects)
        or (seen.name in _HARMLESS and not changes_machine(seen))
        for seen in step.commands
        if not in_container(seen)
    )


def shared_places(stages: Sequence[Stage]) -> str:
    """A path outside the job's volumes that scripts of two stages name; empty where there is none."""
    first: dict[str, int] = {}
    for index, stage in enumerate(stages):
        for step in stage.walk():
            text = guessed_script(step.scope, step.step.run.template) if step.step.run is not None else ""
            inside = " ".join(seen.command.text for seen in step.commands if in_container(seen) or seen.docker)
            for place in (found[0] for found in _PLACE.finditer(text)):
                if place in inside or place.startswith(_OWN):
                    continue
                if first.setdefault(place, index) != index:
                    return place
    return ""


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
    if seen.docker is not None or in_container(seen):
        return False
    return bool(list(assumed((seen,), ""))) or "/" in (seen.command.words[0].value or "" if seen.command.words else "")
