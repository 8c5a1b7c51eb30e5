"""The guide's workflow, converted, with the platform made for it: claims, defaults and quota hold for what really runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.execution import RunRecord, run
from tests.conformance.judge import admit, kustomize, refusals
from tests.conformance.requirement import needed
from tests.conformance.toolchain import isolation, judges
from tests.equivalence.case import git
from tests.platform.making import convert, make

from gha2tekton.manifests import dump
from gha2tekton.platform.needs import quantity
from gha2tekton.tekton.pod_security import refused
from gha2tekton.yaml import documents

pytestmark = pytest.mark.equivalence
GUIDE = Path(__file__).parents[2] / "fixtures" / "guides" / "gpu-notebook"
CLAIM = "gpu-scientific-computing-workspace"
GPU = "nvidia.com/gpu"
TESTS = "https://github.com/example/notebook-tests.git"
TOOLS = {
    # What the images hold; the notebook prints the mean of its sample.
    "papermill": '#!/bin/sh\nsed \'s/"outputs": \\[\\]/"outputs": [{"text": "mean: 2.5"}]/\' "$1" > "$2"\n',
    "jupyter": '#!/bin/sh\nfor file; do :; done\n{ echo "<html>"; cat "$file"; } > "${file%.ipynb}.html"\n',
    "python3": """#!/bin/sh
# There is no network, so pip installs nothing; an environment gets this in the place of its Python.
case "$*" in
  "-m venv"*) for at; do :; done; /usr/bin/python3 "$@" && rm "$at"/bin/python* && cp "$0" "$at/bin/python3" && cp "$0" "$at/bin/python" ;;
  "-m pip install"*) ;;
  *) exec /usr/bin/python3 "$@" ;;
