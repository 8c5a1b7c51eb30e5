"""Scripts with holes are run: they print what a correct program prints, and no value ever runs.

In the tables ``@@`` is a hole that anybody can fill, ``@T@`` one that only the repository's own people can, ``@O@`` one
that those who start a run can.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.shell.filling import ATTACKS, MORE, expected, parts, run

from gha2tekton.shell.holes import Hole, fill

# What is printed: ~ stands for the value, ^ for its words as the shell splits them.
PRINTED = [
    ("argument", "printf '<%s>' a @@ b", None),
    ("echo", "echo @@", "^\n"),
    ("double", 'printf %s "x @@ y"', "x ~ y"),
    ("single", "printf %s 'x @@ y'", "x ~ y"),
    ("json", """printf %s '{"a": "@@"}'""", '{"a": "~"}'),
    ("ansi", r"printf %s $'x\t@@\ty'", "x\t~\ty"),
    ("glued", "printf %s x@@y", "x~y"),
    ("option", "printf '[%s]' --name=@@ -- 'a'", "[--name=~][--][a]"),
    ("twice", "printf %s '@@'\"@@\"@@z", "~~~z"),
    ("assignment", 'X=@@; printf %s "$X"', "~"),
    ("assignment before a command", "Y=@@ sh -c 'printf %s \"$Y\"'", "~"),
    ("export", 'export X=@@; printf %s "$X"', "~"),
    ("local", 'f() { local x=@@; printf %s "$x"; }; f', "~"),
    ("test", "if [ @@ = x ]; then echo same; else echo other; fi", "other\n"),
    ("test with an operator", "if [ -n @@ ]; then echo some; fi", "some\n"),
    ("extended test", "if [[ @@ == x ]]; then echo same; else echo other; fi", "other\n"),
    ("case", 'case @@ in x) echo x ;; *) printf %s "@@" ;; esac', "~"),
    ("for", "for i in @@ z; do printf '%s ' $i; done", "^ z "),
    ("array", 'a=(x "@@"); printf %s "${a[1]}"', "~"),
    ("default", 'printf %s "${NOT_SET:-@@}"', "~"),
    ("substitution", 'printf %s "$(printf %s "@@")"', "~"),
    ("backticks", 'printf %s "`printf %s "@@"`"', "~"),
    ("here-document", 'cat <<EOF\na "@@"\nEOF\n', 'a "~"\n'),
    ("here-document with tabs", "cat <<-EOF\n\ta @@\n\tEOF\n", "a ~\n"),
    ("quoted here-document", "cat <<'EOF'\na \"@@\"\nEOF\n", 'a "~"\n'),
    ("here-document with more", "cat <<'EOF'\n@@ $x `y` \\ \\n ${z}\nEOF\n", "~ $x `y` \\ \\n ${z}\n"),
    ("here-string", "cat <<< @@", "~\n"),
    ("pipe behind a here-document", "cat <<EOF | cat\n@@\nEOF\n", "~\n"),
    ("redirect", 'echo a > "x@@"; cat x*', None),
    ("comment", "# @@\necho a # @@", "a\n"),
    ("bash -c, double and single", "bash -c \"printf %s 'x @@'\"", "x ~"),
    ("bash -c, single and double", "bash -c 'printf %s \"x @@\"'", "x ~"),
    ("bash -c, bare", "bash -c 'printf %s x@@'", "x~"),
    ("bash -c, escaped quotes", 'bash -c "printf %s \\"@@\\""', "~"),
    ("bash -c, two quotings", "bash -c 'printf %s '\"'@@'\"", "~"),
    ("bash -ec with arguments", 'bash -ec \'printf %s "$1"\' _ "@@"', "~"),
    ("bash in bash", 'bash -c "bash -c \'printf %s \\"@@\\"\'"', "~"),
    ("bash in bash in single quotes", "bash -c 'bash -c \"printf %s '\"'\"'@@'\"'\"'\"'", "~"),
    ("eval", "eval \"printf %s '@@'\"", "~"),
    ("trap", "trap \"printf %s '@@'\" EXIT", "~"),
    ("bash from a here-document", "bash <<EOF\nprintf %s \"@@\" '@@'\nEOF\n", "~~"),
    ("bash from a quoted here-document", "bash <<'EOF'\nprintf %s \"@@\" '@@'\nEOF\n", "~~"),
    ("bash from a here-string", "bash <<< \"printf %s '@@'\"", "~"),
    ("here-document within bash -c", "bash -c 'cat <<EOF\n@@\nEOF\n'", "~\n"),
    ("timeout", "timeout 9 env A=1 bash -c 'printf %s \"@@\"'", "~"),
    ("xargs", "echo a | xargs -I{} sh -c 'printf %s \"@@\"'", "~"),
    ("find", "find . -maxdepth 0 -exec sh -c 'printf %s \"@@\"' \\;", "~"),
    ("other letters", 'printf %s "é😀 @@"', "é😀 ~"),
    ("windows lines", 'printf %s a\r\nprintf %s "@@"\r\n', None),
]


def prints(script: str, want: str | None, values: tuple[str, ...], where: Path) -> None:
    filled = fill(parts(script))
    assert not filled.problems
    for value in values:
        printed = run(filled, value, where)
        if want is not None and not (want.startswith("^") and "*" in value):
            assert printed == expected(want, value), filled.text


@pytest.mark.parametrize(("script", "want"), [case[1:] for case in PRINTED], ids=[case[0] for case in PRINTED])
def test_printed(script: str, want: str | None, tmp_path: Path) -> None:
    prints(script, want, ("".join(ATTACKS[:2]),), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("script", "want"), [case[1:] for case in PRINTED], ids=[case[0] for case in PRINTED])
def test_printed_one_by_one(script: str, want: str | None, tmp_path: Path) -> None:
    prints(script, want, ATTACKS, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("script", "want"), [case[1:] for case in PRINTED], ids=[case[0] for case in PRINTED])
def test_printed_for_more_values(script: str, want: str | None, tmp_path: Path) -> None:
    filled = fill(parts(script))
    for value in MORE:
        printed = run(filled, value, tmp_path)
        if want is not None and value.strip("\n") == value and value not in ("", "*") and "test" not in script:
            assert printed == expected(want, value), filled.text
    if not any(bash in script for bash in ("[[", "a=(", "<<<", "$'")):
        for value in ATTACKS:
            run(filled, value, tmp_path, "dash")


NUMBERS = [
    "echo $(( @@ + 1 ))",
    "(( @@ > 1 )) && echo 8",
    "[[ @@ -gt 1 ]] && echo 8",
    '[[ "@@" -eq 7 ]] && echo 8',
    "let x=@@+1; echo $x",
    "declare -i x=@@; echo $((x + 1))",
    "a=(0 1 2 3 4 5 6 8); echo ${a[@@]}",
    "s=01234568; echo ${s:@@:1}",
    "s=01234568; n=0; echo ${s:n+@@:1}",
    's=01234568; echo "${s: -8+@@:1}"',
    "for ((i = @@; i < 8; i++)); do echo 8; done",
    "bash -c 'echo $(( @@ + 1 ))'",
    'bash -c "echo \\$(( @@ + 1 ))"',
    "cat <<EOF\n$(( @@ + 1 ))\nEOF\n",
]


@pytest.mark.parametrize("script", NUMBERS)
def test_numbers(script: str, tmp_path: Path) -> None:
    """What is no number ends the script: arithmetic would run the commands in it."""
    filled = fill(parts(script))
    assert [place.kind for place in filled.placements] == ["arithmetic"]
    assert run(filled, "7", tmp_path) == "8\n"
    for value in ("a[$(touch pwn)]", "1+a[$(touch pwn)]"):
        assert "on" not in run(fill(parts(f"set -e\n{script}\necho on")), value, tmp_path)
    assert fill(parts(script.replace("@@", "@T@"))).problems == ()


REFUSED = [
    ("a command", "@@"),
    ("a program", "@@ --help"),
    ("a condition", "if @@; then :; fi"),
    ("a program in quotes", '"@@/bin/x" a'),
    ("behind sudo", "sudo -E @@ x"),
    ("behind env", "env A=1 @@"),
    ("a module", "python -m @@"),
    ("a script", "python @@"),
    ("a script of bash", 'bash "@@"'),
    ("a sourced file", 'source "@@"'),
    ("in a container", "docker run image @@"),
    ("code", "bash -c @@"),
    ("code in quotes", 'bash -c "@@"'),
    ("eval of words", "eval echo @@"),
    ("eval of a substitution", 'eval "$(echo @@)"'),
    ("a substitution in code", "bash -c \"x $(echo '@@')\""),
    ("a default in code", 'bash -c "x ${Y:-@@}"'),
    ("a substitution in a here-document", "bash <<EOF\n$(echo @@)\nEOF\n"),
    ("piped into a shell", 'echo "@@" | bash'),
    ("piped into a container", 'echo "@@" | docker exec -i c bash'),
    ("piped with a here-document", "cat <<EOF | sudo sh -s\n@@\nEOF\n"),
    ("written into a script", "cat > run.sh <<EOF\n@@\nEOF\n"),
    ("appended to a program", 'echo "print(@@)" >> x.py'),
    ("tee into a script", "tee x.sh <<EOF\n@@\nEOF\n"),
    ("process substitution", "bash <(echo @@)"),
    ("another machine", "ssh host 'echo @@'"),
    ("sed", "sed 's/x/@@/' f"),
    ("awk", "awk '/@@/' f"),
    ("jq", "jq '.x == \"@@\"' f"),
    ("perl", "perl -e 'print \"@@\"'"),
    ("make", "make X=@@"),
    ("a goal of make", "make -C d test-@@"),
    ("find", "find . -exec @@ ;"),
    ("any program's code", "$PYTHON -c 'x(\"@@\")'"),
    ("python expression", "python -c 'import @@'"),
    ("a variable", "echo ${@@}"),
    ("a variable's name", "read @@"),
    ("an exported name", "export @@"),
    ("printf", "printf @@ x"),
    ("test of a variable", "[ -v @@ ]"),
    ("a function", "@@() { :; }"),
    ("a delimiter", "cat <<@@\nx\n@@\n"),
    ("backticks", "echo `bash -c 'echo @@'`"),
    ("a broken script", 'if then bash -c "@@" fi (\n'),
    ("a line that env takes apart", 'env -S "bash -c @@"'),
    ("glued to an option", "perl -e'print \"@@\"'"),
    ("python, glued", "python -c\"print('@@')\""),
    ("behind a sign", "node --eval=\"f('@@')\""),
    ("SQL", "psql -h x -qtc \"select '@@'\""),
    ("SQL, glued", "mysql -uroot -e\"select '@@'\""),
    ("SQL, behind a sign", "mysql --execute=\"select '@@'\""),
    ("SQL behind a file", "sqlite3 a.db \"select '@@'\""),
    ("SQL of a database from a here-document", "psql db <<E\nselect '@@'\nE\n"),
    ("SQL of a database from a pipe", "echo \"select '@@'\" | psql -h x db"),
    ("SQL in a container", "docker exec -i db psql -U x -c \"select '@@'\""),
    ("a file of SQL", "psql -f @@"),
    ("a program of deno", "deno eval \"f('@@')\""),
    ("a program of yq", "yq e '.a = \"@@\"' f"),
    ("a program of jq for gh", "gh api x --jq '.a == \"@@\"'"),
    ("a command for rsync", "rsync -avze 'ssh -p @@' a b"),
    ("a command for tar", "tar --to-command='@@' -xf a"),
    ("a coprocess", "coproc @@"),
    ("written into what the script runs", "cat > run <<E\n@@\nE\nchmod +x run\n./run\n"),
    ("written into what the script reads", 'echo "A=@@" > .env; . ./.env'),
    ("written into what shells read", 'echo "export A=@@" >> ~/.bashrc'),
    ("two here-documents of one line", "cat <<A; cat <<'B'\nx\nA\n@@\nB\n"),
]


@pytest.mark.parametrize("script", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(script: str) -> None:
    filled = fill(parts(script))
    assert filled.problems
    assert all(problem.startswith("${{ x }}: ") for problem in filled.problems)
    assert [place for place in filled.placements if place.problem]


DATA = [
    "node x.js -p '@@'",
    "python x.py -c '@@'",
    "node -e 'x' '@@'",
    "perl -pe 's/a/b/' '@@'",
    "psql -h '@@' -c 'select 1'",
    "sqlite3 '@@' 'select 1'",
    "gh pr create --title '@@'",
    "rsync -az -e ssh x@@ y",
    "tar -I zstd -cf '@@' x",
    "env -u X A=@@ b",
    "yq e .x '@@'",
    "cat > f.txt <<E\n@@\nE\ncat f.txt; bash x.sh f.txt",
]


@pytest.mark.parametrize("script", DATA)
def test_what_stands_beside_code_is_data(script: str) -> None:
    assert fill(parts(script)).problems == ()


TRUSTED = [
    ("@T@", 'eval "${V}"', "echo 'a  b' && echo c", "a  b\nc\n"),
    ("@T@ 'x y'", "${V} 'x y'", "printf <%s>", "<x y>"),
    ("python@T@ -c 'print(1)'", "python${V} -c 'print(1)'", "3", "1\n"),
    ("printf '%s ' x@T@", "printf '%s ' x${V}", "a b", "xa b "),
    ("sed 's/x/@T@/' <<< x", "sed 's/x/'\"${V}\"'/' <<< x", "y", "y\n"),
    ("python3 -c 'import @T@; print(1)'", "python3 -c 'import '\"${V}\"'; print(1)'", "os", "1\n"),
    ("python3 -c 'print(@T@ + 1)'", None, "41", "42\n"),
    ('echo "echo @T@" | bash', 'echo "echo ${V}" | bash', "a; echo b", "a\nb\n"),
    ("echo $(( @T@ ))", "echo $(( ${V} ))", "6 * 7", "42\n"),
]


@pytest.mark.parametrize(("script", "text", "value", "want"), TRUSTED)
def test_trusted(script: str, text: str | None, value: str, want: str, tmp_path: Path) -> None:
    filled = fill(parts(script))
    assert not filled.problems
    if text is not None:
        assert filled.text == text
    assert run(filled, value, tmp_path) == want


@pytest.mark.parametrize("script", [case[1] for case in PRINTED], ids=[case[0] for case in PRINTED])
def test_what_those_who_start_a_run_give_is_data_where_it_can_be(script: str) -> None:
    filled = fill(parts(script.replace("@@", "@O@")))
    assert filled.text == fill(parts(script)).text
    assert not filled.obeyed


ORDERED = [
    ("@O@", 'eval "${V}"', "echo 'a  b' && echo c", "a  b\nc\n"),
    ("cd . && @O@ 'x y'", "cd . && ${V} 'x y'", "printf <%s>", "<x y>"),
    ("python3 @O@", "python3 ${V}", "-c print(1)", "1\n"),
    ("sed 's/x/@O@/' <<< x", "sed 's/x/'\"${V}\"'/' <<< x", "y", "y\n"),
    ("python3 -c 'import @O@; print(1)'", "python3 -c 'import '\"${V}\"'; print(1)'", "os", "1\n"),
    ('bash -c "@O@"', None, "echo 'a  b'; echo c", "a  b\nc\n"),
    ('echo "echo @O@" | bash', 'echo "echo ${V}" | bash', "a; echo b", "a\nb\n"),
]


@pytest.mark.parametrize(("script", "text", "value", "want"), ORDERED)
def test_what_those_who_start_a_run_give_runs_where_the_script_runs_it(
    script: str, text: str | None, value: str, want: str, tmp_path: Path
) -> None:
    filled = fill(parts(script))
    assert not filled.problems
    assert filled.obeyed == ("${{ x }}",)
    if text is not None:
        assert filled.text == text
    assert run(filled, value, tmp_path) == want


def test_containers_are_told_their_variables() -> None:
    filled = fill(parts('docker run -v "@@:/w" i bash -c \'echo "@@"\''))
    assert [(place.container, place.nested) for place in filled.placements] == [(False, ()), (True, ("sh",))]
    assert filled.exports == ("V",)
    assert fill(parts("docker compose exec -T s bash <<EOF\necho '@@'\nEOF\n")).exports == ("V",)
    assert fill(parts("docker run i echo '@@'")).exports == ()


def test_words_that_split_say_so() -> None:
    filled = fill(parts("pip install @@ x==@@ '@@'; for i in @@; do :; done"))
    assert [place.splits for place in filled.placements] == [True, False, False, True]


def test_options_that_run_programs_stay_one_word() -> None:
    assert fill(parts("find @@ -name a")).text == 'find "${V}" -name a'
    assert fill(parts("make -C @@ test")).text == 'make -C "${V}" test'
    assert fill(parts("make --directory=a/@@ test")).text == 'make --directory=a/"${V}" test'
    assert fill(parts("find @T@ -name a")).text == "find ${V} -name a"


def test_other_languages_have_no_form() -> None:
    assert fill(parts("echo @@"), "pwsh").problems
    assert fill(["echo a"], "pwsh").text == "echo a"


def test_text_that_looks_like_a_mark_is_text() -> None:
    assert fill(["echo GHAHOLE0Z GHAHOLEQ0Z ", Hole("V", False, "x")]).text == "echo GHAHOLE0Z GHAHOLEQ0Z ${V}"


def test_the_rest_stays_as_it_is() -> None:
    script = '# é\r\nif [ "$X" ]; then\n\tbash -c \'a "b" \\$x\' \\\n  && x "`y`" # z\nfi\n'
    assert fill([script, Hole("V", False, "x")]).text == f"{script}" + fill([Hole("V", False, "x")]).text
    assert fill(parts(f"{script}echo '@@'\n{script}")).text == f'{script}echo "${{V}}"\n{script}'
