"""Steps that run a container: its words for the runtime's ``container-action``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gha2tekton.expression import Expression, Partial, Template
from gha2tekton.lower.actions import described, held, inputs_told, unknown_inputs
from gha2tekton.lower.words import at_end, call, kept_under
from gha2tekton.plan.model import OwnContainer, PlannedStep
from gha2tekton.shell.quote import word
from gha2tekton.workflow.inlining import expression
from gha2tekton.workflow.model import Value

if TYPE_CHECKING:
    from gha2tekton.lower.script import ScriptWriter


def container(writer: ScriptWriter, planned: PlannedStep, own: OwnContainer) -> str:
    """A call of the image with what GitHub's runner gives it; its sidecar runs it, as it does docker run."""
    step, action, journal = planned.step, planned.action, writer.journal
    assert step.uses is not None
    row = step.uses.value.path
    if row in writer.docker.unserved:
        return writer.refused(planned, writer.docker.unserved[row])
    options = writer.options(planned)
    outside = planned.scope.with_known()
    words = _around(writer, planned)
    number = 0
    taken: dict[str, Expression] = {}
    for item in action.inputs if action is not None else ():
        given = step.inputs.get(item.name.lower())
        value = given or item.default
        template = (planned.scope if given else outside).fold(value) if value else ()
        number += 1
        taken[item.name.lower()] = expression(template)
        words += ["--input", word(item.name), held(writer, options, template, f"GHA_INPUT_{number}")]
        inputs_told(writer, planned, item)
    for name, value in step.inputs.items() if action is None else ():
        number += 1
        text = held(writer, options, planned.scope.fold(value), f"GHA_INPUT_{number}")
        words += ["--input", word(name), text]
        writer.exact(value)
    if action is not None and step.inputs:
        unknown_inputs(writer, step, action)

    def inside(value: Value) -> Template:
        """A value of the action's file, in which only its inputs are known."""
        writer.exact(value)
        return outside.with_known(inputs=Partial(taken)).fold(value)

    for place, (name, value) in enumerate(action.env.items() if action is not None else (), 1):
        words += ["--env", word(name), held(writer, options, inside(value), f"GHA_VARIABLE_{place}")]
    arguments: list[str] = []
    entry = step.inputs.get("entrypoint")
    if action is not None and action.entrypoint is not None:
        words += ["--entrypoint", held(writer, options, inside(action.entrypoint), "GHA_ENTRY")]
    elif entry is not None:
        words += ["--entrypoint", held(writer, options, planned.scope.fold(entry), "GHA_ENTRY")]
    elif own.entrypoint:
        words += ["--entrypoint", word(own.entrypoint[0])]
        arguments += map(word, own.entrypoint[1:])
    if action is not None and action.arguments:
        listed = [
            held(writer, options, inside(value), f"GHA_ARGUMENT_{at}") for at, value in enumerate(action.arguments, 1)
        ]
        arguments += [] if own.shell else listed
    elif "args" in step.inputs:
        words += ["--args", held(writer, options, planned.scope.fold(step.inputs["args"]), "GHA_ARGUMENTS")]
    elif not own.named and not own.shell:
        arguments += map(word, own.command or ())
    if own.dockerfile and not own.image:
        where = step.uses.name if step.uses.kind == "local" else f"{step.uses.name}@{step.uses.ref}"
        words += ["--build", word(where), word(own.dockerfile)]
    line = " ".join(["container-action", *words, word(own.image or "-"), *arguments])
    lines = line + "\n"
    if action is not None:
        lines = _others(writer, planned, words, own, options) + lines
        if action.image is not None and journal.knows(action.image.path):
            journal.exact(action.image.path, writer.target)
        described(writer, action)
        for output in action.outputs:
            for leaf in output.leaves:
                journal.dropped(leaf.path, "no effect outside GitHub", "a description")
    writer.carrier.about_the_run()
    if writer.docker.daemon:
        journal.adapted(row, "a daemon in a privileged sidecar runs it", writer.target)
    elif own.dockerfile:
        journal.adapted(row, f"{own.image} stands for what its {own.dockerfile} makes", writer.target)
    else:
        journal.exact(row, writer.target)
    return call(planned.title, options, lines)


def surrounded(writer: ScriptWriter, planned: PlannedStep, lines: str) -> str:
    """The lines of a rule that calls its image, which is given what GitHub's runner gives it."""
    writer.carrier.about_the_run()
    return lines.replace("container-action ", " ".join(["container-action", *_around(writer, planned)]) + " ", 1)


def _around(writer: ScriptWriter, planned: PlannedStep) -> list[str]:
    """What a container's call says besides its inputs."""
    words = ["--key", word(re.sub(r"[^A-Za-z0-9]+", "-", planned.step.path).strip("-"))]
    if names := sorted({*writer.variables, *planned.step.env}):
        words += ["--pass", word(" ".join(names))]
    return words


def _others(writer: ScriptWriter, planned: PlannedStep, words: list[str], own: OwnContainer, options: list[str]) -> str:
    """What runs before, and what is left for the job's end."""
    action, uses = planned.action, planned.step.uses
    assert action is not None
    assert uses is not None
    at = words.index("--entrypoint") if "--entrypoint" in words else len(words)
    shared = [*words[:at], *words[at + 2 :]]
    before = ""
    for name in ("pre-entrypoint", "post-entrypoint"):
        value = action.programs.get(name)
        if value is None:
            continue
        line = " ".join(["container-action", *shared, "--entrypoint", word(value.text), word(own.image or "-")]) + "\n"
        if name == "post-entrypoint":
            when = action.programs["post-if"].text if "post-if" in action.programs else "always()"
            key = kept_under(*writer.carrier.callers, planned.step.path)
            writer.post.append(at_end(planned.title, options, key, when, line))
            options += ["--main", word(key)]
        elif uses.kind == "local":
            writer.journal.dropped(value.path, "no effect outside GitHub", "GitHub runs no pre of a local action")
            continue
        else:
            before = line
        writer.exact(value)
    for name in ("post-if", "pre-if"):
        if name in action.programs:
            writer.exact(action.programs[name])
    return before
