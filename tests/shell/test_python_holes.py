"""Python with holes is run, by itself and handed over by a shell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.shell.filling import ATTACKS, MORE, expected, parts, run

from gha2tekton.shell.holes import fill
from gha2tekton.shell.quote import requoted, word

PYTHON = [
    ("string", "print('@@', end='')", "~"),
    ("method of a string", "print('@@'.replace('z', ''), end='')", "~"),
    ("operator", 'print("%s @@" % "a" if "@@" != "" else 0, end="")', None),
    ("comparison", "print('@@' == 'x')", "False\n"),
    ("three quotes", 'print("""a\n@@""", end="")', "a\n~"),
    ("formatted", 'print(f"{1 + 1} @@ {{}}", end="")', "2 ~ {}"),
    ("adjacent", "print('é' '@@' \"b\", end='')", "é~b"),
    ("raw", "print(r'\\n@@', end='')", "\\n~"),
    ("key", "print({'@@': 1})", None),
    ("comment", "# @@\nprint(1)", "1\n"),
    ("other letters", "x = 'é😀'; print('@@', end='')", "~"),
]


@pytest.mark.parametrize(("script", "want"), [case[1:] for case in PYTHON], ids=[case[0] for case in PYTHON])
def test_python(
    script: str, want: str | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "system", lambda command: pytest.fail(f"{command} ran"))
    filled = fill(parts(script), "python")
    assert not filled.problems
    for value in (*ATTACKS, *MORE):
        monkeypatch.setenv("V", value)
        exec(compile(filled.text, "script", "exec"), {})
        printed = capsys.readouterr().out
        if want is not None:
            assert printed == expected(want, value), filled.text


AROUND_PYTHON = {
    "double": lambda code: f'python3 -c "{requoted(code, "double")}"',
    "single": lambda code: f"python3 -c '{requoted(code, 'single')}'",
    "quoted here-document": lambda code: f"python3 - <<'EOF'\n{code}\nEOF\n",
    "here-document": lambda code: f"python3 - <<EOF\n{requoted(code, 'heredoc')}\nEOF\n",
    "within bash": lambda code: "bash -c " + word("python3 -c " + word(code)),
}


@pytest.mark.parametrize("around", AROUND_PYTHON)
def test_python_in_a_shell(around: str, tmp_path: Path) -> None:
    code = "x = 'é😀'; print('@@'.lower() + \"'@@'\", f'{1}@@', end='')  # @@"
    filled = fill(parts(AROUND_PYTHON[around](code)))
    assert not filled.problems
    assert {place.nested[-1] for place in filled.placements} == {"python"}
    value = ATTACKS[0]
    assert run(filled, value, tmp_path) == f"{value.lower()}'{value}' 1{value}"


@pytest.mark.slow
@pytest.mark.parametrize("around", AROUND_PYTHON)
@pytest.mark.parametrize(("script", "want"), [case[1:] for case in PYTHON], ids=[case[0] for case in PYTHON])
def test_all_python_in_a_shell(around: str, script: str, want: str | None, tmp_path: Path) -> None:
    filled = fill(parts(AROUND_PYTHON[around](script)))
    for value in (*ATTACKS, *MORE[7:12]):
        printed = run(filled, value, tmp_path)
        if want is not None:
            assert printed == expected(want, value), filled.text