esac
""",
    "pytest": "#!/bin/sh\nfor word; do case $word in --junitxml=*) report=${word#*=} ;; esac; done\n"
    'cd "$1/.." && /usr/bin/python3 -c \'\nimport runpy, sys\nspace = runpy.run_path(sys.argv[1])\n'
    '[space[name]() for name in space if name.startswith("test_")]\' "$1/test_analysis.py" && echo \'<testsuite/>\' > "$report"\n',
    "git": f'#!/bin/sh\nexec /usr/bin/git -c url."file://TESTS".insteadOf={TESTS} "$@"\n',
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = Path("/var/tmp") / tmp_path_factory.mktemp("guide").name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def platform(place: Path) -> Path:
    """The bundle beside it is ``bundle``."""
    bundle = convert(GUIDE / "repository", place / "bundle")
    words = ["--cache-path", "/datasets", "--gpu-memory", "16000", "--storage-class", "fast"]
    made = make(bundle, "-o", place / "platform", *words)
    assert made.exit_code == 0, made.output
    return place / "platform"


@pytest.fixture(scope="module")
def deployed(platform: Path, place: Path) -> Path:
    """What deploy.sh applies, in its order, as kustomize makes it."""
    out = place / "deployed"
    out.mkdir()
    (out / "1.yaml").write_text(kustomize(platform))
    (place / "over").mkdir()
    over = {"resources": ["../platform/runs/1-bundle"], "namespace": "gpu-ci"}
    (place / "over" / "kustomization.yaml").write_text(dump([over]))
    (out / "2.yaml").write_text(kustomize(place / "over"))
    assert not refusals(admit(out))
    return out


@pytest.fixture(scope="module")
def record(place: Path, platform: Path, deployed: Path) -> RunRecord:
    needed(isolation, judges)
    commits = {}
    for name in ("repository", "tests-repository"):
        shutil.copytree(GUIDE / name, place / name)
        git(place / name, "init", "-q", "-b", "main")
        git(place / name, "add", "-A")
        git(place / name, "commit", "-q", "-m", "the guide's")
        commits[name] = git(place / name, "rev-parse", "HEAD")
    (place / "tools").mkdir()
    for name, text in TOOLS.items():
        (place / "tools" / name).write_text(text.replace("TESTS", str(place / "tests-repository"), 1))
        (place / "tools" / name).chmod(0o755)
    (started,) = documents((platform / "runs/1-bundle/gpu-scientific-computing-run.yaml").read_text(), "run")
    started["metadata"]["namespace"] = "gpu-ci"  # kubectl create -n gpu-ci
    (place / "run.yaml").write_text(dump([started]))
    return run(
        [deployed],
        place / "run.yaml",
        place / "out",
        params={"git-repo-url": f"file://{place / 'repository'}", "git-revision": commits["repository"]},
        path=[place / "tools"],
        keep=True,
    )


def test_it_runs_to_its_end(record: RunRecord) -> None:
    assert record.succeeded, record.log
    assert [task.pipeline_task for task in record.tasks] == [
        "prepare-environment",
        "execute-notebook-gpu",
        "convert-to-html",
        "run-tests",
        "publish-results",
    ]


def _containers(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]]


def _admitted(pod: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    """The Pod as Kubernetes takes it: requests are limits where none are said, then what LimitRanges give."""
    taken: dict[str, Any] = json.loads(json.dumps(pod))
    for container in _containers(taken):
        resources = container.setdefault("resources", {})
        container["resources"]["requests"] = {
            **defaults,
            **(resources.get("limits") or {}),
            **(resources.get("requests") or {}),
        }
    return taken


def _asked(pod: Mapping[str, Any], resource: str) -> float:
    """What a quota counts: the containers together, or the greatest init container."""

    def one(container: Mapping[str, Any]) -> float:
        text = str(container["resources"]["requests"].get(resource, 0))
        return int(text[:-1]) / 1000 if text.endswith("m") else quantity(text)

    return max(
        sum(map(one, pod["spec"]["containers"])),
        *map(one, pod["spec"].get("initContainers") or [{"resources": {"requests": {}}}]),
    )


@pytest.fixture(scope="module")
def rules(deployed: Path) -> dict[str, Any]:
    return {
        m["kind"]: m
        for m in documents((deployed / "1.yaml").read_text(), "1")
        if m["kind"] in ("LimitRange", "ResourceQuota", "Namespace")
    }


def test_the_quota_lets_two_runs_in(record: RunRecord, rules: dict[str, Any], deployed: Path) -> None:
    """Under a quota of CPU and memory every container must ask for both, Tekton's own too."""
    hard = rules["ResourceQuota"]["spec"]["hard"]
    (limits,) = rules["LimitRange"]["spec"]["limits"]
    pods = [_admitted(pod, limits["defaultRequest"]) for pod in record.pods()]
    assert len(pods) >= 5
    assert any(pod["spec"].get("initContainers") for pod in pods)
    for pod in pods:
        for container in _containers(pod):
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), container["name"]
            for part in ("requests", "limits"):
                assert str(container["resources"].get(part, {}).get(GPU, 0)).isdigit()
    assistant = {"cpu": 0.05, "memory": 100 * 2**20, GPU: 0}  # Tekton's placeholder of each run
    for resource, extra in assistant.items():
        most = max(_asked(pod, resource) for pod in pods) + extra
        assert 2 * most <= quantity(hard[f"requests.{resource}"]), resource
    claims = [m for m in documents((deployed / "2.yaml").read_text(), "2") if m["kind"] == "PersistentVolumeClaim"]
    assert len(claims) + 1 <= int(hard["persistentvolumeclaims"])


