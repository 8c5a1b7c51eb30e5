"""Filling a rule's lines: every value from a workflow becomes one quoted word, by construction.

Templates are the rule author's; workflow text is only ever data to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from gha2tekton.expression import Template, parse_template
from gha2tekton.rules.constant_tests import settled
from gha2tekton.rules.filling import Functions, Unfillable, Word, filled
from gha2tekton.rules.model import ActionRule, Emission, InputOutcome
from gha2tekton.shell.quote import word

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


class _Refused(Exception):
    """A rule cannot stand for this call: it says so itself, or it asked what a run-time value is."""


def variable(name: str) -> str:
    """The environment variable of an input, as GitHub names it, with dashes made underscores for the shell."""
    return "INPUT_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def emit(rule: ActionRule, given: Mapping[str, Template], key: str = "step") -> Emission:
    """The lines for a call of an action with these inputs (names in lower case).

    ``key`` tells what the programs of one call keep from that of another.
    """
    if all(literal_text(template) is not None for template in given.values()):
        return _emit_again(rule, tuple(given.items()), key if "program(" in rule.run + rule.post else "")
    return _emit(rule, given, key)


@lru_cache(maxsize=512)
def _emit_again(rule: ActionRule, given: tuple[tuple[str, Template], ...], key: str) -> Emission:
    """Many steps of many workflows call an action with the same words."""
    return _emit(rule, dict(given), key)


def _emit(rule: ActionRule, given: Mapping[str, Template], key: str) -> Emission:
    templates = {
        name: given[name] if name in given else parse_template(entry.default) for name, entry in rule.inputs.items()
    }
    if rule.program or rule.image:
        templates |= given
    templates |= {name: parse_template(text) for name, text in rule.values.items()}
    literals = {name: literal_text(template) for name, template in templates.items()}
    words: dict[str, Word] = {}
    variables: dict[str, Template] = {}
    plain: dict[str, str | None] = {}
    # Of two spellings of an input the one that is given holds.
    for name, literal in sorted(literals.items(), key=lambda item: item[0] in given):
        plain[name.replace("-", "_")] = literal if literal is not None and _plain(literal) else None
        if literal is not None and _plain(literal):
            words[name.replace("-", "_")] = Word(word(literal))
        else:
            variables[variable(name)] = templates[name]
            words[name.replace("-", "_")] = Word(f'"${variable(name)}"')

    spellings: dict[str, list[str]] = {}
    for one in templates:
        spellings.setdefault(one.replace("-", "_"), []).append(one)

    def named(name: str) -> str:
        """The input that a template means: it may write underscores for dashes."""
        name = name.lower()
        alike = spellings.get(name.replace("-", "_"), [])
        if not alike:
            raise Unfillable(f"there is no input {name}")
        return next((key for key in alike if key in given), name if name in alike else alike[0])

    def known(name: str) -> str:
        literal = literals[named(name)]
        if literal is None:
            raise _Refused(f"the input {name} is known only at run time")
        return literal

    def refuse(reason: str) -> Word:
        raise _Refused(reason)

    def options(*names: str, **flags: str) -> Word:
        """`` --name VALUE`` for each of these inputs that the call gives, and gives another value than its default."""
        out = ""
        for flag, name in [*((name, name) for name in names), *flags.items()]:
            one = named(name)
            if one in given and not _same(given[one], rule.inputs[one].default if one in rule.inputs else ""):
                out += f" --{flag.replace('_', '-')} {words[one.replace('-', '_')]}"
        return Word(out)

    def program(part: str) -> Word:
        """The call of the action's own program; what is not given its own file knows, save what is an expression."""
        held = [
            f"{word(name)} {words[name.replace('-', '_')]}"
            for name in templates
            if name in given or (name in rule.inputs and rule.inputs[name].default)
        ]
        if rule.command:
            return Word(" ".join(["own-program", word(f"{rule.action}@{rule.ref}"), word(rule.command), *held]))
        return Word(" ".join(["javascript-action", word(f"{rule.action}@{rule.ref}"), part, word(key), *held]))

    def container(entry: str = "", **variables: str) -> Word:
        """The call of the action's image up to its arguments, with the inputs that are given or have a default."""
        held = [
            f"--input {word(name)} {words[name.replace('-', '_')]}"
            for name in templates
            if name in given or (name in rule.inputs and rule.inputs[name].default)
        ]
        held += [f"--env {word(name)} {words[named(given).replace('-', '_')]}" for name, given in variables.items()]
        return Word(
            " ".join(["container-action", *held, *(["--entrypoint", word(entry)] if entry else []), word(rule.image)])
        )

    def fetched() -> Word:
        return Word(f'"$(fetch-action {word(f"{rule.action}@{rule.ref}")})"')

    functions: Functions = {
        "fetched": fetched,
        "program": program,
        "container": container,
        "options": options,
        "given": lambda name: named(name) in given,
        "constant": lambda name: literals[named(name)] is not None,
        "equals": lambda name, value: known(name).lower() == str(value).lower(),
        "mentions": lambda name, text: text in known(name),
        "refuse": refuse,
    }
    words |= {f"input_{name}": words[name] for name in functions if name in words}
    problems: list[str] = []
    lines = post = ""
    try:
        lines = filled(settled(rule.run, plain), words, functions)
        post = filled(settled(rule.post, plain), words, functions)
    except _Refused as error:
        problems.append(str(error))
    except Unfillable as error:
        problems.append(f"the rule {rule.id} cannot be filled: {error}")
    used = {name: value for name, value in variables.items() if f"${name}" in lines or f"${name}" in post}
    return Emission(_tidy(lines), _tidy(post), used, tuple(_outcomes(rule, given)), tuple(problems))


def literal_text(template: Template) -> str | None:
    """The text of a template without expressions."""
    if not template:
        return ""
    return template[0] if len(template) == 1 and isinstance(template[0], str) else None


def _plain(text: str) -> bool:
    """Whether text may stand in a script: Tekton would take ``$(params.x)`` for its own."""
    return "$(" not in text and not _CONTROL.search(text)


def _tidy(text: str) -> str:
    """One newline at the end; what stands between may be a value and is left alone."""
    text = text.strip("\n")
    return f"{text}\n" if text else ""


def _same(template: Template, default: str) -> bool:
    """Whether an input is given what it is without a word."""
    return template == parse_template(default) if default else template in ((), ("",))


def _outcomes(rule: ActionRule, given: Mapping[str, Template]) -> list[InputOutcome]:
    out: list[InputOutcome] = []
    for name, template in given.items():
        known = rule.inputs.get(name)
        if known is None and (rule.program or rule.image):
            out.append(InputOutcome(name, "exact"))
        elif known is None:
            out.append(InputOutcome(name, "manual", f"the rule {rule.id} does not know this input"))
        elif known.fate == "used" and (known.default or not rule.program) and _same(template, known.default):
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
