"""A job's script: its steps in the words of the runtime, the user's own lines verbatim."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from gha2tekton.expression import Expression, Template, unparse
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.journal import SAME_AS_DEFAULT, Diagnostic, Journal
from gha2tekton.lower import actions
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.containers.container_action import container, surrounded
from gha2tekton.lower.rows import expressions as expression_rows
from gha2tekton.lower.rows.commands import Docker, account
from gha2tekton.lower.words import at_end, call, kept_under, safe
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.scope import Scope, literal
from gha2tekton.plan.steps import is_javascript, usual_title
from gha2tekton.record import Record, field, replace
from gha2tekton.rules.render import emit
from gha2tekton.shell.holes import Hole, fill
from gha2tekton.shell.nested import script_language
from gha2tekton.shell.quote import word
from gha2tekton.tekton.names import variable
from gha2tekton.workflow.model import Defaults, Step, Value


class ScriptWriter(Record):
    """Writes the steps of one Task; ``post`` takes the calls for the job's end."""

    carrier: Carrier
    journal: Journal
    target: str
    defaults: Defaults | None
    unmapped: str
    post: list[str]
    in_container: bool = False
    variables: frozenset[str] = frozenset()
    """The names of what workflow, job and its container set for all steps."""
    docker: Docker = field(default_factory=Docker)
    pushes: bool = False
    """A step of the job pushes with the token that the checkout leaves."""
    repeats: Mapping[str, str] = field(default_factory=dict)
    """What the job says again that the workflow says for all jobs."""
    repeating: bool = False
    """The steps are those of an earlier Task, run again for what they install."""

    def steps(self, steps: Sequence[PlannedStep]) -> str:
        """The calls of all steps, one after the other."""
        return "".join(self.step(step, composite=False) for step in steps)

    def again(self, planned: PlannedStep) -> str:
        """A step of an earlier Task, run again for what it installs: it has no outcome of its own."""
        writer = replace(self, repeating=True, post=[])
        return writer.step(planned, composite=False).replace("\nstep ", "\nagain ", 1)

    def step(self, planned: PlannedStep, composite: bool) -> str:
        if planned.rule is not None and planned.rule.fate == "dropped" and not planned.refused:
            for path in self.journal.open_leaves(planned.step.path):
                self.journal.dropped(path, planned.rule.cause, planned.rule.reason, planned.rule.id)
            return ""
        try:
            if planned.refused:
                return self.refused(planned, planned.refused)
            if planned.container is not None and planned.rule is None:
                return container(self, planned, planned.container)
            if planned.action is not None:
                kind = actions.javascript if is_javascript(planned.action) else actions.composite
                return kind(self, planned)
            if planned.step.run is not None:
                return self.run(planned, composite)
            return self.action(planned)
        except Unsupported as problem:
            return self.refused(planned, str(problem))

    # -- the three kinds of steps -----------------------------------------------------------------------------------

    def run(self, planned: PlannedStep, composite: bool) -> str:
        step = planned.step
        assert step.run is not None
        options = self.options(planned)
        defaults = None if composite else self.defaults
        place = step.working_directory or (defaults.working_directory if defaults else None)
        shell = step.shell or (defaults.shell if defaults else None)
        if place is not None:
            options += ["--dir", word(self.carrier.text(planned.scope.fold(place)))]
        shell_text = self.carrier.text(planned.scope.fold(shell)) if shell else ""
        if shell_text or self.in_container:
            options += ["--shell", word(shell_text or "sh")]
        body, more, problems = self.body(planned, step.run, shell_text)
        if problems:
            return self.refused(planned, "; ".join(problems))
        self.exact(step.run)
        for value, default in (
            (place, defaults.working_directory if defaults else None),
            (shell, defaults.shell if defaults else None),
        ):
            if value is not None:
                same = default is not None and default is not value and default.template == value.template
                again = default.path if same and default else self.repeats.get(value.path)
                self.exact(value, f"repeats {again}" if again else "")
        account(planned, self.docker, self.journal, self.target)
        return call(planned.title, [*options, *more], body)

    def body(self, planned: PlannedStep, run: Value, shell: str) -> tuple[str, list[str], tuple[str, ...]]:
        """The script with holes filled, the options that bring their values, and what could not be filled."""
        return self.code(planned.scope, run, script_language(shell), planned.step.env)

    def code(
        self, scope: Scope, value: Value, language: str, env: Mapping[str, Value] | None = None
    ) -> tuple[str, list[str], tuple[str, ...]]:
        """``env`` are the step's variables, whose values a script that assigns them itself still gets as they were."""
        template = scope.fold(value)
        held: dict[str, str] = {}
        if (text := literal(template)) is not None:
            expression_rows.account(value, scope, held, self.journal, self.target)
            return text, [], ()
        parts: list[str | Hole] = []
        options: list[str] = []
        outside = scope.outside(env or ())
        own = {name: outside.fold(one) for name, one in (env or {}).items()}
        plain = "".join(part if isinstance(part, str) else "x" for part in template)
        assigned = set(re.findall(r"\b([A-Za-z_]\w*)=", plain))
        for part in template:
            if isinstance(part, str):
                parts.append(part)
                continue
            asked = unparse(part)
            if asked not in held:
                held[asked], option = self.hole(part, len(options) // 2 + 1, assigned, own, held.values())
                options += option
            parts.append(Hole(held[asked], self.carrier.trusts(part), f"${{{{ {asked} }}}}", self.carrier.obeys(part)))
        filled = fill(parts, language)
        for source in () if filled.problems else filled.obeyed:
            message = f"{source} says here what runs, as on GitHub: who may create the run may run anything in it"
            self.journal.note(Diagnostic("input-runs-as-code", "note", message, value.span))
        if not filled.problems:
            expression_rows.account(value, scope, held, self.journal, self.target)
        if filled.exports:
            options += ["--env", word(f"GHA_PASSED={' '.join(filled.exports)}")]
        return filled.text, options, filled.problems

    def hole(
        self,
        tree: Expression,
        number: int,
        assigned: set[str],
        own: Mapping[str, Template],
        taken: Collection[str],
    ) -> tuple[str, list[str]]:
        """The variable for an expression's value, beside those ``taken``, and the option that sets it, if any."""
        path = static_path(tree)
        whole = path is None or len(path) == 1
        text = self.carrier.expression(tree) if whole else unparse(tree)
        if path is None or whole:
            name = f"GHA_EXPRESSION_{number}"
            return name, ["--env", word(f"{name}=${{{{ {text} }}}}")]
        self.carrier.check(tree)
        root = path[0]
        if root == "env" and len(path) == 2 and path[1] not in assigned and re.fullmatch(r"[A-Za-z_]\w*", path[1]):
            return path[1], []
        if root == "secrets":
            held = self.carrier.secret(path[1])
            return held, ["--secret", held.removeprefix("GHA_SECRET_")]
        if root == "github" and len(path) == 2 and path[1].lower() == "token":
            return self.carrier.secret("GITHUB_TOKEN"), ["--secret", "GITHUB_TOKEN"]
        name = variable((root, *path[1:]))
        computed = ("env", "steps", "needs", "job", *(("matrix", "strategy") if self.carrier.dynamic else ()))
        if root in computed or (root == "inputs" and self.carrier.callers) or self.carrier.as_json(path):
            mine = own.get(path[1]) if root == "env" and len(path) == 2 else None
            # They may differ by a sign that no variable has.
            name = f"{name}_{number}" if name in taken else name
            return name, ["--env", word(f"{name}={self.carrier.text(mine)}" if mine else f"{name}=${{{{ {text} }}}}")]
        return name, []

    def action(self, planned: PlannedStep) -> str:
        step, rule = planned.step, planned.rule
        assert rule is not None
        assert step.uses is not None
        if step.uses.value.path in self.docker.unserved:
            return self.refused(planned, self.docker.unserved[step.uses.value.path])
        options = self.options(planned)
        given = {name: planned.scope.fold(value) for name, value in step.inputs.items()}
        for name, entry in rule.inputs.items():
            if entry.code and name in given:
                text, more, problems = self.code(planned.scope, step.inputs[name], entry.code)
                if problems:
                    return self.refused(planned, "; ".join(problems))
                given[name], options = (text,), [*options, *more]
        emission = emit(rule, given, kept_under(*self.carrier.callers, step.path))
        # A step that leaves out an input would be green without having done its work.
        by_hand = [f"input {item.name}: {item.reason}" for item in emission.outcomes if item.fate == "manual"]
        if emission.problems or by_hand:
            return self.refused(planned, "; ".join([*emission.problems, *by_hand]))
        for name, template in emission.variables.items():
            options += ["--env", word(f"{name}={self.carrier.text(template)}")]
        for outcome in emission.outcomes:
            self.input(step.inputs[outcome.name], outcome.fate, outcome.reason, outcome.cause, rule.id)
        if rule.differs:
            self.journal.adapted(step.uses.value.path, rule.differs, self.target, rule.id)
        else:
            self.journal.exact(step.uses.value.path, self.target, rule.id)
        options += actions.given(rule, step, self.carrier, self.pushes)
        if rule.program:
            self.carrier.about_the_run()
        if emission.post:
            when, key = "always()" if rule.program else "success()", kept_under(*self.carrier.callers, step.path)
            self.post.append(at_end(planned.title, options, key, when, emission.post))
            options += ["--main", word(key)]
        lines = surrounded(self, planned, emission.lines) if rule.image else emission.lines
        return call(planned.title, options, lines or ":\n")

    def input(self, value: Value, fate: str, reason: str, cause: object, rule: str) -> None:
        match fate:
            case "exact":
                self.journal.exact(value.path, self.target, rule, reason)
            case "adapted":
                self.journal.adapted(value.path, reason, self.target, rule)
            case "dropped":
                self.journal.dropped(value.path, cause, reason, rule)  # type: ignore[arg-type]  # checked when the rule is read
            case _:
                self.journal.manual(value.path, reason, self.target, rule)

    def refused(self, planned: PlannedStep, reason: str) -> str:
        """A step that fails loudly where it stands and quotes what a person must carry over."""
        rule = planned.rule.id if planned.rule else ""
        for path in self.journal.open_leaves(planned.step.path):
            self.journal.manual(path, reason, self.target, rule)
        within = self.journal.below(f"{planned.action.source.name}#") if planned.action else []
        # What was lowered before it came to the part that cannot be is not in the output.
        for path in (
            *within,
            *(path for value in planned.step.inputs.values() for path in self.journal.under(value.path)),
        ):
            if self.journal.fate(path) != "dropped":
                self.journal.manual(path, reason, self.target)
        if self.journal.knows(main := _main(planned.step)):
            self.journal.manual(main, reason, self.target, rule)
        try:
            options = self.options(planned)
        except Unsupported:
            options = []
        if self.unmapped == "skip":
            return call(planned.title, options, f"echo {word('This step was left out: ' + reason)}\n")
        original = safe(planned.step.span.text.rstrip())
        quoted = "".join(f"#   {line}\n" for line in original.splitlines())
        body = f"{quoted}echo {word(safe('This step must be carried over by hand: ' + reason))} >&2\nexit 1\n"
        return call(planned.title, options, body)

    # -- what all steps have -----------------------------------------------------------------------------------------

    def options(self, planned: PlannedStep) -> list[str]:
        step, scope = planned.step, planned.scope
        out: list[str] = []
        if step.id is not None and not self.repeating:
            out += ["--id", word(step.id.text)]
            self.exact(step.id)
        if step.name is not None:
            self.carrier.text(scope.fold(step.name))
            self.exact(step.name, SAME_AS_DEFAULT if planned.title == usual_title(step) else "")
        if step.condition is not None and not self.repeating:
            words = self.condition(scope.condition(step.condition.tree))
            out += words
            if self.journal.knows(step.condition.value.path):
                self.journal.exact(step.condition.value.path, self.target, "", "" if words else SAME_AS_DEFAULT)
        outside = scope.outside(step.env)
        for name, value in step.env.items():
            out += ["--env", word(f"{name}={self.carrier.text(outside.fold(value))}")]
            self.exact(value)
        return out if self.repeating else [*out, *self.bounds(step, scope)]

    def bounds(self, step: Step, scope: Scope) -> list[str]:
        out: list[str] = []
        if step.continue_on_error is not None:
            out += self.flag("--continue", step.continue_on_error, scope)
        if step.timeout_minutes is not None:
            out += self.flag("--timeout", step.timeout_minutes, scope)
        return out

    def condition(self, tree: Expression) -> list[str]:
        """Nothing for success() and what is always true, which is what a step has without a word."""
        text = self.carrier.expression(tree)
        return [] if text in ("success()", "true") else ["--if", word(text)]

    def flag(self, option: str, value: Value, scope: Scope) -> list[str]:
        self.exact(value)
        if len(value.template) == 1 and not isinstance(tree := value.template[0], str):
            return [option, word(self.carrier.expression(scope.tree(tree)))]
        return [option, word(self.carrier.text(scope.fold(value)))]

    def exact(self, value: Value, reason: str = "") -> None:
        if self.journal.knows(value.path):
            self.journal.exact(value.path, self.target, reason=reason)


def _main(step: Step) -> str:
    if step.run is not None:
        return step.run.path
    return step.uses.value.path if step.uses is not None else next((value.path for value in step.wait), step.path)
