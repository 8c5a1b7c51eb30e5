"""Templates that need no engine come to what the engine makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from gha2tekton import resources
from gha2tekton.expression import parse_template
from gha2tekton.rules import engine, render
from gha2tekton.rules.catalogue import actions
from gha2tekton.rules.filling import Functions, Unfillable, Word, filled

WORDS = {"a": Word("'1 2'"), "b_c": Word('"$INPUT_B_C"'), "from": Word("x")}


def options(*names: str, **flags: str) -> Word:
    return Word("".join(f" --{flag} {name}" for flag, name in [*zip(names, names, strict=True), *flags.items()]))


FUNCTIONS: Functions = {
    "given": lambda name: name == "a",
    "equals": lambda name, value: {"a": "1 2"}[name] == value,
    "options": options,
    "text": lambda name: f"{name}; x",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain $(x) {y} {}",
        "x {{ a }} {{b_c}}\n",
        "x{{ options('a', 'b-c', d='a') }}{{ options() }} {{ text('a') }}\n",
        "{{ options('a',\n  'b') }}",
        "x{% if given('a') %} --a {{ a }}{% endif %} y{% if given('b-c') %} --b {{ b_c }}{% endif %}\n",
        "{% if given('a') %}\nyes {{ a }}\n{% else %}\nno\n{% endif %}\nend\n",
        "{% if given('b') %}\nyes {{ a }}\n{% else %}\nno\n{% endif %}\n\nend",
        "one\n  {% if given('a') %}  \n  two\n  {% endif %}\n three",
        "x  {% if given('a') %}  {{ a }}  {% endif %}  \ny",
        "{% if given('b') %}{{ unknown }}{% endif %}z",
        "{% if given('a') and not given('b') %}x{% elif given('c') %}y{% endif %}",
        "{% if given('a') %}{% if given('a') %}x{% endif %}{% endif %}",
        "{% if given('a') %}{% if given('b') %}x{% else %}\n  {{ a }}\n{% endif %}{% else %}y{% endif %}\n",
        '{% if given("a") and equals("a", "1 2") %}x, "y"{% endif %}',
        "{% if (given('b') and equals('b', '')) or not (given('a') and not equals('a', '3')) %}x{% else %}y{% endif %}",
        "  {% if not given('a') %}\n1\n  {% elif given('b') or equals('a', 'x, (y)') %}\n2\n  {% else %}\n3\n {% endif %}\n4",
        "{% if a %}x{% endif %}{% if true %}y{% endif %}",
        "{{ from }} {{ text('x, \\'y\\'') }} {{ text(\"it's {a}\") }} {{ 'a' ~ a }}",
        "{%- if given('a') -%} x {%- endif %} {% set c = a %}{{ c }}",
        "{# note #}{{ a | upper }} {{ 'x y' }}",
    ],
)
def test_a_template_is_what_the_engine_makes_of_it(text: str) -> None:
    assert filled(text, WORDS, FUNCTIONS) == engine.render(text, {**WORDS, **FUNCTIONS})


@pytest.mark.parametrize(
    "text",
    [
        "{{ unknown }}",
        "{{ given }}",
        "{{ nothing('a') }}",
        "{% if given('a') %}x",
        "{% if given('a') or %}x{% endif %}",
        "{% if %}x{% endif %}",
        "{% if given('a') %}x{% else y %}z{% endif %}",
        "x{% endif %}",
        "{{ a(",
    ],
)
def test_what_is_not_there_is_told(text: str) -> None:
    with pytest.raises(Unfillable):
        filled(text, WORDS, FUNCTIONS)


@pytest.mark.slow
@pytest.mark.parametrize("given", ["", "x y", "true", "${{ github.sha }}"])
def test_every_rule_is_what_the_engine_makes_of_it(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = actions(resources.mappings())
    calls = [(rule, {name: parse_template(given) for name in rule.inputs} if given else {}) for rule in rules]
    with monkeypatch.context() as none:
        none.setattr(engine, "render", None)
        without = [render.emit(*call) for call in calls]
    render._emit.cache_clear()
    monkeypatch.setattr(render, "filled", _by_the_engine)
    assert [render.emit(*call) for call in calls] == without
    render._emit.cache_clear()


def _by_the_engine(text: str, words: dict[str, Word], functions: dict[str, Any]) -> str:
    return engine.render(text, {**words, **functions})
