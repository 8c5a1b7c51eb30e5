"""Steps that run a container themselves: ``docker://`` images, and actions that docker runs."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gha2tekton.plan.model import OwnContainer
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.machines import facts
from gha2tekton.rules.model import ActionRule
from gha2tekton.source import Source
from gha2tekton.workflow.dockerfile import Made, read_dockerfile
from gha2tekton.workflow.model import Action, Step, Uses

PREFIX = "docker://"


def of_image(step: Step, uses: Uses, rules: RuleSet) -> OwnContainer:
    """The container of ``uses: docker://image``."""
    return _pulled(uses.name, _has(step, "entrypoint"), _has(step, "args"), rules)


def of_action(
    step: Step, uses: Uses, action: Action, dockerfile: Source | None, rules: RuleSet, images: Mapping[str, str]
) -> OwnContainer:
    """The container of an action that docker runs; without an image there is but a Dockerfile.

    ``images`` maps actions, as ``uses`` names them with or without the ref, to what was built of their Dockerfiles.
    """
    text = action.image.text if action.image is not None else ""
    named = action.entrypoint is not None or _has(step, "entrypoint")
    if text.startswith(PREFIX):
        return _pulled(text.removeprefix(PREFIX), named, bool(action.arguments) or _has(step, "args"), rules)
    found = images.get(uses.value.text) or images.get(uses.value.text.partition("@")[0]) or ""
    made = read_dockerfile(dockerfile.text) if dockerfile is not None else Made()
    file = posixpath.normpath(text or "Dockerfile")
    if made.entrypoint is None and (known := facts(rules, made.base)) is not None and not known.entrypoint:
        # The base runs what it is given, so that nothing comes before the command.
        command = made.command if made.command is not None else ("sh", "-c", known.command) if known.command else None
        return OwnContainer(found, file, named, entrypoint=(), command=command)
    return OwnContainer(found, file, named, made.entrypoint, made.command or (), made.shell)


def of_rule(rule: ActionRule) -> OwnContainer | None:
    """The container that a rule says the action is; its lines say what it runs."""
    return OwnContainer(rule.image, named=True) if rule.image and rule.fate == "mapped" else None


def unbuilt(uses: Uses, own: OwnContainer) -> str:
    """What to do for an action of which there is only a Dockerfile."""
    place = uses.name if uses.kind == "local" else "CHECKOUT" + uses.name.partition("/")[2].partition("/")[2]
    file = posixpath.join(place, own.dockerfile)
    return (
        f"its image must be there before the Pod starts: docker build -t REGISTRY/NAME -f {file} "
        f"{posixpath.dirname(file)} && docker push REGISTRY/NAME, "
        f"then convert with --action-image {uses.value.text}=REGISTRY/NAME, or with --docker=dind"
    )


def _pulled(image: str, named: bool, arguments: bool, rules: RuleSet) -> OwnContainer:
    known = facts(rules, image)
    plain = arguments and known is not None and not known.entrypoint
    return OwnContainer(image, named=named, entrypoint=() if plain else None)


def _has(step: Step, name: str) -> bool:
    return name in step.inputs
