"""One call of an action as the lines of its rule see it: what is given, as words of the shell, and may be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from gha2tekton.expression import Template, parse_template
from gha2tekton.record import Record, field
from gha2tekton.rules.filling import Functions, Unfillable, Word
from gha2tekton.rules.model import ActionRule
from gha2tekton.shell.quote import word

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_parsed = lru_cache(maxsize=1024)(parse_template)
"""What rules say by default, which many calls leave as it is."""


class Refused(Exception):
    """A rule cannot stand for this call: it says so itself, or it asked what a run-time value is."""


def variable(name: str) -> str:
    """The environment variable of an input, as GitHub names it, with dashes made underscores for the shell."""
    return "INPUT_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def literal_text(template: Template) -> str | None:
    """The text of a template without expressions."""
    if not template:
        return ""
    return template[0] if len(template) == 1 and isinstance(template[0], str) else None


def same(template: Template, default: str) -> bool:
    """Whether an input is given what it is without a word."""
    return template == _parsed(default) if default else template in ((), ("",))


class RuleCall(Record):
    """What the lines of a rule may say of a call; ``key`` tells what its programs keep from that of another."""

    rule: ActionRule
    given: Mapping[str, Template]
    key: str
    words: dict[str, Word] = field(default_factory=dict)
    """Each value as one word of the shell, under the name that templates have for it."""
    constants: dict[str, str | None] = field(default_factory=dict)
    """The same values as their text, where that is known and may stand in a script."""
    variables: dict[str, Template] = field(default_factory=dict)
    """What the step must set, since only the run knows it."""
    _literals: dict[str, str | None] = field(default_factory=dict)
    _spellings: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        templates = self._templates()
        self._literals |= {name: literal_text(template) for name, template in templates.items()}
        # Of two spellings of an input the one that is given holds.
        for name, literal in sorted(self._literals.items(), key=lambda item: item[0] in self.given):
            spelled = name.replace("-", "_")
            if literal is not None and (plain := _plain(literal)) is not None:
                self.constants[spelled] = literal
                self.words[spelled] = plain
            else:
                self.constants[spelled] = None
                self.variables[variable(name)] = templates[name]
                self.words[spelled] = Word(f'"${variable(name)}"')
        for name in templates:
            self._spellings.setdefault(name.replace("-", "_"), []).append(name)

    def _templates(self) -> dict[str, Template]:
        rule, given = self.rule, self.given
        out = {name: given[name] if name in given else _parsed(entry.default) for name, entry in rule.inputs.items()}
        if rule.program or rule.image:
            out |= given
        return out | {name: _parsed(text) for name, text in rule.values.items()}

    def functions(self) -> Functions:
        """What templates may call, under the names that they use."""
        return {
            "fetched": self.fetched,
            "program": self.program,
            "container": self.container,
            "options": self.options,
            "given": lambda name: self.named(name) in self.given,
            "constant": lambda name: self._literals[self.named(name)] is not None,
            "equals": lambda name, value: self.known(name).lower() == str(value).lower(),
            "mentions": lambda name, text: text in self.known(name),
            "refuse": self.refuse,
        }

    def named(self, name: str) -> str:
        """The input that a template means: it may write underscores for dashes."""
        name = name.lower()
        alike = self._spellings.get(name.replace("-", "_"), [])
        if not alike:
            raise Unfillable(f"there is no input {name}")
        return next((key for key in alike if key in self.given), name if name in alike else alike[0])

    def known(self, name: str) -> str:
        """The text of a value; Refused where only the run knows it."""
        literal = self._literals[self.named(name)]
        if literal is None:
            raise Refused(f"the input {name} is known only at run time")
        return literal

    def refuse(self, reason: str) -> Word:
        raise Refused(reason)

    def options(self, *names: str, **flags: str) -> Word:
        """`` --name VALUE`` for each of these inputs that the call gives, and gives another value than its default."""
        inputs, out = self.rule.inputs, ""
        for flag, name in [*((name, name) for name in names), *flags.items()]:
            one = self.named(name)
            if one in self.given and not same(self.given[one], inputs[one].default if one in inputs else ""):
                out += f" --{flag.replace('_', '-')} {self._word(one)}"
        return Word(out)

    def program(self, part: str) -> Word:
        """The call of the action's own program; what is not given its own file knows, save what is an expression."""
        held = [text for name in self._told() for text in (word(name), self._word(name))]
        if self.rule.command:
            return Word(" ".join(["own-program", self._action(), word(self.rule.command), *held]))
        return Word(" ".join(["javascript-action", self._action(), part, word(self.key), *held]))

    def container(self, entry: str = "", **variables: str) -> Word:
        """The call of the action's image up to its arguments, with the inputs that are given or have a default."""
        held = [f"--input {word(name)} {self._word(name)}" for name in self._told()]
        held += [f"--env {word(name)} {self._word(self.named(given))}" for name, given in variables.items()]
        held += ["--entrypoint", word(entry)] if entry else []
        return Word(" ".join(["container-action", *held, word(self.rule.image)]))

    def fetched(self) -> Word:
        return Word(f'"$(fetch-action {self._action()})"')

    def _action(self) -> str:
        return word(f"{self.rule.action}@{self.rule.ref}")

    def _word(self, name: str) -> Word:
        return self.words[name.replace("-", "_")]

    def _told(self) -> Iterator[str]:
        """The inputs that a program of the action's own is told."""
        inputs = self.rule.inputs
        return (name for name in self._literals if name in self.given or (name in inputs and inputs[name].default))


@lru_cache(maxsize=1024)
def _plain(text: str) -> Word | None:
    """A text as a word of a script; None where it may not stand in one, since Tekton would take it for its own."""
    return None if "$(" in text or _CONTROL.search(text) else Word(word(text))
