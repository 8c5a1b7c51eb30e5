"""What a job that is cut into stages carries from Task to Task, and where it may not be cut."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests import conversion
from tests.lower.test_jobs import convert

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.plan.build import PlanOptions

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


def staged(*steps: str) -> Conversion:
    return convert(HEAD + "".join(f"- {textwrap.indent(step, '  ').strip()}\n" for step in steps) + TAIL)


def script(done: Conversion, task: str) -> str:
    text = done.bundle.files[f"tasks/{task}.yaml"][0]["spec"]["steps"][0]["script"]
    assert isinstance(text, str)
    return text


AGAIN = "again 'Run apt-get update && sudo apt-get install -y graphviz' <<'STEP'\n"


GATED = {
    "success()": True,
    "github.ref == 'x'": True,
    "success() && steps.a.outputs.b": True,
    "always() && false": True,
    "always()": False,
    "!success()": False,
    "!failure() && github.ref": False,
    "success() || github.ref": False,
    "steps.a.outcome == 'failure' && failure()": False,
    "always() || github.ref == 'x'": False,
    "true || always()": False,
}


@pytest.mark.parametrize(("condition", "gated"), GATED.items())
def test_a_stage_with_steps_that_run_after_failures_always_starts(condition: str, gated: bool) -> None:
    tail = TAIL.replace("- run: jupyter", f"- if: {json.dumps(condition)}\n  run: jupyter")
    done = convert(HEAD + tail)
    (stage,) = (task for task in done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"] if "html" in task["name"])
    assert ("when" in stage) == gated


NEEDED = [
    # what the job says beside, and other jobs; how many notebook Tasks run (0: it is not cut), and whether they
    # wait for all to be well
    ("timeout-minutes: 9", "", 1, True),
    ("timeout-minutes: 9", "next: {needs: build, runs-on: ubuntu-latest, steps: [{run: ls}]}", 1, True),
    ("timeout-minutes: 9", "next: {needs: build, if: always(), runs-on: x, steps: [{run: ls}]}", 1, False),
    ("timeout-minutes: 9", "other: {runs-on: ubuntu-latest, steps: [{run: ls}]}", 1, True),
    ("strategy: {matrix: {a: [1, 2]}}", "", 0, False),
    ("strategy: {max-parallel: 2, matrix: {a: [1, 2, 3]}}", "", 0, False),
    ("strategy: {max-parallel: 1, matrix: {a: [1, 2]}}", "", 2, True),
    ("strategy: {max-parallel: 1, fail-fast: false, matrix: {a: [1, 2]}}", "", 2, False),
    ("strategy: {max-parallel: 1, matrix: {a: [1]}}", "", 1, True),
    ("strategy: {max-parallel: 1, matrix: '${{ fromJSON(vars.A) }}'}", "", 0, False),
    ("strategy: {max-parallel: 1, matrix: {os: [ubuntu-latest, ubuntu-22.04-arm]}}", "", 0, False),
    ("continue-on-error: true", "", 0, False),
]


@pytest.mark.parametrize(("keys", "others", "count", "gated"), NEEDED)
def test_jobs_are_cut_where_all_that_waits_for_them_is_the_same(
    keys: str, others: str, count: int, gated: bool
) -> None:
    head = HEAD.replace("ubuntu-latest", "'${{ matrix.os }}'") if "os:" in keys else HEAD
    own = textwrap.indent(f"{keys}\n{head}{TAIL}", "    ")
    done = conversion.convert(f"on: push\njobs:\n  build:\n{own}" + (f"  {others}\n" if others else ""))
    tasks = done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"]
    books = [task for task in tasks if "execute-notebook" in task["name"]]
    assert len(books) == count
    assert ["when" in task for task in books] == [gated] * count
    assert bool([note for note in done.journal.diagnostics if note.code == "not-split"]) == (not count)
    # Each leg has files of its own, and begins when the one before has ended.
    files = [binding.get("subPath") for task in books for binding in task["workspaces"] if "source" in binding["name"]]
    assert len(set(files)) == count
    begin = [task for task in tasks if "prepare-environment" in task["name"]]
    ends = [task["name"] for task in tasks if "publish-results" in task["name"]]
    assert [task.get("runAfter") for task in begin] == [None, *([end] for end in ends)][: len(begin)]


def test_packages_are_installed_in_each_task_that_may_use_them() -> None:
    done = staged("run: apt-get update && sudo apt-get install -y graphviz", "run: pip install papermill")
    assert AGAIN not in script(done, "gpu-env-preparation")
    for task in ("gpu-papermill-execution", "jupyter-nbconvert"):
        text = script(done, task)
        assert text.index(AGAIN) < text.index("step ")
        assert "pip install papermill" not in text
    assert "again" not in script(done, "publish-results")


def test_lists_of_packages_come_with_each_task() -> None:
    text = script(staged("run: sudo apt-get install -y graphviz"), "jupyter-nbconvert")
    supply = "step 'Install what the runner had' --if 'always()' <<'STEP'\napt-get update -qq\nSTEP\n"
    assert text.index(supply) < text.index("again 'Run sudo")


def test_what_we_install_with_pip_is_on_the_volume() -> None:
    done = staged("run: ls")
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
    ("run: sudo apt-get update && sudo apt-get install -y git-lfs && git lfs install", ""),
    ("run: sudo rm -rf /usr/share/dotnet", ""),
    ("run: cat /etc/os-release; ls /usr/local/cuda", ""),
]


@pytest.mark.parametrize(("step", "why"), WHOLE)
def test_what_nothing_carries_keeps_a_job_whole(step: str, why: str) -> None:
    told = [note.message for note in staged(step).journal.diagnostics if note.code == "not-split"]
    assert [why in message for message in told] == [True] * bool(why)


SHARED = [
    ("run: curl -o /tmp/data.csv https://example.org/d", "run: papermill x.ipynb -p data /tmp/data.csv y.ipynb"),
    ("run: cd /tmp && curl -O https://example.org/d", "run: papermill x.ipynb -p data /tmp/d y.ipynb"),
    ("run: mkdir -p /models/one", 'env: {FROM: /models}\nrun: papermill x.ipynb -p data "$FROM/one" y.ipynb'),
    ("run: mkdir /scratch/out", "uses: actions/upload-artifact@v4\nwith: {name: out, path: /scratch/out}"),
    ("run: D=/tmp/y; mkdir $D; echo D=$D >> $GITHUB_ENV", "run: papermill x.ipynb $D/y.ipynb"),
    ("run: D=/tmp/y; mkdir $D; echo D=$D >> $GITHUB_ENV", "run: papermill x.ipynb '${{ env.D }}/y.ipynb'"),
    ('id: d\nrun: echo "d=$(mktemp -d)" >> $GITHUB_OUTPUT', "run: papermill x.ipynb ${{ steps.d.outputs.D }}/y.ipynb"),
]


@pytest.mark.parametrize(("one", "other"), SHARED)
def test_files_outside_the_volumes_keep_a_job_whole(one: str, other: str) -> None:
    done = staged(one, "run: papermill first.ipynb second.ipynb", other)
    (note,) = [note for note in done.journal.diagnostics if note.code == "not-split"]
    assert "on no volume" in note.message


CARRIED = [
    ("run: D=out/y; mkdir -p $D; echo D=$D >> $GITHUB_ENV", "run: papermill x.ipynb $D/y.ipynb"),
    ("run: T=$(mktemp); echo 1 > $T; echo D=y >> $GITHUB_ENV", "run: papermill x.ipynb $D/y.ipynb"),
    ('id: d\nrun: echo "d=$(mktemp -d -p $RUNNER_TEMP)" >> $GITHUB_OUTPUT', "run: papermill x.ipynb ${{ steps.d.outputs.d }}"),
    ("run: echo LD_LIBRARY_PATH=/usr/local/cuda/lib64 >> $GITHUB_ENV", "run: papermill x.ipynb $LD_LIBRARY_PATH"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), CARRIED)
def test_files_of_the_volumes_do_not(one: str, other: str) -> None:
    done = staged(one, "run: papermill first.ipynb second.ipynb", other)
    assert [note.message for note in done.journal.diagnostics if note.code == "not-split"] == []


def test_a_place_of_which_only_the_beginning_is_known_keeps_a_job_whole() -> None:
    steps = HEAD + '- run: mkdir -p "$DEST"\n' + TAIL.replace("b.ipynb", "$DEST/b.ipynb")
    done = convert(f'env: {{DEST: "/tmp/x-${{{{ github.run_id }}}}"}}\n{steps}')
    assert ["/tmp/x-" in note.message for note in done.journal.diagnostics if note.code == "not-split"] == [True]


def test_the_end_of_the_job_is_that_of_all_its_steps() -> None:
    cache = "uses: actions/cache@v4\nwith: {path: data, key: 'data-${{ github.ref_name }}'}"
    done = staged(cache)
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
    # the scripts of the stage, whether its step is of the image that they call (or what is beside it)
    ([NOTEBOOK], True),
    ([f"NAME=x\necho k | docker login example.org -u u --password-stdin\n{NOTEBOOK}\nmkdir -p out", f"{GPU} python x.py"], True),
    ([f"if {NOTEBOOK}; then echo yes; fi || true"], True),
    ([f"mkdir -p out && {GPU} papermill a.ipynb b.ipynb"], True),  # nobody saw bash in it, and any shell will do
    ([f"for x in a b; do {GPU} papermill $x.ipynb out.ipynb; done"], False),
    ([f"{NOTEBOOK}\npython after.py"], False),
    ([f"{NOTEBOOK}\n./after.sh"], False),
    ([NOTEBOOK, f"docker run -d {GPU.removeprefix('docker run')} bash -c 'sleep 100'"], True),
    ([NOTEBOOK.replace("run", "run --name nb", 1), "docker logs nb"], True),
    ([NOTEBOOK.replace("run", "run -p 80:8080", 1)], ["published-ports"]),
    ([NOTEBOOK.replace("run", "run -v $PWD/t:/tmp", 1)], False),
    ([NOTEBOOK, "chmod -R a+w ."], False),  # of files that others made
    ([NOTEBOOK, "docker run example.org/other:1 bash -c true"], ["other"]),
    ([NOTEBOOK, "docker run --gpus all example.org/other:1 bash -c true"], False),  # nobody knows which computes
    ([NOTEBOOK, "docker run -d --gpus all example.org/server:1"], ["server"]),
    ([NOTEBOOK, "docker build -t x ."], False),
    ([NOTEBOOK.replace("$PWD:/w", "$PWD/notebooks:/workspace")], False),
]  # fmt: skip


def holders(task: dict[str, Any]) -> list[str]:
    """The containers of a Task that ask for GPUs."""
    containers = (*task["steps"], *task.get("sidecars", ()))
    return [one["name"] for one in containers if "nvidia.com/gpu" in str(one.get("computeResources"))]


@pytest.mark.parametrize(("scripts", "native"), NATIVE)
def test_a_stage_that_works_in_one_image_is_a_step_of_it(scripts: list[str], native: bool | list[str]) -> None:
    steps = "".join(f"- run: |\n{textwrap.indent(script, '    ')}\n" for script in scripts)
    job = HEAD + "- run: pip install x\n" + steps + TAIL.partition("\n")[2]
    done = convert("env: {NB_USER: me}\n" + job)
    task = done.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    (step,) = task["steps"]
    names = {entry["name"] for entry in step["env"]}
    sidecars = [one["name"] for one in task.get("sidecars", ())]
    assert (not sidecars) == native if isinstance(native, bool) else sidecars == native
    assert (("GHA_IN_PLACE" in names), "GHA_OWN_NB_USER" in names) == (bool(native),) * 2
    assert ("NB_USER" in names) == ("GHA_VENV" in names) == (not native)
    assert holders(task)[0] == ("gpu-papermill-execute" if native else "nb")
    assert task["params"][0]["default"] == "example.org/nb:1"
    # What it was asked for is not done another way by the option.
    calls = convert("env: {NB_USER: me}\n" + job, docker="sidecars")
    assert "sidecars" in calls.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    assert [(o.path, o.fate, o.reason) for o in done.journal.outcomes()] == [
        (o.path, o.fate, o.reason) for o in calls.journal.outcomes()
    ]


SERVICE = """\
services:
  nb:
    image: example.org/nb:1
    command: sleep infinity
    working_dir: /work
    volumes: [".:/work"]
    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
