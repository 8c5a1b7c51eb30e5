"""The platform is written whole, for the options that were given, and never over its owners' work."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.platform.making import convert, make, objects, one

from gha2tekton.platform.needs import Needs, needs
from gha2tekton.platform.render import render
from gha2tekton.platform.settings import Platform, PlatformError
from gha2tekton.tekton.pod_security import refused
from gha2tekton.yaml import documents


@pytest.mark.slow
def test_a_second_time_nothing_changes(workflow: Path, tmp_path: Path) -> None:
    assert "written" in make(workflow, "-o", tmp_path / "p").output
    assert "unchanged" in make(workflow, "-o", tmp_path / "p").output


@pytest.mark.slow
def test_changes_of_the_owners_stay(workflow: Path, platform: Path) -> None:
    words = [workflow, "-o", platform]
    result = make(*words)
    assert (result.exit_code, "base/kustomization.yaml" in result.output) == (2, True)
    (platform / "own.yaml").write_text("mine")
    assert make(*words, "--force").exit_code == 0
    assert (platform / "own.yaml").read_text() == "mine"


WRONG = [
    ({"namespace": "Not A Name"}, "--namespace"),
    ({"gpu_resource": "gpu"}, "--gpu-resource"),
    ({"host": "no host\n"}, "--host"),
    ({"cache_size": "big"}, "--cache-size"),
    ({"provisioner": "ebs.csi.aws.com"}, "--provisioner needs --storage-class"),
    ({"secret_store": "a: b"}, "--secret-store"),
    ({"operators": "x\ny"}, "--operators"),
    ({"provisioner": "ebs.csi.aws.com", "storage_class": "a", "shared": True}, "one node at a time"),
    ({"storage_parameters": ("a=b",)}, "needs --provisioner"),
    ({"publish": "ftp://x"}, "--publish"),
    ({"gpu_label": "no label"}, "--gpu-label"),
    ({"gpu_driver": "new"}, "--gpu-driver"),
    ({"cache_path": "../x"}, "--cache-path"),
    ({"cache_path": "/"}, "--cache-path"),
    ({"monitoring_label": "release"}, "--monitoring-label"),
    ({"gpu_resource": "nvidia.com/mig-1g.5gb", "gpu_memory": 4000}, "names the memory of its slice"),
    ({"provisioner": "nfs.csi.k8s.io", "storage_class": "a", "storage_parameters": ("a",)}, "not KEY=VALUE"),
]


@pytest.mark.parametrize(("values", "told"), WRONG)
def test_what_no_manifest_may_hold_is_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(PlatformError, match=told):
        Platform(**values)


CLASSES = [
    ("efs.csi.aws.com", (), "needs --storage-parameter fileSystemId"),
    ("efs.csi.aws.com", ("fileSystemId=fs-1",), "fs-1"),
    ("example.org/own", (), None),
    ("ebs.csi.aws.com", ("type=io2",), "io2"),
]


@pytest.mark.parametrize(("provisioner", "given", "told"), CLASSES)
def test_classes_of_drivers(provisioner: str, given: tuple[str, ...], told: str | None) -> None:
    platform = Platform(provisioner=provisioner, storage_class="own", storage_parameters=given)
    if told and told.startswith("needs"):
        with pytest.raises(PlatformError, match=told):
            render(platform, Needs())
        return
    (made,) = documents(render(platform, Needs())["storage/storage-class.yaml"], "")
    assert (told in made["parameters"].values()) if told else "parameters" not in made


def test_operators_may_also_look(platform: Path) -> None:
    viewer, operator = one(platform, "Role", "pipeline-viewer"), one(platform, "Role", "pipeline-operator")

    def rights(role: Any) -> set[tuple[str, str]]:
        return {(what, verb) for rule in role["rules"] for what in rule["resources"] for verb in rule["verbs"]}

    assert rights(viewer) < rights(operator)


def test_results_of_every_claim_are_shown() -> None:
    needed = Needs(artifacts=("a", "b"), shared=("a", "b"))
    (server, _) = documents(render(Platform(), needed)["results/server.yaml"], "")
    pod = server["spec"]["template"]["spec"]
    for container in pod["containers"]:
        mounts = [m["mountPath"] for m in container["volumeMounts"] if m["mountPath"].startswith("/artifacts")]
        assert mounts == ["/artifacts/a", "/artifacts/b"]
    assert [v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"][-2:]] == ["a", "b"]


SHOWN: list[tuple[dict[str, Any], tuple[str, ...], bool]] = [
    ({}, (), False),
    ({}, ("a",), True),
    ({"shared": True}, (), True),
    ({"results": True}, (), True),
    ({"host": "r.example.org"}, (), True),
]


@pytest.mark.parametrize(("options", "shared", "expected"), SHOWN)
def test_results_hold_no_claim_that_runs_need_elsewhere(
    options: dict[str, Any], shared: tuple[str, ...], expected: bool
) -> None:
    """A claim that one node mounts is held by the server for ever: nobody gets that without having asked."""
    files = render(Platform(**options), Needs(artifacts=("a",), shared=shared))
    assert ("results/server.yaml" in files) is expected
    if expected:
        (server, _) = documents(files["results/server.yaml"], "")
        volumes = [volume["name"] for volume in server["spec"]["template"]["spec"]["volumes"]]
        # What the world can reach asks for a password.
        assert ("users" in volumes) is ("host" in options) is ("auth_basic_user_file" in files["results/nginx.conf"])
        assert ("results-users" in files["scripts/deploy.sh"]) is ("host" in options)


def test_no_token_is_left(platform: Path) -> None:
    for path in platform.rglob("*"):
        if path.is_file():
            assert not re.search(r"@[a-z][a-z-]*@", path.read_text(encoding="utf-8")), path


def test_every_part_is_listed(platform: Path) -> None:
    top = documents((platform / "kustomization.yaml").read_text(), "")[0]
    assert top["components"] == ["storage", "gpu", "quota", "security", "results", "monitoring"]
    for part in (*top["resources"], *top["components"]):
        body = documents((platform / part / "kustomization.yaml").read_text(), "")[0]
        listed = {*body["resources"], *(name for item in body.get("configMapGenerator", ()) for name in item["files"])}
        there = {path.name for path in (platform / part).iterdir()} - {"kustomization.yaml"}
        assert listed == there - {"preflight.yaml", "preload-run.yaml"}, part


@pytest.mark.slow
def test_parts_that_are_not_wanted(workflow: Path, tmp_path: Path) -> None:
    make(workflow, "-o", tmp_path / "p", "--no-monitoring", "--secret-store", "vault")
    assert not (tmp_path / "p/monitoring").exists()
    assert not (tmp_path / "p/results/ingress.yaml").exists()
    secret = one(tmp_path / "p", "ExternalSecret")
    assert [row["secretKey"] for row in secret["spec"]["data"]] == ["KEY", "OTHER"]


def test_without_workflows_there_is_still_a_platform() -> None:
    files = render(Platform(), needs([], "nvidia.com/gpu"))
    assert "results/server.yaml" not in files
    assert "storage/clean-up.yaml" not in files


def test_every_object_can_be_taken_away_again(platform: Path) -> None:
    """uninstall.sh knows them by this label, which no Pod's selector has."""
    top = documents((platform / "kustomization.yaml").read_text(), "")[0]
    assert top["labels"] == [{"pairs": {"app.kubernetes.io/part-of": "gha2tekton-platform"}}]
    text = (platform / "scripts/uninstall.sh").read_text()
    kinds = {o["kind"].lower() for o in objects(platform) if "kustomize" not in o["apiVersion"]}
    stay = {"namespace", "persistentvolumeclaim", "priorityclass", "storageclass"}
    jobs = {"taskrun"}
    plural = {
        kind: kind[:-1] + "ies" if kind.endswith("y") else kind + ("es" if kind.endswith("s") else "s")
        for kind in kinds
    }
    assert not [kind for kind in kinds - stay - jobs if plural[kind] not in text]


