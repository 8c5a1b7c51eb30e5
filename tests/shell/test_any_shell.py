"""Scripts that any shell reads as bash does."""

from __future__ import annotations

import pytest

from gha2tekton.shell.any_shell import any_shell

SAME = [
    "docker compose up -d --wait",
    'mkdir -p out\ndocker compose exec -T nb papermill "$IN" out/b.ipynb --log-output  # the notebook\n',
    "A=b C='d e'\nF=\"$A\"; cd sub && ls || true",
    "docker run -v \"$(pwd):/w\" -v $PWD/x:/x image:1 bash -c '[[ -e x ]] && echo ${A[0]}' > log.txt 2>&1",
    "echo plain words; echo 'and \"quoted\" ones'",
    "# nothing\n",
    'if [ ! -f "./a.html" ]; then\n  echo "not there"\n  exit 1\nelif [ -n "$A" ]; then ls; else false; fi',
    "echo \"$KEY\" | docker login r --username '$token' --password-stdin\ndocker run -v ./a:/b r/i:1 pytest -m x\n",
    "docker ps | cat",
]
OTHER = [
    "[[ -e x ]]",
    "for x in a b; do ls $x; done",
    "docker ps &",
    "if [ a == b ]; then ls; fi",
    "while true; do ls; done",
    'echo "$KEY" | cat',
    "ls |& cat",
    "ls &> log",
    "cat <<< text",
    "A=(a b)",
    "A+=b",
    "echo -e 'a\\tb'",
    "echo 'a\\tb'",
    'echo "$TEXT"',
    "ls ${A//b/c}",
    "ls {a,b}",
    "ls $'a'",
    "ls $RANDOM",
    "ls $(cat list)",
    "set -o pipefail",
    "read -r A",
    "python x.py",
    "! ls",
    "f() { ls; }",
    "ls 'unclosed",
]


@pytest.mark.parametrize("text", SAME)
def test_the_same(text: str) -> None:
    assert any_shell(text)


@pytest.mark.parametrize("text", OTHER)
def test_perhaps_not(text: str) -> None:
    assert not any_shell(text)
