"""What expressions may say at which key.

https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_TOP = frozenset({"github", "inputs", "vars"})
_JOB = _TOP | {"needs", "strategy", "matrix"}
_STEP = _JOB | {"secrets", "steps", "job", "runner", "env"}

CONTEXTS: dict[str, frozenset[str]] = {
    "run-name": _TOP,
    "env": _TOP | {"secrets"},
    "concurrency": _TOP,
    "jobs.if": _TOP | {"needs"},
    "jobs.name": _JOB,
    "jobs.runs-on": _JOB,
    "jobs.strategy": _TOP | {"needs"},
    "jobs.timeout-minutes": _JOB,
    "jobs.continue-on-error": _JOB,
    "jobs.container": _JOB | {"env", "secrets"},
    "jobs.services": _JOB | {"env", "secrets"},
    "jobs.env": _JOB | {"secrets"},
    "jobs.environment": _JOB,
    "jobs.environment.url": _STEP - {"secrets"},
    "jobs.concurrency": _JOB,
    "jobs.outputs": _STEP,
    "jobs.defaults": _JOB | {"env"},
    "jobs.with": _JOB,
    "jobs.secrets": _JOB | {"secrets"},
    "steps": _STEP,
    "steps.if": _STEP - {"secrets"},
    "workflow_call.outputs": _TOP | {"jobs"},
    "workflow_call.inputs": _TOP,
    "action.inputs": frozenset({"github", "strategy", "matrix", "job", "runner"}),
    "action.steps": _STEP - {"secrets", "needs", "vars"},
    "action.outputs": _STEP - {"secrets", "needs", "vars"},
    "plain": frozenset(),
}
"""The contexts that GitHub fills at each key; ``plain`` is a key that takes no expression."""

FUNCTIONS = frozenset("contains startswith endswith format join tojson fromjson case".split())
STATUS = frozenset("success failure always cancelled".split())
_STATUS_KEYS = frozenset({"jobs.if", "steps.if", "action.steps.if"})
_HASH_KEYS = frozenset({"steps", "steps.if", "action.steps", "action.steps.if", "action.inputs", "jobs.outputs"})


def check_names(key: str, references: Iterable[tuple[str, ...]], calls: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Findings (code, message) about contexts and functions that a key does not have."""
    contexts = CONTEXTS["action.steps" if key == "action.steps.if" else key]
    if not contexts:
        yield "expression-not-allowed", "An expression is not allowed here"
        return
    for name in dict.fromkeys(reference[0].lower() for reference in references):
        if name not in contexts:
            yield "unknown-context", f"Unrecognized named-value: '{name}'"
    for name in calls:
        known = name in FUNCTIONS or (name in STATUS and key in _STATUS_KEYS) or (name == "hashfiles" and key in _HASH_KEYS)
        if not known:
            yield "unknown-function", f"Unrecognized function: '{name}'"
