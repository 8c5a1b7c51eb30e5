"""Every rule of mappings/: it loads, tells why, does what its example says, and keeps values data."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from gha2tekton import resources
from gha2tekton.expression import parse_template
from gha2tekton.rules.call import variable
from gha2tekton.rules.catalogue import example_of
from gha2tekton.rules.load import RuleError, RuleSet, read_action, read_commands
from gha2tekton.rules.model import ActionRule, Emission
from gha2tekton.rules.render import emit
from gha2tekton.shell.quote import word
from gha2tekton.source import Source
from gha2tekton.yaml import compose, plain

ROOT = resources.mappings()
ACTIONS = sorted((ROOT / "actions").rglob("*.yaml"))
COMMANDS = sorted((ROOT / "commands").glob("*.yaml"))
ROLES = {"", "prepare", "notebook", "convert", "test", "publish"}
EFFECTS = {"workspace", "home", "python", "env", "system", "services", "docker", "background"}
NASTY = "marq'\"`id`$(id) $HOME ${X} {{ marq }} {% marq %} \\ ; & | < > * ? [a] #marq\nmarq $(params.x) ${{ marq }}"


BY_OWNER = {
    letter: list(paths)
    for letter, paths in groupby(ACTIONS, lambda path: path.relative_to(ROOT / "actions").parts[0][0])
}
"""Rules are tried together by the first letter of their owners: a test for each would take longer to begin than to run."""


def rules_of(letter: str) -> list[tuple[Path, ActionRule]]:
    return [(path, rule_of(path)) for path in BY_OWNER[letter]]


@cache
def rule_of(path: Path) -> ActionRule:
    return read_action(path, ROOT)


@pytest.mark.parametrize("letter", BY_OWNER)
def test_an_action_rule_is_whole(letter: str) -> None:
    for path, rule in rules_of(letter):
        assert rule.id == f"actions/{rule.action}", path
        assert rule.role in ROLES, rule.id
        assert rule.effects <= EFFECTS, rule.id
        assert rule.fate == "mapped" or rule.reason, f"{rule.id}: what is not mapped says why"
        assert bool(rule.run) == (rule.fate == "mapped"), rule.id
        for name, entry in rule.inputs.items():
            assert entry.fate not in ("manual", "adapted") or entry.reason, f"{rule.id}: {name}"


@pytest.mark.parametrize("letter", BY_OWNER)
def test_the_example_holds(letter: str) -> None:
    for path, read in rules_of(letter):
        rule = example_of(read, path, ROOT)
        if rule.example:
            given = rule.example.get("with")
            assert isinstance(given, dict), rule.id
            emission = emit(rule, {name.lower(): parse_template(str(value)) for name, value in given.items()})
            assert not emission.problems, rule.id
            assert emission.lines == rule.example["run"], rule.id
            assert emission.post == rule.example.get("post", ""), rule.id


@pytest.mark.parametrize("letter", BY_OWNER)
def test_values_stay_data(letter: str) -> None:
    """A value of any text is one quoted word, or stays out of the lines altogether, in a variable."""
    for _, rule in rules_of(letter):
        stay_data(rule, used(rule))


@pytest.mark.slow
@pytest.mark.parametrize("letter", BY_OWNER)
def test_each_value_alone_stays_data(letter: str) -> None:
    """A template may ask for an input only where another is not given."""
    for _, rule in rules_of(letter):
        for name in used(rule):
            dynamic = stay_data(rule, [name])
            if variable(name) in dynamic.variables:
                assert f'"${variable(name)}"' in dynamic.lines + dynamic.post, f"{rule.id}: {name}"


def used(rule: ActionRule) -> list[str]:
    return [name for name, entry in rule.inputs.items() if entry.fate == "used" and rule.fate == "mapped"]


def stay_data(rule: ActionRule, names: list[str]) -> Emission:
    """What the rule becomes where only an event knows these inputs."""
    told = f"{rule.id}: {', '.join(names)}"
    for value in (NASTY, NASTY.replace("$(", "$ (")):
        emission = emit(rule, dict.fromkeys(names, (value,)))
        for lines in (emission.lines, emission.post):
            assert "marq" not in lines.replace(word(value), ""), told
    dynamic = emit(rule, dict.fromkeys(names, parse_template("${{ github.event.issue.title }}")))
    assert "issue.title" not in dynamic.lines, told
    return dynamic


def yaml_of(path: Path) -> dict[str, Any]:
    node = compose(Source(path.name, path.read_text(encoding="utf-8")))
    found = plain(node) if node else {}
    assert isinstance(found, dict)
    return found


def test_what_is_said_to_be_used_is_read() -> None:
    unread = {path.relative_to(ROOT).as_posix(): names for path in ACTIONS if (names := unread_of(yaml_of(path)))}
    assert unread == {}


def unread_of(rule: dict[str, Any]) -> list[str]:
    """Inputs that a rule calls used and nothing of it reads."""
    if (
        rule.get("fate", "mapped") != "mapped"
        or {"program", "command", "image"} & set(rule)
        or "program(" in str(rule.get("run"))
    ):
        return []
    told = {name: value for name, value in rule.items() if name not in ("inputs", "example", "about", "source")}
    words = set(re.findall(r"[\w-]+", str(told).lower()))
    used = [
        str(name).lower()
        for name, entry in (rule.get("inputs") or {}).items()
        if entry == "used" or (isinstance(entry, dict) and entry.get("used"))
    ]
    return [name for name in used if not {name, name.replace("-", "_"), f"input_{name}"} & words]


def test_an_input_that_no_rule_knows_is_manual() -> None:
    rule = RuleSet().action("actions/checkout")
    assert rule is not None
    (outcome,) = emit(rule, {"nonsense": ("x",)}).outcomes
    assert (outcome.fate, outcome.name) == ("manual", "nonsense")


def test_an_actions_own_program_gets_what_is_given_and_what_only_an_expression_tells() -> None:
    rule = RuleSet().action("actions/labeler", "v5")
    assert rule is not None
    emission = emit(rule, {"a new-one": (NASTY.replace("$(", "$ ("),), "dot": ("true",)}, "jobs-a-steps-0")
    begin = 'javascript-action actions/labeler@v5 main jobs-a-steps-0 repo-token "$INPUT_REPO_TOKEN" dot true '
    assert emission.lines.startswith(f"{begin}'a new-one' ")
    assert "marq" not in emission.lines.replace(word(NASTY.replace("$(", "$ (")), "")
    assert [(outcome.fate, outcome.reason) for outcome in emission.outcomes] == [("exact", ""), ("exact", "")]
    assert emission.variables == {"INPUT_REPO_TOKEN": parse_template("${{ github.token }}")}


def test_dashes_may_be_underscores_in_what_templates_ask(tmp_path: Path) -> None:
    path = tmp_path / "actions" / "a" / "b.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "action: a/b\ninputs: {my-one: used, two: used}\n"
        "run: echo{% if given('my_one') and equals('my-one', 'x') %} yes{% endif %}{{ options('my_one', 'two') }}\n"
    )
    rule = read_action(path, tmp_path)
    assert emit(rule, {"my-one": ("x",)}).lines == "echo yes --my-one x\n"
    assert emit(rule, {"two": ("x",)}).lines == "echo --two x\n"


def test_what_repeats_the_default_says_so() -> None:
    rule = RuleSet().action("Actions/Checkout")
    assert rule is not None
    (outcome,) = emit(rule, {"fetch-depth": ("1",)}).outcomes
    assert (outcome.fate, outcome.reason) == ("exact", "same as default")


def test_command_rules_are_whole() -> None:
    for path in COMMANDS:
        for when, rule in read_commands(path, ROOT):
            assert rule.command == path.stem
            assert rule.role in ROLES, path
            assert rule.effects <= EFFECTS, path
            assert set(when) <= {"first", "has", "lacks"}, path


COMMAND_ROLES = {
    "papermill a.ipynb b.ipynb": "notebook",
    "jupyter nbconvert --to html a.ipynb": "convert",
    "jupyter nbconvert --to notebook --execute a.ipynb": "notebook",
    "pytest -q": "test",
    "pytest --nbmake": "notebook",
    "pip install x": "prepare",
    "git clone x": "prepare",
    "git -C clone status": "",
    "git -C x clone y": "prepare",
    "git status": "",
}


@pytest.mark.parametrize(("line", "role"), COMMAND_ROLES.items())
def test_words_decide_what_a_command_is(line: str, role: str) -> None:
    words = line.split()
    rule = RuleSet().command(words[0], words)
    assert rule is not None
    assert rule.role == role


def test_the_users_rules_win(tmp_path: Path) -> None:
    path = tmp_path / "actions" / "actions" / "checkout.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("action: actions/checkout\nfate: dropped\ncause: superseded\nreason: ours\n")
    rule = RuleSet([tmp_path]).action("actions/checkout")
    assert rule is not None
    assert (rule.fate, rule.reason) == ("dropped", "ours")


@pytest.mark.parametrize(
    ("text", "place"),
    [("action: a/b\nfoo: 1\n", ":2:1"), ("action: a/b\nfate: maybe\n", ":2:7"), ("- a\n", ":1:1"), ("a: [\n", ":2:1")],
)
def test_faults_of_rule_files_have_their_place(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "actions" / "a" / "b.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(RuleError, match=f"b.yaml{place}"):
        RuleSet([tmp_path]).action("a/b")


def test_a_rule_may_be_as_that_of_another_action(tmp_path: Path) -> None:
    path = tmp_path / "actions" / "a" / "cache.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("action: a/cache\nlike: actions/cache\ndiffers: it is ours\n")
    rule, other = read_action(path, tmp_path), RuleSet().action("actions/cache")
    assert other is not None
    assert (rule.id, rule.action, rule.differs) == ("actions/a/cache", "a/cache", "it is ours")
    assert (rule.run, rule.post, rule.inputs, rule.needs) == (other.run, other.post, other.inputs, other.needs)


def test_a_ref_may_name_the_image_of_a_container(tmp_path: Path) -> None:
    path = tmp_path / "actions" / "a" / "b.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "action: a/b\nimage: 'r/b:{tag}'\ninputs: {tag: {used: true, default: latest}, who: {used: true, default: all}}\n"
        "versions: [{ref: 'v(?P<tag>[0-9.]+)'}]\n"
    )
    assert emit(read_action(path, tmp_path, "main"), {}).lines == "container-action --input who all r/b:latest\n"
    rule = read_action(path, tmp_path, "v1.2")
    assert (rule.image, emit(rule, {"x": ("y",)}).lines) == (
        "r/b:1.2",
        "container-action --input who all --input x y r/b:1.2\n",
    )
