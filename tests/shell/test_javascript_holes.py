"""JavaScript with holes is run by node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from tests.shell.filling import ATTACKS, MORE, expected, parts

from gha2tekton.shell.holes import fill

STRINGS = [
    ("single", "process.stdout.write('@@')", "~"),
    ("double", 'process.stdout.write("<@@>")', "<~>"),
    ("method of a string", "process.stdout.write('@@'.replace('zz', ''))", "~"),
    ("comparison", "process.stdout.write(String('@@' === 'no such'))", "false"),
    ("template", "process.stdout.write(`a ${1 + 1} @@`)", "a 2 ~"),
    ("in a template's braces", "process.stdout.write(`${'@@' + 1}`)", "~1"),
    ("key", "process.stdout.write(Object.keys({'k @@': 1})[0])", "k ~"),
    ("twice in one", "process.stdout.write('@@-@@')", "~-~"),
    ("comment", "// @@\n/* @@ */ process.stdout.write('1')", "1"),
    ("other letters", "const x = 'é😀'; process.stdout.write('@@')", "~"),
]
JSON = [
    ("number", "const n = @@; process.stdout.write(String(n + 1))", "41", "42"),
    ("boolean", "if (@@) { process.stdout.write('yes') }", "true", "yes"),
    ("object", "const o = @@; process.stdout.write(o.a[1])", '{"a": ["b", "c"]}', "c"),
    ("argument", "process.stdout.write(String(Math.max(@@, 1)))", "7", "7"),
    ("property", "process.stdout.write(String({a: @@}.a))", "7", "7"),
]
REFUSED = [
    ("part of a name", "const a@@ = 1"),
    ("declared", "const @@ = 1"),
    ("a parameter", "const f = (@@) => 1"),
    ("regular expression", "'a'.match(/@@/)"),
    ("does not parse", "const = '@@'"),
    ("runs commands", "require('child_process').execSync('git checkout @@')"),
    ("runs code", "eval('@@')"),
    ("after a backslash", "f('\\@@')"),
    ("tagged by exec", "await exec.exec(`git checkout @@`)"),
]
NODE = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")


END = "\0end\0"


def filled(script: str) -> str:
    done = fill(parts(script), "javascript")
    assert not done.problems
    return done.text


def written(scripts: list[str], value: str) -> list[str]:
    """What each of these scripts prints with this value in its holes. (To start node takes longer than to run all.)"""
    code = "".join(f"{{\n{filled(script)}\n}}\nprocess.stdout.write({json.dumps(END)})\n" for script in scripts)
    environment = {"PATH": os.environ["PATH"], "V": value}
    done = subprocess.run(["node", "-e", code], env=environment, capture_output=True, encoding="utf-8")
    assert not done.returncode, done.stderr
    return done.stdout.split(END)[:-1]


VALUES = [
    "'${process.exit(3)}`\"\\n" + ATTACKS[0],
    *(
        pytest.param(value, marks=pytest.mark.slow)
        for value in (*ATTACKS, *MORE, "' + process.exit(3) + '", "${process.exit(3)}", "*/ process.exit(3) /*")
    ),
]


@NODE
@pytest.mark.parametrize("value", VALUES)
def test_a_text_is_data(value: str) -> None:
    assert written([case[1] for case in STRINGS], value) == [expected(case[2], value) for case in STRINGS]


@NODE
@pytest.mark.slow
@pytest.mark.parametrize(("script", "value", "want"), [case[1:] for case in JSON], ids=[case[0] for case in JSON])
def test_a_value_of_its_own_is_json(script: str, value: str, want: str) -> None:
    assert written([script], value) == [want]


@pytest.mark.parametrize("script", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_there_is_no_form(script: str) -> None:
    assert fill(parts(script), "javascript").problems


def test_own_people_may_name_what_runs() -> None:
    assert not fill(parts("await exec.exec('git checkout @T@')"), "javascript").problems


def test_python_that_runs_commands_takes_nothing_from_strangers() -> None:
    assert fill(parts("import os; os.system('echo @@')"), "python").problems
    assert not fill(parts("import os; os.system('echo @T@')"), "python").problems
    assert not fill(parts("import subprocess; subprocess.run(['echo', '@@'])"), "python").problems
