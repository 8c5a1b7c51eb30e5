"""What each step means: the rule of its action, what its script does, its role and effects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gha2tekton.expression import (
    Call,
    Expression,
    Literal,
    Logic,
    Partial,
    Template,
    calls,
    fold_template,
    is_truthy,
    unparse_template,
    whole,
)
from gha2tekton.plan.actions import Actions
from gha2tekton.plan.container_actions import of_action, of_image, of_rule, unbuilt
from gha2tekton.plan.meaning import Meaning, read_meaning, strongest
from gha2tekton.plan.model import ROLES, PlannedStep, Role
from gha2tekton.plan.open_names import with_open_names
from gha2tekton.plan.scope import STATUS, Scope, literal
from gha2tekton.record import Record, field, replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import ActionRule, Effect
from gha2tekton.shell.nested import script_language
from gha2tekton.workflow.model import Action, Step, Uses, Value

MAX_DEPTH = 9
"""How deep GitHub lets composite actions call each other."""

_ANY: frozenset[Effect] = frozenset(["workspace", "home", "env", "system"])
"""What an action may do of which nothing is known but that it is a program."""

_CONTAINER: frozenset[Effect] = frozenset(["workspace", "env", "docker"])


class StepReader(Record, frozen=True):
    """Reads the steps of the jobs of one workflow."""

    rules: RuleSet
    actions: Actions
    images: Mapping[str, str] = field(default_factory=dict)
    """What was built of the Dockerfiles of actions."""
    daemon: bool = False
    """docker itself is there, which can build them."""
    meanings: dict[tuple[object, ...], Meaning] = field(default_factory=dict)
    """What scripts are, each read once for all the jobs that run it."""

    def steps(
        self,
        steps: Iterable[Step],
        scope: Scope,
        constant: bool,
        depth: int = 0,
        shell: str = "",
        place: Value | None = None,
    ) -> tuple[PlannedStep, ...]:
        """What they mean; ``constant``: none writes to GITHUB_ENV; ``shell``, ``place``: of scripts that name none."""
        if depth == 0:
            self.actions.begin()
        return tuple(self.step(step, scope, constant, depth, shell, place) for step in steps)

    def step(
        self, step: Step, outer: Scope, constant: bool, depth: int, shell: str, place: Value | None
    ) -> PlannedStep:
        # Nothing that steps before it write can change what a script's own step sets.
        scope = outer.with_env(step.env, constant or step.run is not None)
        title = title_of(step, scope)
        after = step.condition is not None and _after_failure(scope.condition(step.condition.tree))
        if step.run is not None and step.background is None:
            within = scope.guess(step.working_directory or place) or ""
            return replace(self.script(step, title, scope, after, shell), place=within)
        if step.uses is None or step.background is not None:
            waits = "background, waiting and parallel steps cannot be carried: run the commands in one script"
            return PlannedStep(step, title, scope, after_failure=after, refused=waits)
        if step.uses.kind == "docker":
            return PlannedStep(
                step,
                title,
                scope,
                effects=_CONTAINER,
                after_failure=after,
                container=of_image(step, step.uses, self.rules),
            )
        if step.uses.name.lower() == "actions/checkout":
            self.actions.checked_out(step, scope)
        rule = (
            self.rules.action(step.uses.name, step.uses.ref, step.uses.version) if step.uses.kind == "remote" else None
        )
        if rule is not None:
            refused = rule.reason if rule.fate == "manual" or ("docker" in rule.needs and not self.daemon) else ""
            refused = refused or missed(step, rule)
            role: Role | None = next((role for role in ROLES if role == rule.role), None)
            return PlannedStep(
                step,
                title,
                scope,
                rule,
                role=role,
                effects=rule.effects | _CONTAINER if rule.image else rule.effects,
                tools=frozenset(rule.tools),
                after_failure=after,
                container=of_rule(rule),
                refused=refused,
            )
        return self.called(step, step.uses, title, scope, constant, depth, after)

    def called(
        self, step: Step, uses: Uses, title: str, scope: Scope, constant: bool, depth: int, after: bool
    ) -> PlannedStep:
        """A composite action, drawn in with its steps; any other action is refused."""
        action, reason = self.actions.read(uses)
        if action is None:
            return PlannedStep(step, title, scope, after_failure=after, refused=reason)
        if is_javascript(action):
            return PlannedStep(
                step, title, scope, action=action, effects=_ANY, tools=frozenset(["node", "git"]), after_failure=after
            )
        if action.using.text.lower() == "docker" and action.image is not None:
            dockerfile = self.actions.beside(uses, action.image.text)
            own = of_action(step, uses, action, dockerfile, self.rules, self.images)
            why = "" if own.image or self.daemon else unbuilt(uses, own)
            return PlannedStep(
                step, title, scope, action=action, effects=_CONTAINER, after_failure=after, container=own, refused=why
            )
        if action.using.text.lower() != "composite":
            why = f"the action runs as {action.using.text}, which needs GitHub's runtime; write a rule for it"
            return PlannedStep(step, title, scope, action=action, after_failure=after, refused=why)
        if depth >= MAX_DEPTH:
            return PlannedStep(
                step,
                title,
                scope,
                after_failure=after,
                refused=f"{uses.value.text}: actions call each other in a circle",
            )
        folded = {
            item.name.lower(): scope.fold(step.inputs.get(item.name.lower()) or item.default) for item in action.inputs
        }
        inputs = {name: text for name, template in folded.items() if (text := literal(template)) is not None}
        given = Partial({name: whole(scope.of_job(template)) for name, template in folded.items()})
        within = scope.with_known(inputs=Partial(inputs), steps=Partial(), **scope.inner)
        within = replace(within, given=given)
        inner = self.steps(action.steps, within, constant, depth + 1)
        return PlannedStep(
            step,
            title,
            scope,
            action=action,
            inner=inner,
            role=strongest(part.role for part in inner if part.role),
            effects=frozenset().union(*(part.effects for part in inner)),
            tools=frozenset().union(*(part.tools for part in inner)),
            provided=frozenset().union(*(part.provided for part in inner)),
            after_failure=after,
        )

    def script(self, step: Step, title: str, scope: Scope, after: bool, default: str) -> PlannedStep:
        assert step.run is not None
        text = guessed_script(scope, step.run.template)
        shell = (scope.guess(step.shell) or "") if step.shell else default
        if script_language(shell) != "sh":
            program = next(iter(shell.split()), "")
            # The runtime takes python3 where there is no other.
            tools = frozenset(filter(None, ["python3" if program == "python" else program]))
            return PlannedStep(step, title, scope, effects=frozenset({"workspace"}), tools=tools, after_failure=after)
        key = (step.run.path, text, *scope.likely.items())
        if key not in self.meanings:
            self.meanings[key] = read_meaning(self.rules, step.run.path, text, scope.likely)
        meaning = self.meanings[key]
        return PlannedStep(
            step,
            title,
            scope,
            commands=with_open_names(meaning.commands, step.run, scope, self.rules),
            constants=meaning.constants,
            role=meaning.role,
            effects=meaning.effects,
            tools=meaning.tools,
            provided=meaning.provided,
            after_failure=after,
        )


def missed(step: Step, rule: ActionRule) -> str:
    """Why a dropped step may not be dropped: the workflow reads what it would have said."""
    if rule.fate != "dropped" or step.id is None:
        return ""
    id, text = re.escape(step.id.text), step.span.source.text
    if len(re.findall(rf"^[\s-]*id:\s*[\"']?{id}[\"']?\s*(?:#.*)?$", text, re.MULTILINE)) > 1:
        # Steps of other jobs have the name, too: what is read after it is its own.
        text = text[step.span.end :]
    outputs = re.findall(rf"\bsteps\.{id}\.outputs\.([\w-]+)", text)
    read = [name for name in dict.fromkeys(outputs) if name not in rule.outputs]
    read += dict.fromkeys(re.findall(rf"\bsteps\.{id}\.(outcome|conclusion)\b", text))
    return f"{rule.reason}; but the workflow reads its {', '.join(read)}: set it in a step of your own" if read else ""


def is_javascript(action: Action) -> bool:
    """Whether node runs the action."""
    return action.using.text.lower().startswith("node") and "main" in action.programs


def guessed_script(scope: Scope, template: Template) -> str:
    """A script for planning: expressions with their likely value, or as a variable of no known value."""
    if (constant := literal(template)) is not None:
        return constant
    parts = fold_template(template, {**scope.known, "env": Partial(scope.likely)})
    return "".join(part if isinstance(part, str) else "${GHA_VALUE}" for part in parts)


def title_of(step: Step, scope: Scope) -> str:
    """What a step is called in the log: by its name, else by what it does."""
    if step.name is not None:
        return unparse_template(scope.fold(step.name)).strip() or "Run"
    return usual_title(step)


def usual_title(step: Step) -> str:
    """What a step is called without a name of its own."""
    if step.run is not None:
        first = step.run.text.strip().splitlines()[:1]
        line = first[0].strip() if first else ""
        if "${{" in line:
            line = re.sub(r"\$\{\{\s*(.*?)\s*\}\}", r"\1", line)
        return f"Run {line}"[:60].strip()
    return f"Run {step.uses.value.text}" if step.uses else "Wait"


def _after_failure(tree: Expression) -> bool:
    """Whether a step may run although something failed: it asks for a status, and not that all is well."""
    parts = tree.operands if isinstance(tree, Logic) and tree.operator == "&&" else (tree,)
    never = any(isinstance(part, Literal) and not is_truthy(part.value) for part in parts)
    well = any(isinstance(part, Call) and part.name.lower() == "success" for part in parts)
    return bool(calls(tree) & STATUS) and not never and not well