METADATA = [(False, ["Ingress"]), (True, ["Ingress", "Egress"])]


@pytest.mark.parametrize(("block", "types"), METADATA)
def test_runs_reach_what_they_ask_for(block: bool, types: list[str]) -> None:
    """Names, repositories, registries: everything but, where asked, the address of a cloud's credentials."""
    files = render(Platform(block_metadata=block), Needs())
    runs, listeners, results = documents(files["security/network-policies.yaml"], "")
    assert runs["spec"]["policyTypes"] == types
    assert "ingress" not in runs["spec"]
    if block:
        everywhere, outside = runs["spec"]["egress"]
        assert everywhere == {"to": [{"namespaceSelector": {}}]}
        assert outside["to"][0]["ipBlock"] == {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}
    ports = [(rule["ports"][0]["port"]) for rule in listeners["spec"]["ingress"]]
    assert ports == [8080, 9000]
    assert results["spec"]["policyTypes"] == ["Ingress"]


def test_a_claim_on_several_nodes_wants_a_flag_of_tekton() -> None:
    """The affinity assistant would keep each run on one node all the same."""
    said = "coschedule"
    assert said in render(Platform(shared=True), Needs())["scripts/deploy.sh"]
    assert said not in render(Platform(), Needs())["scripts/deploy.sh"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["preflight", "storage-class"])
