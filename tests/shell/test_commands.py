"""The commands that a script holds, where they stand, and what is known of their words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gha2tekton.shell.nested import inner_code, reads_code, script_language
from gha2tekton.shell.script import Command, read
from gha2tekton.shell.wrappers import unwrapped


def names(script: str) -> list[str]:
    return [command.name for command in read(script).commands]


def one(script: str, name: str) -> Command:
    return next(command for command in read(script).commands if command.name == name)


FOUND = [
    ("lines", "a\nb; c & d", ["a", "b", "c", "d"]),
    ("comments are none", "# a\nb # c", ["b"]),
    ("lists and pipelines", "a && b || c | d |& e", ["a", "b", "c", "d", "e"]),
    ("blocks", "if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
    ("loops", "while a; do b; done; for i in $(c); do d; done; until e; do f; done", ["a", "b", "c", "d", "e", "f"]),
    ("case", "case $(a) in x) b ;; *) c ;; esac", ["a", "b", "c"]),
    ("groups", "(a; b) > f; { c; }; f() { d; }", ["a", "b", "c", "d"]),
    ("substitutions", 'X=$(a) b "$(c $(d))" `e` <(f)', ["b", "a", "c", "d", "e", "f"]),
    ("tests", "[[ -n $(a) ]] && [ -f x ] && b", ["a", "b"]),
    ("here-document", "a <<EOF\n$(b)\nEOF\nc", ["a", "b", "c"]),
    ("quoted here-document", "a <<'EOF'\n$(b)\nEOF\nc", ["a", "c"]),
    ("pipe behind a here-document", "a <<EOF | b\nx\nEOF\nc", ["a", "b", "c"]),
    ("arithmetic in a here-document", "a <<EOF\n$((b + 1))\nEOF\n", ["a"]),
    ("redirected block", "while read x; do a; done < <(b) 2>&1", ["read", "a", "b"]),
    ("bash -c", "bash -c 'a; b'", ["bash", "a", "b"]),
    ("shell in a container", "docker run -v x:y i bash -lc 'a\nb'", ["docker", "a", "b"]),
    ("entrypoint", "docker run --entrypoint /bin/bash i -c 'a'", ["docker", "a"]),
    ("command of a container", "docker run i a b", ["docker", "a"]),
    ("compose exec", "docker compose -f x exec -T s bash <<EOF\na\nb\nEOF\n", ["docker", "a", "b"]),
    ("eval", "eval 'a; b'", ["eval", "a", "b"]),
    ("here-string", "sh <<< 'a'", ["sh", "a"]),
    ("find", "find . -exec sh -c 'a' \\;", ["find", "a"]),
    ("xargs", "a | xargs -n1 bash -c 'b'", ["a", "xargs", "b"]),
    ("ssh", "ssh host 'a; b'", ["ssh", "a", "b"]),
    ("two deep", "bash -c \"sh -c 'a'\"", ["bash", "sh", "a"]),
    ("words that look like code", "echo bash -c 'a'", ["echo"]),
    ("a broken line", "a\nif then fi (\n", ["a"]),
]


@pytest.mark.parametrize(("script", "want"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND])
def test_found(script: str, want: list[str]) -> None:
    assert names(script)[: len(want)] == want
    if not read(script).broken:
        assert names(script) == want


VALUES = [
    ("a b\\ c 'd e' \"f g\"", ["a", "b c", "d e", "f g"]),
    ("a 'b'\"c\"d", ["a", "bcd"]),
    ('a "\\$x \\"y\\" \\z"', ["a", '$x "y" \\z']),
    ("X=1; a $X ${X}b \"$X/c\" '$X'", ["a", "1", "1b", "1/c", "$X"]),
    ("export X=1\na $X", ["a", "1"]),
    (
        "X='a -f b.yml'; $X up \"$X\" ${X} z$X",
        ["a", "-f", "b.yml", "up", "a -f b.yml", "a", "-f", "b.yml", "za -f b.yml"],
    ),
    ("X=; $X a $X b", ["a", "b"]),
    ("X=1; X+=2; a $X", ["a", "12"]),
    ("X=1; X=$(b); a $X", ["a", None]),
    ("if b; then X=1; fi; a $X", ["a", None]),
    ("b && X=1; a $X", ["a", None]),
    ("X=1; read X; a $X", ["a", None]),
    ("X=1; for X in 2 3; do :; done; a $X", ["a", None]),
    ("X=1; unset X; a $X", ["a", None]),
    ("a $X ${X:-1} $(b) `c`", ["a", None, None, None, None]),
    ("X=1; bash -c \"a $X '$X' '$Y' \\$X\"", ["a", "1", "1", None, "1"]),
    ("X=1; docker run i bash -c 'a $X'", ["a", None]),
    ('X=1; docker run i bash -c "a $X"', ["a", "1"]),
    ("Y=1 a", ["a"]),
    ("a é😀 b", ["a", "é😀", "b"]),
]


@pytest.mark.parametrize(("script", "want"), VALUES, ids=[case[0] for case in VALUES])
def test_values(script: str, want: list[str | None]) -> None:
    assert list(one(script, "a").values) == want


PHRASES = [
    # the words of a call with $X, None where only the run knows them, and their texts
    ('X="-v $PWD:/w --rm"; a $X b', ["a", "-v", None, "--rm", "b"], ["a", "-v", "$PWD:/w", "--rm", "b"]),
    ('X="-u $(id -u):$(id -g)"; a $X', ["a", "-u", None], ["a", "-u", "$(id -u):$(id -g)"]),
    ('D=/d; X="-v $D:/w $Y"; a $X', ["a", "-v", "/d:/w", None], ["a", "-v", "/d:/w", "$Y"]),
    ('X="--rm"; X+=" -v $PWD:/w"; a $X', ["a", "--rm", "-v", None], ["a", "--rm", "-v", "$PWD:/w"]),
    ('X="-v $PWD:/w"; X+=" --rm"; a $X', ["a", "-v", None, "--rm"], ["a", "-v", "$PWD:/w", "--rm"]),
    ('X="-v $PWD:/w"; a "$X"', ["a", None], ["a", '"$X"']),
    ('X="-v \\"$PWD\\":/w"; a $X', ["a", None], ["a", "$X"]),
    ('X="-v $PWD:/w"; read X; a $X', ["a", None], ["a", "$X"]),
    ('X="-v $PWD:/w"; if b; then X="$Y"; fi; a $X', ["a", None], ["a", "$X"]),
    ('X="-v $PWD:/w"; for X in 1 2; do a $X; done', ["a", None], ["a", "$X"]),
]


@pytest.mark.parametrize(("script", "values", "texts"), PHRASES)
def test_words_of_a_variable_of_which_a_part_is_known(script: str, values: list[str | None], texts: list[str]) -> None:
    command = one(script, "a")
    assert [word.value for word in command.words] == values
    assert [word.text for word in command.words] == texts


def test_a_variable_of_several_words_is_told_as_it_stands() -> None:
    (command,) = read("$X up $Y -d", {"X": "docker compose", "Y": "--wait 'a *'"}).commands
    assert command.text == "$X up $Y -d"
    assert [word.value for word in command.words if word.open] == ["*'"]


def test_offsets_count_characters() -> None:
    script = "echo é😀\r\nfoo  'ü' \\\r\n\n  bar baz # é\n"
    for command in read(script).commands:
        for word in command.words:
            assert script[word.start : word.end] == word.text
    assert script[slice(one(script, "bar").start, one(script, "bar").end)] == "bar baz"


def test_lines() -> None:
    script = "a\n\nb \\\n  c\nbash -c '\n d\n e'\nf <<E\nx\nE\nsh <<E\ng\nE\nh\n"
    assert {command.name: command.line for command in read(script).commands} == {
        "a": 1, "b": 3, "bash": 5, "d": 6, "e": 7, "f": 8, "sh": 11, "g": 12, "h": 14,
    }  # fmt: skip


PLACES = [
    ("a || b", "a", {"guarded"}),
    ("a || b", "b", set()),
    ("if a | c; then b; fi", "a", {"in_condition", "in_pipeline"}),
    ("if x; then :; elif a; then b; fi", "a", {"in_condition"}),
    ("if x; then a; fi", "a", set()),
    ("while a; do b; done", "a", {"in_condition"}),
    ("! a", "a", {"negated"}),
    ("a &", "a", {"background"}),
    ("x && a & b", "a", {"background"}),
    ("x && a & b", "b", set()),
    ("f() { a; }", "a", {"in_function"}),
    ("b $(a)", "a", {"substituted"}),
    ("a <<E | b\nE\n", "a", {"in_pipeline"}),
]


@pytest.mark.parametrize(("script", "name", "want"), PLACES)
def test_places(script: str, name: str, want: set[str]) -> None:
    place = one(script, name).place
    flags = ("in_condition", "in_pipeline", "in_function", "substituted", "guarded", "negated", "background")
    assert {flag for flag in flags if getattr(place, flag)} == want


def test_depth_and_within() -> None:
    script = "if x; then for i in 1; do docker exec c sh -c 'a'; done; fi"
    assert one(script, "docker").place.depth == 2
    within = one(script, "a").within
    assert within is not None
    assert (within.name, within.within) == ("docker", None)


def test_redirects_assignments_and_input() -> None:
    command = one("A=1 B=$x a b > f 2>&1 <<-'E'\n\tx $y\n\tE\n", "a")
    assert command.variables == (("A", "1"), ("B", None))
    assert command.redirects == ("> f", "2>&1")
    assert command.heredoc is not None
    assert command.heredoc.quoted
    assert command.heredoc.body.strip() == "x $y"
    herestring = one('a <<< "x y"', "a").herestring
    assert herestring is not None
    assert herestring.value == "x y"


def test_open_words() -> None:
    words = one("a *.py '*' ~/x {b,c} d[0-9] \"$x\"*", "a").words
    assert [word.open for word in words] == [False, True, False, True, True, True, True]


def test_errors_have_lines() -> None:
    assert read("a\nb").errors == ()
    assert read("a\nif then (\n").errors


UNWRAPPED = [
    ("sudo -E -u x A=1 a b", "a b"),
    ("env -u X A=1 B=$y a b", "a b"),
    ("time nohup nice -n 5 a", "a"),
    ("timeout -k 5 30m a b", "a b"),
    ("exec a", "a"),
    ("command -p a -v", "a -v"),
    ("command -v a", "command -v a"),
    ("command -pV a", "command -pV a"),
    ("python3 -u -m a b", "a b"),
    ("python a.py", "python a.py"),
    ("poetry run a", "a"),
    ("uv run --with x --python 3.12 a", "a"),
    ("uv pip install x", "uv pip install x"),
    ("conda run -n e --no-capture-output python -m a", "a"),
    ("conda install -c x run", "conda install -c x run"),
    ("micromamba run -n e a", "a"),
    ("pixi run -e e a", "a"),
    ("hatch run a", "a"),
    ("uv --directory d run a", "a"),
    ("uv tool run a", "a"),
    ("uv run --only-group x a", "a"),
    ("poetry -C d run a", "a"),
    ("hatch env run a", "a"),
    ("conda run --cwd d a", "a"),
    ("env -S 'a b'", "env -S 'a b'"),
    ("env A=1 a -S b", "a -S b"),
    ("coverage run --source x -m a b", "a b"),
    ("coverage run a.py", "coverage run a.py"),
    ("xvfb-run -s '-x' a", "a"),
    ("poetry install", "poetry install"),
    ("sudo", "sudo"),
]


@pytest.mark.parametrize(("script", "want"), UNWRAPPED)
def test_unwrapped(script: str, want: str) -> None:
    assert unwrapped(read(script).commands[0]).text == want


CODE = [
    ("python -c 'a'", "python", "a"),
    ("python3 - <<'E'\na\nE\n", "python", "a\n"),
    ("python3 - x <<'E'\na\nE\n", "python", "a\n"),
    ("bash -eo pipefail -c 'a'", "sh", "a"),
    ("bash <<E\na \\$x\nE\n", "sh", "a $x\n"),
    ('bash -c "a \\"b\\" $x"', "sh", 'a "b" $x'),
    ("perl -e 'a'", "other", "a"),
    ("node --eval 'a'", "javascript", "a"),
    ("node -p 'a'", "javascript", "a"),
    ("nodejs --print 'a'", "javascript", "a"),
    ("npx tsx -e 'a'", "javascript", "a"),
    ("psql db <<E\na\nE\n", "other", "a\n"),
    ("su user -c 'a'", "sh", "a"),
    ("docker exec -i c python -c 'a'", "python", "a"),
    ("kubectl exec p -- sh -c 'a'", "sh", "a"),
    ("bash a.sh -c b", None, ""),
    ("python a.py", None, ""),
    ("cat <<E\na\nE\n", None, ""),
    ("echo -c a", None, ""),
    ("docker ps", None, ""),
]


@pytest.mark.parametrize(("script", "language", "text"), CODE)
def test_inner_code(script: str, language: str | None, text: str) -> None:
    code = inner_code(read(script).commands[0])
    assert (code.language if code else None, code.text if code else "") == (language, text)


SHELLS = [
    ("", "sh"),
    ("bash", "sh"),
    ("/bin/bash -l {0}", "sh"),
    ("python", "python"),
    ("python3 -u {0}", "python"),
    ("node {0}", "javascript"),
    ("Rscript {0}", "other"),
    ("pwsh", "other"),
    ('script -q -e -c "bash {0}"', "sh"),
    ("conda run -n a bash -e {0}", "sh"),
    ("pixi run -e test sh {0}", "sh"),
    ("docker exec c bash {0}", "other"),
    ("alpine.sh {0}", "other"),
    ("tool {0} bash", "other"),
]


@pytest.mark.parametrize(("shell", "language"), SHELLS)
def test_what_reads_a_script(shell: str, language: str) -> None:
    assert script_language(shell) == language


@pytest.mark.parametrize(
    "script", ["bash", "sudo sh -s -- x", "python3 -", "docker exec -i c bash", "xargs -I{} sh -c '{}'"]
)
def test_reads_code(script: str) -> None:
    assert reads_code(read(script).commands[0])


@pytest.mark.parametrize(
    "script", ["cat", "bash a.sh", "bash -c a", "python3 a.py", "xargs rm", "docker exec -i c tee f"]
)
def test_reads_data(script: str) -> None:
    assert not reads_code(read(script).commands[0])


@pytest.mark.slow
def test_the_grammar_is_loaded_late() -> None:
    code = "import gha2tekton.shell.holes, sys; sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_script_nested_beyond_reading_has_no_commands() -> None:
    found = read("echo $(" * 1500 + "x" + ")" * 1500)
    assert (found.commands, found.broken) == ((), True)
