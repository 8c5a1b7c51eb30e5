"""Steps that run a container: its words for the runtime's ``container-action``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gha2tekton.expression import Expression, Partial, Template, whole
from gha2tekton.lower.actions import conditions_told, described, held, inputs_told, unknown_inputs
from gha2tekton.lower.words import at_end, call, kept_under
from gha2tekton.plan.model import OwnContainer, PlannedStep
from gha2tekton.record import Record, field
from gha2tekton.shell.quote import word
from gha2tekton.workflow.model import Action, Value

if TYPE_CHECKING:
    from gha2tekton.lower.script import ScriptWriter


def container(writer: ScriptWriter, planned: PlannedStep, own: OwnContainer) -> str:
    """A call of the image with what GitHub's runner gives it; its sidecar runs it, as it does docker run."""
    assert planned.step.uses is not None
    row = planned.step.uses.value.path
    if row in writer.docker.unserved:
        return writer.refused(planned, writer.docker.unserved[row])
    made = _Call(writer, planned, own, writer.options(planned), _around(writer, planned))
    made.inputs()
    made.variables()
    arguments = [*made.entrypoint(), *made.arguments()]
    if own.dockerfile and not own.image:
        uses = planned.step.uses
        made.words += ["--build", word(uses.name if uses.kind == "local" else f"{uses.name}@{uses.ref}")]
        made.words.append(word(own.dockerfile))
    lines = " ".join(["container-action", *made.words, word(own.image or "-"), *arguments]) + "\n"
    if planned.action is not None:
        lines = _others(writer, planned, made.words, own, made.options) + lines
        _told(writer, planned.action)
    writer.carrier.about_the_run()
    if writer.docker.daemon:
        writer.journal.adapted(row, "a daemon in a privileged sidecar runs it", writer.target)
    elif own.dockerfile:
        writer.journal.adapted(row, f"{own.image} stands for what its {own.dockerfile} makes", writer.target)
    else:
        writer.journal.exact(row, writer.target)
    return call(planned.title, made.options, lines)


class _Call(Record):
    """The words of a call, and the step's options that bring it the values only the run knows."""

    writer: ScriptWriter
    planned: PlannedStep
    own: OwnContainer
    options: list[str]
    words: list[str]
    given: dict[str, Expression] = field(default_factory=dict)
    """What the action's file may ask for: its inputs."""

    def value(self, template: Template, name: str) -> str:
        return held(self.writer, self.options, template, name)

    def inside(self, value: Value) -> Template:
        """A value of the action's file, in which only its inputs are known."""
        self.writer.exact(value)
        return self.planned.scope.with_known(inputs=Partial(self.given)).fold(value)

    def inputs(self) -> None:
        step, scope, action = self.planned.step, self.planned.scope, self.planned.action
        if action is None:
            for number, (name, value) in enumerate(step.inputs.items(), 1):
                self.words += ["--input", word(name), self.value(scope.fold(value), f"GHA_INPUT_{number}")]
                self.writer.exact(value)
            return
        for number, item in enumerate(action.inputs, 1):
            asked = step.inputs.get(item.name.lower()) or item.default
            template = scope.fold(asked) if asked else ()
            self.given[item.name.lower()] = whole(template)
            self.words += ["--input", word(item.name), self.value(template, f"GHA_INPUT_{number}")]
            inputs_told(self.writer, self.planned, item)
        if step.inputs:
            unknown_inputs(self.writer, step, action)

    def variables(self) -> None:
        env = self.planned.action.env if self.planned.action is not None else {}
        for number, (name, value) in enumerate(env.items(), 1):
            self.words += ["--env", word(name), self.value(self.inside(value), f"GHA_VARIABLE_{number}")]

    def entrypoint(self) -> list[str]:
        """Names the program; what its own arguments are is returned."""
        action, asked = self.planned.action, self.planned.step.inputs.get("entrypoint")
        if action is not None and action.entrypoint is not None:
            self.words += ["--entrypoint", self.value(self.inside(action.entrypoint), "GHA_ENTRY")]
        elif asked is not None:
            self.words += ["--entrypoint", self.value(self.planned.scope.fold(asked), "GHA_ENTRY")]
        elif self.own.entrypoint:
            self.words += ["--entrypoint", word(self.own.entrypoint[0])]
            return [word(text) for text in self.own.entrypoint[1:]]
        return []

    def arguments(self) -> list[str]:
        action, asked = self.planned.action, self.planned.step.inputs.get("args")
        if action is not None and action.arguments:
            listed = [
                self.value(self.inside(value), f"GHA_ARGUMENT_{at}") for at, value in enumerate(action.arguments, 1)
            ]
            return [] if self.own.shell else listed
        if asked is not None:
            self.words += ["--args", self.value(self.planned.scope.fold(asked), "GHA_ARGUMENTS")]
            return []
        return [] if self.own.named or self.own.shell else [word(text) for text in self.own.command or ()]


def _told(writer: ScriptWriter, action: Action) -> None:
    """What the action's file says besides."""
    if action.image is not None and writer.journal.knows(action.image.path):
        writer.journal.exact(action.image.path, writer.target)
    described(writer, action)
    for output in action.outputs:
        for leaf in output.leaves:
            writer.journal.dropped(leaf.path, "no effect outside GitHub", "a description")


def surrounded(writer: ScriptWriter, planned: PlannedStep, lines: str) -> str:
    """The lines of a rule that calls its image, which is given what GitHub's runner gives it."""
    writer.carrier.about_the_run()
    return lines.replace("container-action ", " ".join(["container-action", *_around(writer, planned)]) + " ", 1)


def _around(writer: ScriptWriter, planned: PlannedStep) -> list[str]:
    """What a container's call says besides its inputs."""
    words = ["--key", word(kept_under(planned.step.path))]
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
    conditions_told(writer, action, uses.kind == "local")
    return before
