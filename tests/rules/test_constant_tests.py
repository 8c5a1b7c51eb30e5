"""What a call settles of a rule's lines: the table, and both shells' word that nothing else changes."""

import itertools
import subprocess

import pytest

from gha2tekton.rules.constant_tests import settled

CASES = {
    "a flag that is set": ("[ {{ on }} != true ] || set -- --flag", {"on": "true"}, "set -- --flag"),
    "a flag that is not set": ("a\n[ {{ on }} != true ] || set -- --flag\nb", {"on": "false"}, "a\nb"),
    "a value only the run knows": ("[ {{ on }} != true ] || a", {"on": None}, "[ {{ on }} != true ] || a"),
    "an empty value": ("a\n[ -z {{ v }} ] || a --v {{ v }}", {"v": ""}, "a"),
    "a loop behind a test": ("a\n[ -z {{ v }} ] || for i in {{ v }}; do a; done", {"v": ""}, "a"),
    "two commands on one line": ("[ -z {{ v }} ] || a; b", {"v": ""}, "[ -z {{ v }} ] || a; b"),
    "a command over lines": (
        "[ {{ v }} = x ] || {\n  a\n}\n[ {{ v }} = x ] || a \\\n  b",
        {"v": "x"},
        "[ {{ v }} = x ] || {\n  a\n}\n[ {{ v }} = x ] || a \\\n  b",
    ),
    "a false test before &&": ("[ -n {{ v }} ] && a", {"v": ""}, "[ -n {{ v }} ] && a"),
    "a true test before &&": ("[ -n {{ v }} ] && a || b", {"v": "x"}, "a || b"),
    "one test of two": ('[ {{ v }} = x ] || [ "$c" = 3 ] || c=0', {"v": "y"}, '[ "$c" = 3 ] || c=0'),
    "a failure that counts": ("a || [ {{ on }} != true ]", {"on": "true"}, "a"),
    "a failure that does not": ("a || [ {{ on }} != true ]", {"on": "false"}, "a || :"),
    "if, on one line": ("if [ {{ v }} = x ]; then a; else b; fi", {"v": "y"}, "b"),
    "if that is never so": ("a\nif [ {{ v }} = x ]; then a; fi", {"v": "y"}, "a"),
    "half of a condition": ("if [ {{ v }} = x ] && a; then b; fi", {"v": "x"}, "if a; then b; fi"),
    "either": ("if [ {{ v }} = x ] || [ {{ w }} = x ]; then b; fi", {"v": "y", "w": "x"}, "b"),
    "if, over lines": ("if [ {{ v }} = x ]; then\n  a\n  b\nfi\nc", {"v": "x"}, "a\nb\nc"),
    "else, over lines": ("if [ {{ v }} = x ]; then\n  a\nelse\n  b\nfi", {"v": "y"}, "b"),
    "elif becomes if": (
        "if [ {{ v }} = x ]; then\n  a\nelif c; then\n  b\nelse\n  d\nfi",
        {"v": "y"},
        "if c; then\n  b\nelse\n  d\nfi",
    ),
    "within another": (
        "  if c; then\n    if [ {{ v }} = x ]; then\n      a\n    fi\n  fi",
        {"v": "x"},
        "  if c; then\n    a\n  fi",
    ),
    "a body that is left empty": (
        "if c; then\n  [ {{ v }} = x ] || a\nfi",
        {"v": "x"},
        "if c; then\n  :\nfi",
    ),
    "half of a template's block": (
        "if [ {{ v }} = x ]; then\n  {% if given('w') %}\n  a\nfi\n{% endif %}",
        {"v": "y"},
        "if [ {{ v }} = x ]; then\n  {% if given('w') %}\n  a\nfi\n{% endif %}",
    ),
    "text beside the value": ("[ {{ v }}x = truex ] || a", {"v": "true"}, ""),
}


@pytest.mark.parametrize(("lines", "literals", "wanted"), CASES.values(), ids=CASES)
def test_settled(lines: str, literals: dict[str, str | None], wanted: str) -> None:
    assert settled(lines, literals) == wanted


@pytest.mark.slow
def test_a_shell_sees_no_difference() -> None:
    """Every shape of line with every pair of values does what it did before."""
    tests = ["[ {{ v }} = x ]", "[ {{ v }} != x ]", "[ -z {{ v }} ]", "[ -n {{ w }} ]"]
    joined = [*tests, *(f"{a} {sign} {b}" for a, b in itertools.permutations(tests, 2) for sign in ("&&", "||"))]
    shapes = [
        "{t} || echo a",
        "{t} || {{ echo a; echo b; }}",
        "echo c || {t}",
        "false || {t}",
        "if {t}; then echo a; fi",
        "if {t}; then echo a; else echo b; fi",
        "if {t}; then\n  echo a\nfi\necho d",
        "if false; then\n  echo z\nelif {t}; then\n  echo a\nelse\n  {t} || echo e\nfi",
        "for i in 1 2; do\n  {t} || echo $i\ndone",
    ]
    script, wanted = [], []
    for shape, test, v, w in itertools.product(shapes, joined, ("x", "", "y"), ("", "q")):
        text = shape.replace("{{", "{").replace("}}", "}").replace("{t}", test)
        literals = {"v": v, "w": w}
        filled = _filled(text, literals)
        wanted.append(f"(\n{filled}\n:\n) ; echo $?")
        script.append(f"(\n{_filled(settled(text, literals), literals)}\n:\n) ; echo $?")
    assert script != wanted
    assert _run("\n".join(script)) == _run("\n".join(wanted))


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{{ {name} }}}}", f"'{value}'")
    return text


def _run(script: str) -> str:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