"""
EXEC = "docker compose exec -T nb"
TOGETHER = [
    # steps after the notebook's, and how many of them stay in its Task for the container's sake
    (["jupyter nbconvert b.ipynb", "pytest"], 0),
    (["jupyter nbconvert b.ipynb", f"{EXEC} pytest", "pytest"], 2),
    (["jupyter nbconvert b.ipynb", "docker compose cp nb:/x .", "pytest"], 2),
    (["jupyter nbconvert b.ipynb", 'docker cp "$ID:/x" .', "pytest"], 2),
    (["jupyter nbconvert b.ipynb", "docker cp proj-nb-1:/x ."], 2),
    (["jupyter nbconvert b.ipynb", "docker wait nb", "pytest", "docker inspect nb"], 4),
    (["jupyter nbconvert b.ipynb", "docker compose logs nb", "docker compose down"], 0),
]


@pytest.mark.parametrize(("after", "together"), TOGETHER)
def test_all_that_work_in_a_container_are_in_its_task(after: list[str], together: int, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(SERVICE)
    scripts = ["docker compose up -d", f"{EXEC} papermill a.ipynb b.ipynb", *after]
    steps = "".join(f"- name: s{number}\n  run: {script}\n" for number, script in enumerate(scripts))
    upload = "- {uses: actions/upload-artifact@v4, with: {name: a, path: b.html}}\n"
    text = script(convert(HEAD + steps + upload, root=tmp_path), "gpu-papermill-execution")
    assert [f"step s{number} " in text for number in range(len(scripts))] == [
        number < 2 + together for number in range(len(scripts))
    ]


UP = "docker compose up -d --wait"
RUN = f"{EXEC} papermill a.ipynb b.ipynb"
DB = "depends_on: {db: {condition: service_healthy}}\n  db: {image: postgres:16, healthcheck: {test: pg_isready}}"
TRITON = (
    "depends_on: [triton]\n"
    "  triton:\n    image: nvcr.io/nvidia/tritonserver:25.01-py3\n    command: tritonserver --model-repository=/models\n"
    "    volumes: [./models:/models]\n    deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}"
)
SERVICES = [
    # what the service says beside, the scripts of the stage, why its container is beside the step, what else is
    ("", [UP, f"mkdir -p out && {RUN}"], "", []),
    ("", [f"{UP}\nsleep 1; docker compose ps", f"if {EXEC} bash -c 'papermill a b'; then echo yes; fi"], "", []),
    ("", [UP, f"{RUN}\ndocker compose cp nb:/x . || echo none", "docker compose logs nb > log.txt"], "", []),
    ("", [f"{UP} nb", f"docker exec -u root proj-nb-1 true\n{RUN}\ndocker compose down"], "", []),
    ("command: jupyter lab\n    healthcheck: {test: true}\n    user: rapids\n    tty: true", [UP, RUN], "", []),
    ("", ["docker compose run --rm nb papermill a.ipynb b.ipynb"], "", []),
    ("", [UP, f"{RUN}\n[[ -e b.ipynb ]] || exit 3"], "bash was not seen", []),
    ("", [UP, f"{RUN}\npython check.py"], "runs python, which the container may not have", []),
    ("", [UP, f"{RUN}\n./check"], "runs ./check", []),
    ("", [f"sudo mkdir -p /data\n{UP}", RUN], "sudo", []),
    ("", [UP, RUN, "docker run example.org/other:1 true"], "", ["other"]),
    ("", [UP, RUN, "docker run --gpus 2 example.org/other:1 true"], "works in nb, other at once", ["other"]),
    ('ports: ["80:8080"]', [UP, RUN], "", ["published-ports"]),
    ("volumes: [./tmp:/tmp]", [UP, RUN], "mounted where", []),
    ("volumes: [./notebooks:/workspace]", [UP, RUN], "in the place of the workspace", []),
    (DB, [UP, RUN], "", ["db"]),
    (DB, [UP, RUN, "docker compose exec -T db psql -c 'select 1'", "docker compose logs db"], "", ["db"]),
    (DB, [UP, f"until curl -f localhost:8000; do sleep 1; done; {RUN}"], "runs curl", ["db"]),
    (TRITON, [UP, RUN], "", ["triton"]),
    (f"command: papermill a.ipynb b.ipynb\n    {DB}", ["docker compose up --abort-on-container-exit"], "", ["db"]),
    (f"deploy: {{}}\n    {TRITON}", [UP, RUN], "", ["triton"]),
]


@pytest.mark.parametrize(("more", "scripts", "why", "others"), SERVICES)
def test_a_stage_that_works_in_a_service_is_a_step_of_it(
    more: str, scripts: list[str], why: str, others: list[str], tmp_path: Path
) -> None:
    own = "\n".join(line for line in SERVICE.splitlines() if line.partition(":")[0].strip() not in more.split(":")[0])
    (tmp_path / "compose.yaml").write_text(f"{own}\n    environment: {{NB_USER: it's, SIZE: '2'}}\n    {more}\n")
    steps = "".join(f"- run: |\n{textwrap.indent(script, '    ')}\n" for script in scripts)
    job = "env: {NB_USER: me}\n" + HEAD + "- run: pip install x\n" + steps + TAIL.partition("\n")[2]
    done = convert(job, root=tmp_path)
    assert done.plan is not None
    (stage,) = [stage for stage in done.plan.jobs[0].stages if stage.role == "notebook"]
    assert (why in stage.beside, stage.native) == (True, "" if why else "nb"), stage.beside
    task = done.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    (step,) = task["steps"]
    env = {entry["name"]: entry.get("value") for entry in step["env"]}
    assert (env.get("GHA_IN_PLACE"), bool(env.get("GHA_HANDOFF"))) == (
        None if why else "nb",
        bool(why or others not in ([], ["published-ports"])),
    )
    assert [one["name"] for one in task.get("sidecars", ()) if one["name"] != "nb" or not why] == others
    assert ("nb" in [one["name"] for one in task.get("sidecars", ())]) == bool(why)
    if not why:
        assert (env["GHA_OWN_NB_USER"], env["GHA_SERVICE_NB_USER"], env["GHA_SERVICE_SIZE"]) == ("me", "it's", "2")
        assert not {"NB_USER", "SIZE", "GHA_VENV"} & set(env)
    assert ("gpu-papermill-execute" in holders(task)) == (not why and "deploy: {}" not in more)
    assert ("nb" in holders(task), "triton" in holders(task)) == (bool(why), "triton" in more)
    calls = convert(job, docker="sidecars", root=tmp_path)
    assert "sidecars" in calls.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    assert [(o.path, o.fate, o.reason) for o in done.journal.outcomes()] == [
        (o.path, o.fate, o.reason) for o in calls.journal.outcomes()
    ]


def test_a_gpu_that_no_stage_would_hold_keeps_a_job_whole() -> None:
    """Without notebooks and GPU containers nobody knows which of the stages computes."""
    steps = "steps: [{run: pip install -e .}, {run: pytest}]"
    text = f"on: push\njobs:\n  build:\n    runs-on: [self-hosted, gpu]\n    {steps}\n"
    options = Options(plan=PlanOptions(layout="stages"))
    done = conversion.convert(text, options=options)
    (note,) = [note.message for note in done.journal.diagnostics if note.code == "not-split"]
    assert "none of its stages would hold the GPU" in note
    (task,) = [held[0] for name, held in done.bundle.files.items() if name.startswith("tasks/")]
    assert task["spec"]["steps"][0]["computeResources"]["limits"] == {"nvidia.com/gpu": "1"}


IMAGES_OWN = [
    ("container: 'example.org/lab:1'", 'cp a.ipynb "$LAB/"', "$LAB/a.ipynb", "$LAB"),
    ("container: 'example.org/lab:1'", "LAB=lab; cp a.ipynb $LAB/", "$LAB/a.ipynb", ""),
    ("container: {image: 'example.org/lab:1', env: {LAB: lab}}", "cp a.ipynb $LAB/", "a.ipynb", ""),
    ("container: 'example.org/lab:1'", "ls $HOME/ $GITHUB_WORKSPACE/", "$HOME/a.ipynb", ""),
    ("timeout-minutes: 9", "cp a.ipynb $LAB/", "$LAB/a.ipynb", ""),
]


@pytest.mark.parametrize(("keys", "before", "notebook", "place"), IMAGES_OWN)
def test_directories_of_the_image_keep_a_job_whole(keys: str, before: str, notebook: str, place: str) -> None:
    steps = f"    steps:\n    - run: |\n        {before}\n        pip install -e .\n    - run: papermill {notebook} out.ipynb\n"
    done = conversion.convert(f"on: push\njobs:\n  nb:\n    runs-on: [self-hosted, gpu]\n    {keys}\n{steps}")
    notes = [note.message for note in done.journal.diagnostics if note.code == "not-split"]
    assert (bool(notes), f"leave {place} to" in "".join(notes)) == (bool(place), bool(place))


@pytest.mark.parametrize(("between", "told"), [("jupyter nbconvert b.ipynb", []), ("docker logs one", ["gpu-sum"])])
def test_gpus_of_two_images_add_up_in_one_task_alone(between: str, told: list[str]) -> None:
    one = "docker run --gpus 1 --name one example.org/one:1 papermill a.ipynb b.ipynb"
    steps = (one, between, "docker run --gpus 1 example.org/two:1 pytest") if not told else (f"{one}\n{NOTEBOOK}",)
    done = convert(HEAD + "".join(f"- run: {json.dumps(step)}\n" for step in steps) + TAIL.partition("\n")[2])
    assert [note.code for note in done.journal.diagnostics if note.code == "gpu-sum"] == told


LOOK = "docker run --rm --gpus all nvidia/cuda:12.8.1-base-ubuntu22.04 nvidia-smi"
TRAIN = "docker run --gpus all example.org/train:1 python train.py"
LOOKS = [
    # The commands, the images that hold a GPU, and how many looks ask another image than their own.
    ([LOOK, TRAIN], ["train:1"], 1),
    ([TRAIN, f"{LOOK} -L", LOOK], ["train:1"], 2),
    ([LOOK, TRAIN.replace("python train.py", "nvidia-smi")], ["cuda"], 1),
    ([LOOK], ["cuda"], 0),
    ([LOOK, LOOK.replace("nvidia-smi", "env"), TRAIN], ["cuda", "train:1"], 0),
    ([LOOK.replace("--rm", "-v $PWD:/w"), TRAIN], ["cuda", "train:1"], 0),
    ([LOOK.replace("--rm", "--name a"), TRAIN], ["cuda", "train:1"], 0),
    ([LOOK, TRAIN.replace("--gpus all", "")], ["cuda"], 0),
]


@pytest.mark.parametrize(("lines", "holding", "elsewhere"), LOOKS)
def test_a_look_at_the_gpu_takes_none_of_its_own(lines: list[str], holding: list[str], elsewhere: int) -> None:
    script = json.dumps("\n".join(lines))
    done = convert(f"{HEAD}- run: {script}\n")
    spec = done.bundle.files["tasks/gpu-papermill-execution.yaml"][0]["spec"]
    images = [one["image"] for one in (*spec["steps"], *spec.get("sidecars", ())) if one["name"] in holders(spec)]
    default = next(param["default"] for param in spec["params"] if param["name"] == "container-image")
    images = [default if "container-image" in image else image for image in images]
    assert [part for image in images for part in ("cuda", "train:1") if part in image] == holding
    assert sum("would take a second" in one.reason for one in done.journal.outcomes()) == elsewhere


CHECK = "- run: docker run --rm --gpus all nvidia/cuda:12.8.1-base-ubuntu22.04 nvidia-smi\n"


@pytest.mark.parametrize("check", ["", CHECK])
def test_what_asks_for_a_gpu_computes(check: str) -> None:
    """It is no stage of preparation that holds the GPU, whatever it runs, but for a look at it before."""
    steps = f"{check}- run: pip install x\n- run: docker run --gpus all example.org/train:1 python train.py\n"
    done = convert(HEAD + steps + "- {uses: actions/upload-artifact@v4, with: {name: a, path: out}}\n")
    assert "gpu-sum" not in [note.code for note in done.journal.diagnostics]
    tasks = {name: held[0]["spec"] for name, held in done.bundle.files.items() if name.startswith("tasks/")}
    asking = {name.partition("/")[2] for name, task in tasks.items() if holders(task)}
    assert asking == {"gpu-papermill-execution.yaml", *(["gpu-env-preparation.yaml"] if check else [])}
    assert "pip install x" in script(done, "gpu-env-preparation")
