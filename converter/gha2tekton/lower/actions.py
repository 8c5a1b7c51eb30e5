"""Actions that are drawn in: the steps of composite ones, and the programs of those that node runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gha2tekton.expression import Template
from gha2tekton.journal import SAME_AS_DEFAULT
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.words import at_end, broken, call, kept_under
from gha2tekton.plan.model import PlannedStep
from gha2tekton.rules.call import literal_text
from gha2tekton.rules.model import ActionRule
from gha2tekton.shell.quote import word
from gha2tekton.workflow.model import Action, Input, Step

if TYPE_CHECKING:
    from gha2tekton.lower.script import ScriptWriter


def composite(writer: ScriptWriter, planned: PlannedStep) -> str:
    """The steps of a composite action, in a scope of their own."""
    step, action = planned.step, planned.action
    assert action is not None
    assert step.uses is not None
    options = writer.options(planned)
    if step.uses.kind == "local":
        options += ["--dir", word(step.uses.name)]
    for item in action.inputs:
        given = step.inputs.get(item.name.lower())
        value = given or item.default
        template = (planned.scope if given else planned.scope.with_known()).fold(value) if value else ()
        options += ["--input", word(f"{item.name}={writer.carrier.text(template)}")]
        inputs_told(writer, planned, item)
    unknown_inputs(writer, step, action)
    writer.exact(step.uses.value)
    writer.carrier.callers.append(step.path)
    inner = "".join(writer.step(part, composite=True) for part in planned.inner)
    within = planned.inner[0].scope if planned.inner else planned.scope
    outputs: list[str] = []
    for output in action.outputs:
        text = writer.carrier.text(within.fold(output.value))
        outputs += ["--output", word(f"{output.name}={text}")]
        for leaf in output.leaves:
            if leaf.path.endswith(".value"):
                writer.journal.exact(leaf.path, writer.target)
            else:
                writer.journal.dropped(leaf.path, "no effect outside GitHub", "a description")
    writer.carrier.callers.pop()
    described(writer, action)
    begin = broken(["composite", word(planned.title), *options])
    return f"\n{begin}\n{inner}{broken(['end_composite', *outputs])}\n"


def javascript(writer: ScriptWriter, planned: PlannedStep) -> str:
    """The program of an action, run by node; what it leaves for the job's end runs there."""
    step, action = planned.step, planned.action
    assert action is not None
    assert step.uses is not None
    options = writer.options(planned)
    words: list[str] = []
    for number, item in enumerate(action.inputs, 1):
        given = step.inputs.get(item.name.lower())
        value = given or item.default
        template = (planned.scope if given else planned.scope.with_known()).fold(value) if value else ()
        words += [word(item.name), held(writer, options, template, f"GHA_INPUT_{number}")]
        inputs_told(writer, planned, item)
    unknown_inputs(writer, step, action)
    local = step.uses.kind == "local"
    place = word(f"./{step.uses.name.removeprefix('./')}" if local else f"{step.uses.name}@{step.uses.ref}")
    key = kept_under(*writer.carrier.callers, step.path)
    why = "node runs its program in the job's container; what it asks of GitHub's own services is not there"
    writer.journal.adapted(step.uses.value.path, why, writer.target)
    lines = "".join(
        f"javascript-action {place} {word(action.programs[name].text)} {key} {' '.join(words)}".rstrip() + "\n"
        for name in (("main",) if local else ("pre", "main"))  # GitHub has no pre of local actions
        if name in action.programs
    )
    if "post" in action.programs:
        when = action.programs["post-if"].text if "post-if" in action.programs else "always()"
        post = f"javascript-action {place} {word(action.programs['post'].text)} {key} {' '.join(words)}".rstrip()
        writer.post.append(at_end(planned.title, options, key, when, post))
        options += ["--main", word(key)]
    writer.carrier.about_the_run()
    conditions_told(writer, action, local)
    for name, value in action.programs.items():
        if writer.journal.knows(value.path) and not name.endswith("-if"):
            if local and name.startswith("pre"):
                writer.journal.dropped(value.path, "no effect outside GitHub", "GitHub runs no pre of a local action")
            else:
                writer.journal.exact(value.path, writer.target)
    for output in action.outputs:
        for leaf in output.leaves:
            writer.journal.dropped(leaf.path, "no effect outside GitHub", "a description")
    described(writer, action)
    return call(planned.title, options, lines)