def test_one_container_holds_the_gpu_and_its_memory(record: RunRecord, rules: dict[str, Any]) -> None:
    """A default of the LimitRange in the place of 32Gi would let the Pod onto nodes without that memory."""
    (limits,) = rules["LimitRange"]["spec"]["limits"]
    holders = []
    for pod in record.pods():
        for container in _containers(_admitted(pod, limits["defaultRequest"])):
            if GPU in container["resources"]["requests"]:
                holders.append((container["name"], container["resources"]["requests"]["memory"], pod))
    ((name, memory, pod),) = holders
    assert (name, memory) == ("step-gpu-papermill-execute", "32Gi")
    spec = pod["spec"]
    assert spec["priorityClassName"] == "gpu-runs"
    assert spec["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert {"key": GPU, "operator": "Exists", "effect": "NoSchedule"} in spec["tolerations"]
    (container,) = [one for one in spec["containers"] if one["name"] == name]
    assert "/datasets" in [mount["mountPath"] for mount in container["volumeMounts"]]
    claims = {
        volume["persistentVolumeClaim"]["claimName"] for volume in spec["volumes"] if "persistentVolumeClaim" in volume
    }
    assert claims == {CLAIM, "gpu-cache"}


def test_the_namespace_lets_the_pods_in(record: RunRecord, rules: dict[str, Any]) -> None:
    labels = rules["Namespace"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    for pod in record.pods():
        assert not list(refused(pod["spec"], _containers(pod)))
        assert "tekton.dev/taskRun" in pod["metadata"]["labels"]  # by which the network policy knows them
    # Why it is not the restricted one: images of notebooks and of Python run as they please.
    steps = [one for pod in record.pods() for one in pod["spec"]["containers"]]
    assert not all((one.get("securityContext") or {}).get("runAsNonRoot") for one in steps)


def test_people_find_the_results_where_the_server_looks(record: RunRecord, platform: Path, tmp_path: Path) -> None:
    """Clean-up knows the directories by the run's name, too."""
    claim = record.claim(CLAIM)
    (name,) = {pod["metadata"]["labels"]["tekton.dev/pipelineRun"] for pod in record.pods()}
    assert {path.parent.name for path in claim.glob(f"*/{name}")} == {
        "source-code",
        "shared-artifacts",
        "test-execution",
    }
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / CLAIM).symlink_to(claim / "shared-artifacts")
    (tmp_path / "site").mkdir()
    environment = {**os.environ, "ARTIFACTS": str(tmp_path / "artifacts"), "SITE": str(tmp_path / "site")}
    made = make(platform.parent / "bundle", "-o", tmp_path / "again", "--results")
    assert made.exit_code == 0, made.output
    subprocess.run(
        [sys.executable, str(tmp_path / "again/results/results_index.py"), "--once"], env=environment, check=True
    )
    page = (tmp_path / "site/index.html").read_text()
    for file in ("analysis.html", "analysis.ipynb", "junit.xml"):
        assert f"runs/{CLAIM}/{name}/artifacts/results/{file}" in page


def test_tekton_has_seen_the_defaults(record: RunRecord) -> None:
    """Its own code gives steps the LimitRange's share; what Tasks say stays."""
    for pod in record.pods():
        steps = [one for one in pod["spec"]["containers"] if GPU not in (one["resources"].get("limits") or {})]
        assert all(one["resources"]["requests"] == {"cpu": "50m", "memory": "64Mi"} for one in steps), steps


@pytest.mark.parametrize("right", [True, False])
def test_data_is_fetched_into_the_cache(place: Path, platform: Path, deployed: Path, right: bool) -> None:
    """A second time nothing is fetched; a file that is another than its sum says stays out."""
    needed(isolation, judges)
    data = place / "data.csv"
    data.write_text("1,2\n")
    digest = hashlib.sha256(data.read_bytes()).hexdigest() if right else "0" * 64
    (started,) = documents((platform / "storage/preload-run.yaml").read_text(), "run")
    started["metadata"]["namespace"] = "gpu-ci"
    started["spec"]["params"] = [{"name": "urls", "value": f"file://{data} {digest}\nfile://{data} {digest}\n"}]
    (place / "preload.yaml").write_text(dump([started]))
    done = run([deployed], place / "preload.yaml", place / f"preload-{right}")
    assert done.succeeded is right, done.log
    fetched = done.claim("gpu-cache") / "datasets" / "data.csv"
    assert fetched.exists() is right
    if right:
        assert "data.csv fetched\ndatasets/data.csv is there" in done.log