def test_what_the_options_ask_for(platform: Path, name: str) -> None:
    if name == "preflight":
        spec = one(platform, "Job", "gpu-preflight")["spec"]["template"]["spec"]
        (term,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
            "nodeSelectorTerms"
        ]
        assert term["matchExpressions"] == [{"key": "nvidia.com/gpu.memory", "operator": "Gt", "values": ["15999"]}]
        assert spec["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    else:
        made = one(platform, "StorageClass", "fast")
        assert (made["provisioner"], made["parameters"]["type"]) == ("ebs.csi.aws.com", "gp3")
        assert one(platform, "PersistentVolumeClaim", "gpu-cache")["spec"]["storageClassName"] == "fast"


BROKEN = [
    ("a: [", "kustomization.yaml:"),
    ("kind: Task\nmetadata: {}\nspec: {}\n", "Task: metadata: 'name' is a required property"),
    ("kind: Pipeline\nmetadata: {name: x}\n", "Pipeline: 'spec' is a required property"),
    ("kind: Task\nmetadata: {name: x}\nspec: {steps: 3}\n", "Task: spec.steps: 3 is not of type 'array'"),
    ("kind: PipelineRun\nspec: {taskRunSpecs: [{}]}\n", "taskRunSpecs.0: 'pipelineTaskName' is a required property"),
    ("kind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {}\n", "'accessModes' is a required property"),
    ("kind: [3]\n", "is not of type 'string'"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN)
def test_a_bundle_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "kustomization.yaml").write_text(text)
    result = make(tmp_path / "b", "-o", tmp_path / "p")
    assert (result.exit_code, told in result.output) == (2, True), result.output
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("text", ["on: [push", "on: push\njobs: {a: {runs-on: x, steps: 3}}\n"])
def test_a_workflow_that_is_none_is_told(workflow: Path, tmp_path: Path, text: str) -> None:
    """Its GPUs would be missing from the quota."""
    workflow.with_name("bad.yml").write_text(text)
    result = make(workflow.parent, "-o", tmp_path / "p")
    assert result.exit_code == 2
    assert re.search(r"bad.yml:2:\d+: |bad.yml:\d+:\d+: ", result.output)
    assert "what a faulty workflow needs cannot be counted" in result.output
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(workflow: Path, tmp_path: Path) -> None:
    """Wherever it lies."""
    first = convert(workflow, tmp_path / "one/first")
    second = convert(workflow, tmp_path / "one/second", "--name-prefix", "other-")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    for place in ("one", "two"):
        words = [str(tmp_path / place / path.name) for path in (first, second)]
        assert make(*words, "-o", tmp_path / place / "p", "--host", "r.example.org").exit_code == 0

    def read(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert read(tmp_path / "one/p") == read(tmp_path / "two/p")


@pytest.mark.parametrize("publish", ["s3://bucket/ci", "oci://registry.example.org/ci"])
def test_the_platforms_own_pods_live_under_its_rules(publish: str) -> None:
    """Its quota wants requests of each container, its namespace's profile refuses some rights; none needs the API's token."""
    files = render(
        Platform(publish=publish, results=True, host="r.example.org"), Needs(artifacts=("c",), gpus_of_a_pod=2)
    )
    pods = {}
    for name, text in files.items():
        for found in documents(text, name) if name.endswith(".yaml") else ():
            if found["kind"] in ("Deployment", "Job", "CronJob"):
                spec = found["spec"].get("jobTemplate", found)["spec"]
                pods[found["metadata"]["name"]] = spec["template"]["spec"]
    assert set(pods) == {"results", "gpu-preflight", "clean-up", "publish"}
    for name, pod in pods.items():
        assert not list(refused(pod, pod["containers"])), name
        assert (name == "clean-up") is pod.get("automountServiceAccountToken", True)
        for container in pod["containers"]:
            assert container["resources"]["requests"].keys() >= {"cpu", "memory"}, name
            assert "memory" in container["resources"]["limits"], name
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
    assert pods["gpu-preflight"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "2"
