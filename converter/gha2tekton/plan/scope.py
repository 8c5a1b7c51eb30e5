"""What is known at conversion where an expression stands, and when the rest will be known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gha2tekton.expression import (
    Call,
    Context,
    Expression,
    Literal,
    Partial,
    Property,
    Template,
    calls,
    chain,
    evaluate_tree,
    fold,
    fold_template,
    references,
    to_string,
    whole,
)
from gha2tekton.expression.syntax import ExpressionError
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.plan.told import is_told, said
from gha2tekton.record import Record, field, replace
from gha2tekton.workflow.inlining import alone
from gha2tekton.workflow.matrix import Leg, RuntimeMatrix, fails_fast
from gha2tekton.workflow.model import Container, Env, Job, Strategy, Value, Workflow

STATUS = frozenset({"success", "failure", "always", "cancelled"})
"""The functions that, called anywhere in a condition, take the place of the implicit success()."""

_BROUGHT = frozenset({"github", "inputs", "matrix", "secrets"})
WORKSPACE = "/workspace"
"""Where a job's workspace is mounted in every container."""


class Scope(Record, frozen=True):
    """The contexts of one place; ``known`` maps each to what conversion knows of it."""

    known: Mapping[str, Any] = field(default_factory=dict)
    likely: Mapping[str, str] = field(default_factory=dict)
    """Values of ``env`` that stand unless a step changes them: good for planning, not for the output."""
    inner: Mapping[str, Any] = field(default_factory=dict)
    """Contexts that are others in the actions which steps call: a matrix that a call lends a job is not theirs."""
    given: Partial | None = None
    """The inputs of the action that it is in, as the job would say them."""
    open: Mapping[str, str] = field(default_factory=dict)
    """Variables that hold what a run is told before its Pods start, as ``open_text`` writes it."""
    dynamic: bool = False
    """Only the run knows its matrix."""

    def fold(self, value: Value | None) -> Template:
        """A leaf with all that is known in it computed."""
        return fold_template(value.template, self.known) if value is not None else ()

    def tree(self, tree: Expression) -> Expression:
        return fold(tree, self.known)

    def condition(self, tree: Expression) -> Expression:
        """An ``if`` with what is known computed; a status function that folds away still stands for no check."""
        folded = self.tree(tree)
        if calls(tree) & STATUS and not calls(folded) & STATUS:
            return chain("&&", Call("always", ()), folded)
        return folded

    def of_job(self, template: Template) -> Template:
        """What is folded here as the job would say it: planning may look at it, steps cannot."""
        return template if self.given is None else fold_template(template, {"inputs": self.given})

    def text(self, value: Value | None) -> str | None:
        """The text of a leaf if conversion knows all of it."""
        return literal(self.fold(value))

    def guess(self, value: Value | None) -> str | None:
        """Like ``text``, with ``env`` as it most likely is."""
        if value is None:
            return None
        if (constant := literal(value.template)) is not None:
            return constant
        return literal(fold_template(value.template, {**self.known, "env": Partial(self.likely)}))

    def open_text(self, value: Value | None) -> str | None:
        """Like ``guess``, with ``${{github.sha}}`` in place of what a run is told before its Pods start."""
        if value is None:
            return None
        known = {**self.known, "env": Partial({**self.open, **self.likely})}
        parts = [self.open_part(part) for part in fold_template(value.template, known)]
        return None if None in parts else "".join(part or "" for part in parts)

    def open_part(self, part: str | Expression) -> str | None:
        """A part of a template so; None for one that is no text, and not known before the Pods start."""
        if isinstance(part, str):
            return part
        # What the job gives an action may be a variable of its own.
        variables = {"env": Partial({**self.open, **self.likely})}
        (told,) = fold_template(self.of_job((part,)), variables) or ("",)
        if isinstance(told, str):
            return told
        # An input of an action which the job does not give it is none of the run's.
        own = self.given is not None and told == part and any(path[0] == "inputs" for path in references(part))
        return f"${{{{{said(told)}}}}}" if not own and is_told(told, self.dynamic) else None

    def with_env(self, env: Env, constant: bool) -> Scope:
        """A scope inside of more variables; they are known only if nothing can change them."""
        if not env and "env" in self.known:
            return self
        values = {name: text for name, value in env.items() if (text := self.text(value)) is not None}
        guessed = {name: text for name, value in env.items() if (text := self.guess(value)) is not None}
        likely = {**{name: text for name, text in self.likely.items() if name not in env}, **guessed}
        before = dict(self.known.get("env") or {})
        for name in env:
            before.pop(name, None)
        known = {**self.known, "env": Partial({**before, **values} if constant else before)}
        told = {name: text for name, text in self.open.items() if name not in env}
        told |= {name: text for name, value in env.items() if name not in guessed and (text := self.open_text(value))}
        return replace(self, known=known, likely=likely, open=told)

    def outside(self, names: Collection[str]) -> Scope:
        """The scope in which variables are not to be seen yet."""
        if not names or "env" not in self.known:
            return self
        known = {name: value for name, value in self.known["env"].items() if name not in names}
        return self.with_known(env=Partial(known))

    def with_known(self, **contexts: Any) -> Scope:
        return replace(self, known={**self.known, **contexts})


