"""What expressions may say at which key.

https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_TOP = frozenset({"github", "inputs", "vars"})
_NEEDS = _TOP | {"needs"}
_JOB = _NEEDS | {"strategy", "matrix"}
_RUNNER = _JOB | {"steps", "job", "runner", "env"}
_STEP = _RUNNER | {"secrets"}
_ACTION = frozenset({"github", "strategy", "matrix", "job", "runner"})
_COMPOSITE = _ACTION | {"inputs", "steps", "env"}

CONTEXTS: dict[str, frozenset[str]] = {
    "plain": frozenset(),
    "run-name": _TOP,
    "env": _TOP | {"secrets"},
    "concurrency": _TOP,
    "workflow_call.inputs": _TOP,
    "workflow_call.outputs": _TOP | {"jobs"},
    "jobs.if": _NEEDS,
    "jobs.strategy": _NEEDS,
    "jobs.name": _JOB,
    "jobs.runs-on": _JOB,
    "jobs.timeout-minutes": _JOB,
    "jobs.continue-on-error": _JOB,
    "jobs.concurrency": _JOB,
    "jobs.environment": _JOB,
    "jobs.environment.url": _RUNNER,
    "jobs.defaults": _JOB | {"env"},
    "jobs.env": _JOB | {"secrets"},
    "jobs.outputs": _STEP,
    "jobs.container": _JOB,
    "jobs.container.credentials": _JOB | {"secrets", "env"},
    "jobs.container.env": _STEP,
    "jobs.snapshot.if": _JOB,
    "jobs.with": _JOB,
    "jobs.secrets": _JOB | {"secrets"},
    "steps": _STEP,
    "steps.if": _RUNNER,
    "action.inputs": _ACTION,
    "action.outputs": _COMPOSITE,
    "action.runs": frozenset({"inputs"}),
    "action.steps": _COMPOSITE,
    "action.steps.if": _COMPOSITE,
}
"""The contexts that GitHub fills at each key; ``plain`` is a key that takes no expression."""

FUNCTIONS = frozenset({"contains", "startswith", "endswith", "format", "join", "tojson", "fromjson", "case"})
STATUS = frozenset({"success", "failure", "always", "cancelled"})
CONDITIONS = frozenset({"jobs.if", "steps.if", "action.steps.if"})
"""The keys whose text is an expression without ``${{ }}``; only there is the state of the job known."""

_HASH_KEYS = frozenset({"steps", "steps.if", "action.steps", "action.steps.if", "action.inputs"})


def check_names(key: str, references: Iterable[tuple[str, ...]], calls: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Findings (code, message) about contexts and functions that a key does not have."""
    contexts = CONTEXTS[key]
    for name in dict.fromkeys(reference[0] for reference in references):
        if name not in contexts:
            where = f"; here are {', '.join(sorted(contexts))}" if name in _KNOWN else ""
            yield "unknown-context", f"Unrecognized named-value: '{name}'{where}"
    for name in sorted(calls):
        if name in FUNCTIONS:
            continue
        if name in STATUS:
            if key not in CONDITIONS:
                yield "unknown-function", f"Unrecognized function: '{name}'; it is known in an if only"
        elif name != "hashfiles":
            yield "unknown-function", f"Unrecognized function: '{name}'"
        elif key not in _HASH_KEYS:
            yield "unknown-function", "Unrecognized function: 'hashFiles'; it is known in steps only"


_KNOWN = frozenset().union(*CONTEXTS.values())
