"""Filling a rule's lines: every value from a workflow becomes one quoted word, by construction.

Templates are the rule author's; workflow text is only ever data to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from gha2tekton.expression import Template
from gha2tekton.rules.call import Refused, RuleCall, same
from gha2tekton.rules.constant_tests import settled
from gha2tekton.rules.filling import Unfillable, filled
from gha2tekton.rules.model import ActionRule, Emission, InputOutcome


def emit(rule: ActionRule, given: Mapping[str, Template], key: str = "step") -> Emission:
    """The lines for a call of an action with these inputs (names in lower case).

    ``key`` tells what the programs of one call keep from that of another.
    """
    return _emit(rule, tuple(given.items()), key if "program(" in rule.run + rule.post else "")


@lru_cache(maxsize=1024)
def _emit(rule: ActionRule, inputs: tuple[tuple[str, Template], ...], key: str) -> Emission:
    """Many steps of many workflows call an action with the same words."""
    given = dict(inputs)
    call = RuleCall(rule, given, key)
    functions = call.functions()
    words = call.words | {f"input_{name}": call.words[name] for name in functions if name in call.words}
    problems: list[str] = []
    lines = post = ""
    try:
        lines = filled(settled(rule.run, call.constants), words, functions)
        post = filled(settled(rule.post, call.constants), words, functions)
    except Refused as error:
        problems.append(str(error))
    except Unfillable as error:
        problems.append(f"the rule {rule.id} cannot be filled: {error}")
    used = {name: value for name, value in call.variables.items() if f"${name}" in lines or f"${name}" in post}
    return Emission(_tidy(lines), _tidy(post), used, tuple(_outcomes(rule, given)), tuple(problems))


def _tidy(text: str) -> str:
    """One newline at the end; what stands between may be a value and is left alone."""
    text = text.strip("\n")
    return f"{text}\n" if text else ""


def _outcomes(rule: ActionRule, given: Mapping[str, Template]) -> list[InputOutcome]:
    out: list[InputOutcome] = []
    for name, template in given.items():
        known = rule.inputs.get(name)
        if known is None and (rule.program or rule.image):
            out.append(InputOutcome(name, "exact"))
        elif known is None:
            out.append(InputOutcome(name, "manual", f"the rule {rule.id} does not know this input"))
        elif known.fate == "used" and (known.default or not rule.program) and same(template, known.default):
            out.append(InputOutcome(name, "exact", "same as default"))
        elif known.fate == "used":
            out.append(InputOutcome(name, "exact"))
        elif known.fate == "adapted" and not _read(rule, name):
            out.append(InputOutcome(name, "dropped", known.reason, "superseded"))
        else:
            out.append(InputOutcome(name, known.fate, known.reason, known.cause))
    return out


def _read(rule: ActionRule, name: str) -> bool:
    """Whether the rule's lines look at an input."""
    texts = (rule.run, rule.post, *rule.values.values())
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in {name, name.replace("-", "_")} for text in texts)