def input_defaults(workflow: Workflow) -> Partial:
    """The inputs of a workflow where nobody gives any."""
    empty: dict[str, Any] = {"boolean": False, "string": ""}
    out: dict[str, Any] = {}
    for event in workflow.events:
        for item in event.inputs:
            if item.default is None:
                known = empty.get(item.type) if not item.required else None
            else:
                known = item.default.raw if item.type in ("boolean", "number") else item.default.literal
            if known is not None:
                out[item.name.lower()] = known
    return Partial(out)


def job_scope(workflow: Workflow, job: Job, leg: Leg, static: bool, dynamic: bool = False) -> Scope:
    """The scope of a job.

    ``static`` puts the leg's own values in, else they are params of its Task; ``dynamic`` is a leg of a matrix that
    only the run knows.
    """
    strategy = {
        "fail-fast": _fail_fast(job.strategy),
        "job-total": float(leg.total),
        "max-parallel": float(lanes(job.strategy, leg.total)),
    }
    own = {**strategy, "job-index": float(leg.index)}
    github = Context("github")
    known: dict[str, Any] = {
        "github": Partial(
            workspace=WORKSPACE,
            workflow=workflow.title,
            job=job.own_id or job.id,
            action_status=Property(Context("job"), "action_status"),
            token=Property(Context("secrets"), "GITHUB_TOKEN"),
            run_attempt="1",
        ),
        "runner": Partial(os="Linux", environment="self-hosted"),
        "strategy": Partial({"fail-fast": strategy["fail-fast"]})
        if dynamic
        else own
        if static or leg.total == 1
        else Partial(strategy),
        "env": Partial(),
        "job": Partial(
            workflow_repository=Property(github, "repository"),
            workflow_ref=Property(github, "workflow_ref"),
            workflow_sha=Property(github, "workflow_sha"),
            workflow_file_path=workflow.source.name,
        ),
    }
    if job.services:
        known["job"]["services"] = {name: Partial(ports=_ports(service)) for name, service in job.services.items()}
    if (static or not leg.values) and not dynamic:
        known["matrix"] = dict(leg.values)
    lent = job.strategy is not None and not job.strategy.path.startswith(f"{job.path}.")
    return Scope(known, inner=alone() if lent else {}, dynamic=dynamic)


def _ports(service: Container) -> dict[str, str]:
    """Where the ports of a service are: containers of a Pod share them."""
    inner = (port.text.partition("/")[0].rpartition(":")[2] for port in service.ports)
    return {port: port for port in inner}


def _fail_fast(strategy: Strategy | None) -> Any:
    """What ``strategy.fail-fast`` gives, which may be an expression."""
    template = strategy.fail_fast.template if strategy and strategy.fail_fast else ()
    alone = len(template) == 1 and not isinstance(template[0], str)
    return template[0] if alone else fails_fast(strategy)


def context_of(template: Template) -> str:
    """The context of which a template is one field; empty where it is anything else."""
    path = static_path(whole(template))
    return path[0] if path is not None else ""


def is_of_fields(template: Template) -> bool:
    """Whether it is text and single fields, which params and Secrets bring to where a Pod is described."""
    paths = [static_path(part) for part in template if not isinstance(part, str)]
    return all(path and len(path) > 1 and path[0] in _BROUGHT for path in paths)


def lanes(strategy: Strategy | None, total: int) -> int:
    """How many legs run at once; all where that is only known at run time."""
    value = strategy.max_parallel if strategy else None
    text = value.literal if value else None
    return min(total, int(text)) if text and text.isdigit() and int(text) > 0 else total


def literal(template: Template) -> str | None:
    """The text of a template without expressions."""
    if not template:
        return ""
    return template[0] if len(template) == 1 and isinstance(template[0], str) else None


def evaluate_leaf(value: Value, known: Mapping[str, Any]) -> Any:
    """The typed value of a leaf for a matrix; RuntimeMatrix where only the run knows it."""
    if value.literal is not None:
        return value.raw
    template = fold_template(value.template, known) if len(value.template) > 1 else value.template
    if len(template) == 1 and not isinstance(template[0], str):
        folded = fold(template[0], known)
        if isinstance(folded, Literal):
            return folded.value
        try:
            return evaluate_tree(folded, {})
        except ExpressionError:
            raise RuntimeMatrix(f"{value.text}: only the run knows this value") from None
    text = literal(template)
    if text is None:
        raise RuntimeMatrix(f"{value.text}: only the run knows this value")
    return to_string(text)