def conditions_told(writer: ScriptWriter, action: Action, local: bool) -> None:
    """Rows for when the programs around an action's own run; GitHub runs them always unless these say otherwise.

    https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#runspre-if
    """
    for name in ("pre-if", "post-if"):
        value = action.programs.get(name)
        if value is None or not writer.journal.knows(value.path):
            continue
        same = re.sub(r"[\s${}]", "", value.text) == "always()"
        if name == "pre-if" and local:
            writer.journal.dropped(value.path, "no effect outside GitHub", "GitHub runs no pre of a local action")
        elif name == "pre-if" and not same:
            writer.journal.adapted(value.path, "what runs before runs in any case", writer.target)
        else:
            writer.exact(value, SAME_AS_DEFAULT if same else "")


def held(writer: ScriptWriter, options: list[str], template: Template, name: str) -> str:
    """A word of the script for a value; what only the run knows is held by a variable of this name."""
    text = literal_text(template)
    if text is not None and "$(" not in text:
        return word(text)
    options += ["--env", word(f"{name}={writer.carrier.text(template)}")]
    return f'"${name}"'


def inputs_told(writer: ScriptWriter, planned: PlannedStep, item: Input) -> None:
    """Rows for an input of an action that is drawn in."""
    given = planned.step.inputs.get(item.name.lower())
    default = planned.scope.with_known().fold(item.default) if item.default else ()
    if given is not None and writer.journal.knows(given.path):
        same = (planned.scope.fold(given) or ("",)) == (default or ("",))
        writer.journal.exact(given.path, writer.target, reason=SAME_AS_DEFAULT if same else "")
    for leaf in item.leaves:
        if leaf.path.endswith(".default") and given is None:
            empty = not default or default == ("",)
            writer.journal.exact(leaf.path, writer.target, reason=SAME_AS_DEFAULT if empty else "")
        elif leaf.path.endswith(".default"):
            writer.journal.dropped(leaf.path, "superseded", "the step gives the input")
        elif leaf.path.endswith(".required"):
            writer.journal.dropped(leaf.path, "no effect outside GitHub", "GitHub gives an action no less without it")
        else:
            writer.journal.dropped(leaf.path, "no effect outside GitHub", "it describes the input")


def unknown_inputs(writer: ScriptWriter, step: Step, action: Action) -> None:
    """Rows for what the step gives and the action does not take."""
    names = {item.name.lower() for item in action.inputs}
    for value in step.inputs.values():
        if value.path.rsplit(".", 1)[-1].lower() not in names:
            writer.journal.dropped(value.path, "superseded", "the action has no such input, and GitHub only warns")


def described(writer: ScriptWriter, action: Action) -> None:
    """Rows for what an action says of itself."""
    for about in (action.name, action.using, *action.leaves):
        if about is not None and writer.journal.knows(about.path):
            writer.journal.dropped(about.path, "no effect outside GitHub", "it describes the action")


def given(rule: ActionRule, step: Step, carrier: Carrier, pushes: bool) -> list[str]:
    """Brings what a rule needs a run to be given, and returns the options that hand it to the step."""
    leaves = "credentials" in rule.needs and pushes and not {"token", "ssh-key"} & set(step.inputs)
    if leaves or "token" in rule.needs:
        carrier.secret("GITHUB_TOKEN")
    for need in sorted(rule.needs):
        if need.startswith("github."):
            carrier.github(need.removeprefix("github."))
    return ["--secret", "GITHUB_TOKEN"] if leaves else []
