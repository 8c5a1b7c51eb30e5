"""What a job that is cut into stages carries from Task to Task, and where it may not be cut."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from tests.lower.test_jobs import convert

from gha2tekton.conversion import Conversion

HEAD = """\
runs-on: ubuntu-latest
steps:
- uses: actions/checkout@v4
"""
TAIL = """\
- run: papermill a.ipynb b.ipynb
- run: jupyter nbconvert --to html b.ipynb
- {uses: actions/upload-artifact@v4, with: {name: a, path: b.html}}
"""


def staged(folder: Path, *steps: str) -> Conversion:
    return convert(folder, HEAD + "".join(f"- {textwrap.indent(step, '  ').strip()}\n" for step in steps) + TAIL)


def script(done: Conversion, task: str) -> str:
    text = done.bundle.files[f"tasks/{task}.yaml"][0]["spec"]["steps"][0]["script"]
    assert isinstance(text, str)
    return text


AGAIN = "again 'Run apt-get update && sudo apt-get install -y graphviz' <<'STEP'\n"


def test_packages_are_installed_in_each_task_that_may_use_them(tmp_path: Path) -> None:
    done = staged(tmp_path, "run: apt-get update && sudo apt-get install -y graphviz", "run: pip install papermill")
    assert AGAIN not in script(done, "gpu-env-preparation")
    for task in ("gpu-papermill-execution", "jupyter-nbconvert"):
        text = script(done, task)
        assert text.index(AGAIN) < text.index("step ")
        assert "pip install papermill" not in text
    assert "again" not in script(done, "publish-results")


def test_lists_of_packages_come_with_each_task(tmp_path: Path) -> None:
    text = script(staged(tmp_path, "run: sudo apt-get install -y graphviz"), "jupyter-nbconvert")
    supply = "step 'Install what the runner had' --if 'always()' <<'STEP'\napt-get update -qq\nSTEP\n"
    assert text.index(supply) < text.index("again 'Run sudo")


def test_what_we_install_with_pip_is_on_the_volume(tmp_path: Path) -> None:
    done = staged(tmp_path, "run: ls")
    assert "pip install papermill ipykernel" in script(done, "gpu-env-preparation")
    for name in ("gpu-env-preparation", "gpu-papermill-execution", "jupyter-nbconvert"):
        env = done.bundle.files[f"tasks/{name}.yaml"][0]["spec"]["steps"][0]["env"]
        assert any(entry["name"] == "GHA_VENV" for entry in env), name


WHOLE = [
    ("run: sudo cp tool /usr/local/bin/", "cannot be done again"),
    ("run: sudo useradd someone", "cannot be done again"),
    ("run: curl -Lo /usr/local/bin/tool https://example.org/tool", "cannot be done again"),
    ("run: echo x > /etc/tool.conf", "cannot be done again"),
    ("run: sudo apt-get install -y jq && make", "cannot be done again"),
    ("run: curl -o /tmp/data.csv https://example.org/d\n", ""),
    ("run: sudo apt-get install -y jq && pip install papermill && rm -rf /var/lib/apt/lists/*", ""),
    ("run: sudo apt-get install -y jq && conda env create -f environment.yml", "cannot be done again"),
    ("run: conda create -y -n analysis python", ""),
    ("run: sudo rm -rf /usr/share/dotnet", ""),
    ("run: cat /etc/os-release; ls /usr/local/cuda", ""),
]


@pytest.mark.parametrize(("step", "why"), WHOLE)
def test_what_nothing_carries_keeps_a_job_whole(step: str, why: str, tmp_path: Path) -> None:
    told = [note.message for note in staged(tmp_path, step).journal.diagnostics if note.code == "not-split"]
    assert [why in message for message in told] == [True] * bool(why)


SHARED = [
    ("run: curl -o /tmp/data.csv https://example.org/d", "run: papermill x.ipynb -p data /tmp/data.csv y.ipynb"),
    ("run: cd /tmp && curl -O https://example.org/d", "run: papermill x.ipynb -p data /tmp/d y.ipynb"),
    ("run: mkdir -p /models/one", 'env: {FROM: /models}\nrun: papermill x.ipynb -p data "$FROM/one" y.ipynb'),
    ("run: mkdir /scratch/out", "uses: actions/upload-artifact@v4\nwith: {name: out, path: /scratch/out}"),
]


@pytest.mark.parametrize(("one", "other"), SHARED)
def test_files_outside_the_volumes_keep_a_job_whole(one: str, other: str, tmp_path: Path) -> None:
    done = staged(tmp_path, one, "run: papermill first.ipynb second.ipynb", other)
    (note,) = [note for note in done.journal.diagnostics if note.code == "not-split"]
    assert "on no volume" in note.message


def test_the_end_of_the_job_is_that_of_all_its_steps(tmp_path: Path) -> None:
    cache = "uses: actions/cache@v4\nwith: {path: data, key: 'data-${{ github.ref_name }}'}"
    done = staged(tmp_path, cache)
    assert "cache-restore" in script(done, "gpu-env-preparation")
    assert "cache-save" not in script(done, "gpu-env-preparation")
    text = (
        script(done, "publish-results")
        if "tasks/publish-results.yaml" in done.bundle.files
        else script(done, "jupyter-nbconvert")
    )
    assert text.rstrip().splitlines()[-2].startswith("cache-save")


GPU = "docker run --gpus all -v $PWD:/w -w /w example.org/nb:1"
NOTEBOOK = f"{GPU} bash -c 'papermill a.ipynb b.ipynb'"
NATIVE = [
    # the scripts of the stage, whether its step is of the image that they call
    ([NOTEBOOK], True),
    ([f"NAME=x\necho k | docker login example.org -u u --password-stdin\n{NOTEBOOK}\nmkdir -p out", f"{GPU} python x.py"], True),
    ([f"if {NOTEBOOK}; then echo yes; fi || true"], True),
    ([f"{GPU} papermill a.ipynb b.ipynb"], False),  # nobody saw bash in it
    ([f"{NOTEBOOK}\npython after.py"], False),
    ([f"{NOTEBOOK}\n./after.sh"], False),
    ([NOTEBOOK, f"docker run -d {GPU.removeprefix('docker run')} bash -c 'sleep 100'"], False),
    ([NOTEBOOK.replace("run", "run --name nb", 1)], False),
    ([NOTEBOOK, "docker run example.org/other:1 bash -c true"], False),
    ([NOTEBOOK.replace("$PWD:/w", "$PWD/notebooks:/workspace")], False),
]  # fmt: skip


@pytest.mark.parametrize(("scripts", "native"), NATIVE)
def test_a_stage_that_only_calls_one_image_is_a_step_of_it(scripts: list[str], native: bool, tmp_path: Path) -> None:
    steps = "".join(f"- run: |\n{textwrap.indent(script, '    ')}\n" for script in scripts)
    job = HEAD + "- run: pip install x\n" + steps + TAIL.partition("\n")[2]
    done = convert(tmp_path, "env: {NB_USER: me}\n" + job)
    task = done.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    (step,) = task["steps"]
    names = {entry["name"] for entry in step["env"]}
    assert ("sidecars" not in task, "GHA_IN_PLACE" in names, "GHA_OWN_NB_USER" in names) == (native,) * 3
    assert ("NB_USER" in names) == ("GHA_VENV" in names) == (not native)
    holders = [
        one["name"]
        for one in (*task["steps"], *task.get("sidecars", ()))
        if "nvidia.com/gpu" in str(one.get("computeResources"))
    ]
    assert holders == ["gpu-papermill-execute" if native else "nb"]
    assert task["params"][0]["default"] == "example.org/nb:1"
    # What it was asked for is not done another way by the option.
    calls = convert(tmp_path, "env: {NB_USER: me}\n" + job, docker="sidecars")
    assert "sidecars" in calls.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    assert [(o.path, o.fate, o.reason) for o in done.journal.outcomes()] == [
        (o.path, o.fate, o.reason) for o in calls.journal.outcomes()
    ]
