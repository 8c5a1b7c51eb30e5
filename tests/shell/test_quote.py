"""Quoting, judged by bash."""

from __future__ import annotations

import subprocess

import pytest

from gha2tekton.shell.quote import decode, requoted, word

TEXTS = ["", "a", "a b", "it's", 'a"b', 'it\'s "$x" `y` \\', "a\nb\t*", "!x", "é😀", "-n", "~", "$'a'", "a=b", "\\'"]


def shell(script: str) -> str:
    return subprocess.run(["bash", "-c", script], capture_output=True, encoding="utf-8", check=True).stdout


def test_words() -> None:
    assert shell("printf '%s\\0' " + " ".join(word(text) for text in TEXTS)) == "".join(f"{text}\0" for text in TEXTS)


FORMS = [
    ("a", "a"),
    ("a b", "'a b'"),
    ("it's", '"it\'s"'),
    ("!x != ''", '''"!x != ''"'''),
    ("${{ a || 'b' }}", '''"\\${{ a || 'b' }}"'''),
    ('"$a" "$b" it\'s', "'\"$a\" \"$b\" it'\\''s'"),
]


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_a_word_has_the_form_that_is_easiest_to_read(text: str, form: str) -> None:
    assert word(text) == form


def test_requoted() -> None:
    around = {"double": '"{}"', "single": "'{}'", "bare": "x{}", "ansi": "$'{}'"}
    script = "".join(
        f"printf '%s\\0' {form.format(requoted(text, quoting))}\n" for quoting, form in around.items() for text in TEXTS
    )
    want = "".join(f"{'x' if quoting == 'bare' else ''}{text}\0" for quoting in around for text in TEXTS)
    assert shell(script) == want
    assert shell("".join(f"cat <<E\n{requoted(text, 'heredoc')}\nE\n" for text in TEXTS)) == "\n".join(TEXTS) + "\n"


RAW = ["a", '\'a b\'"c\\"d\\z"e\\ f', '"a\\\nb"', "a\\\nb", "$'a\\tb\\'c'", "'a'\\''b'", '"\\$x \\`y\\`"', '"it\'s"']


def test_decoded() -> None:
    decoded = [decode(raw) for raw in RAW]
    assert shell("printf '%s\\0' " + " ".join(RAW)) == "".join(f"{found.text}\0" for found in decoded)


@pytest.mark.parametrize("raw", [*RAW, 'a"$x"b', '"$(echo "a)b")c"', '"${x:-"}"}`"`d"', "$((1 + 2))e", "$"])
def test_every_character_has_its_source(raw: str) -> None:
    found = decode(raw, 10)
    for char, start, end in zip(found.text, found.starts, found.ends, strict=True):
        assert raw[start - 10 : end - 10].endswith(char) or char == "\t"
    assert all("expansion" not in found.quotings[at] or raw for at in range(len(found.text)))


def test_expansions() -> None:
    found = decode('a"$x ${y:-"}"}z"`b`$(c ")")d')
    assert "".join(char for char, kind in zip(found.text, found.quotings, strict=True) if kind != "expansion") == "a zd"


def test_an_expansion_that_does_not_end_reaches_to_the_end() -> None:
    found = decode("a${b\\", 3)
    assert (found.text, found.starts, found.ends) == ("a${b\\", (3, 4, 5, 6, 7), (4, 5, 6, 7, 8))
    assert found.quotings == ("bare", *["expansion"] * 4)
