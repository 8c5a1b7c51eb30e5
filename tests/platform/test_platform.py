"""The platform: what it counts, that it renders, that its scripts do what they say in the right order."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gha2tekton.cli import cli
from gha2tekton.manifests import dump
from gha2tekton.platform.dashboard import panels
from gha2tekton.platform.needs import Needs, needs, quantity
from gha2tekton.platform.render import SCRIPTS, render
from gha2tekton.platform.settings import Platform, PlatformError
from gha2tekton.yaml import documents

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "fixtures" / "guides" / "gpu-notebook"
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: [self-hosted, gpu]
    strategy:
      matrix:
        x: [1, 2]
    steps:
      - run: echo "${{ secrets.KEY }} ${{ secrets.OTHER }}"
      - uses: actions/upload-artifact@v4
        with: {path: out}
  b:
    needs: a
    runs-on: [self-hosted, gpu]
    steps:
      - run: nvidia-smi
"""


def make(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["platform", *map(str, words)])


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW)
    return path


@pytest.fixture
def platform(workflow: Path, tmp_path: Path) -> Path:
    out = tmp_path / "platform"
    result = make(
        workflow, "-o", out, "--host", "results.example.org", "--provisioner", "ebs.csi.aws.com", "--storage-class", "fast",
        "--gpu-memory", "16000", "--operators", "team:ci",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return out


def objects(folder: Path) -> list[Any]:
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        found += [one for one in documents(path.read_text(encoding="utf-8"), str(path)) if isinstance(one, dict)]
    return found


def one(folder: Path, kind: str, name: str = "") -> Any:
    (found,) = [o for o in objects(folder) if o.get("kind") == kind and name in ("", o["metadata"]["name"])]
    return found


def test_numbers_come_from_the_workflows(platform: Path) -> None:
    """Two legs at once hold a GPU each; the job behind them comes later."""
    hard = one(platform, "ResourceQuota")["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "4"
    assert not any(key.startswith("limits.nvidia") for key in hard)
    text = (platform / "README.md").read_text()
    assert "| GPUs at once, each Pipeline running once | 2 of nvidia.com/gpu |" in text
    assert "| Secret `github-secrets` | KEY, OTHER |" in text


@pytest.mark.slow
def test_a_bundle_counts_as_its_workflow(workflow: Path, platform: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(bundle), "--namespace", "gpu-ci"])
    assert make(bundle, "-o", tmp_path / "again").exit_code == 0
    assert one(tmp_path / "again", "ResourceQuota") == one(platform, "ResourceQuota")
    assert '-k "$here/../runs/1-bundle"' in (tmp_path / "again/scripts/deploy.sh").read_text()


def test_a_bundle_of_another_namespace_is_refused(workflow: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(bundle), "--namespace", "other"])
    result = make(bundle, "-o", tmp_path / "again")
    assert (result.exit_code, "made for namespace other" in result.output) == (2, True)


def test_a_second_time_nothing_changes(workflow: Path, tmp_path: Path) -> None:
    assert "written" in make(workflow, "-o", tmp_path / "p").output
    assert "unchanged" in make(workflow, "-o", tmp_path / "p").output


def test_changes_of_the_owners_stay(workflow: Path, platform: Path) -> None:
    words = [workflow, "-o", platform]
    result = make(*words)
    assert (result.exit_code, "base/kustomization.yaml" in result.output) == (2, True)
    (platform / "own.yaml").write_text("mine")
    assert make(*words, "--force").exit_code == 0
    assert (platform / "own.yaml").read_text() == "mine"


QUANTITIES = [("32Gi", 2**35), ("500M", 500 * 10**6), ("1.5Gi", 3 * 2**29), ("7", 7), ("x", 0), (3, 3)]


@pytest.mark.parametrize(("text", "number"), QUANTITIES)
def test_quantities(text: object, number: int) -> None:
    assert quantity(text) == number


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


@pytest.mark.slow
def test_slices_are_counted_and_never_mixed_with_whole_gpus(workflow: Path, tmp_path: Path) -> None:
    words = ["--gpu-resource", "nvidia.com/mig-1g.5gb"]
    assert make(workflow, "-o", tmp_path / "p", *words).exit_code == 0
    assert one(tmp_path / "p", "ResourceQuota")["spec"]["hard"]["requests.nvidia.com/mig-1g.5gb"] == "4"
    CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(tmp_path / "b"), "--namespace", "gpu-ci"])
    result = make(tmp_path / "b", "-o", tmp_path / "q", *words)
    assert (result.exit_code, "the bundles ask for nvidia.com/gpu" in result.output) == (2, True)


PROFILES: list[tuple[dict[str, Any], str]] = [
    ({}, "baseline"),
    ({"securityContext": {"privileged": True}}, "privileged"),
    ({"securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}}}, "privileged"),
    ({"securityContext": {"capabilities": {"add": ["CHOWN"]}}}, "baseline"),
]


@pytest.mark.parametrize(("container", "profile"), PROFILES)
def test_the_namespace_takes_the_runs(container: dict[str, Any], profile: str) -> None:
    task = {"kind": "Task", "metadata": {"name": "t"}, "spec": {"steps": [{"name": "s", **container}]}}
    needed = needs([task], "nvidia.com/gpu")
    (made,) = documents(render(Platform(), needed)["base/namespace.yaml"], "")
    assert made["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == profile
    if profile == "privileged":
        with pytest.raises(PlatformError, match="would refuse Task t"):
            render(Platform(pod_security="baseline"), needed)


def _template(limits: dict[str, str], pod: dict[str, Any]) -> dict[str, Any]:
    spec = {"taskRunTemplate": {"serviceAccountName": "r", **({"podTemplate": pod} if pod else {})}}
    spec["taskRunSpecs"] = [
        {"pipelineTaskName": "t", "stepSpecs": [{"name": "s", "computeResources": {"limits": limits}}]}
    ]
    run = {"kind": "PipelineRun", "metadata": {"generateName": "p-"}, "spec": spec}
    return {"kind": "TriggerTemplate", "metadata": {"name": "tt"}, "spec": {"resourcetemplates": [run]}}


NODES: list[tuple[Platform, dict[str, str], dict[str, Any], dict[str, Any] | None]] = [
    (Platform(), {"memory": "1Gi"}, {}, None),
    (Platform(), {"nvidia.com/gpu": "1"}, {}, {"priorityClassName": "gpu-runs"}),
    (
        Platform(gpu_label="accelerator=nvidia-tesla-gpu"),
        {"nvidia.com/gpu": "$(tt.params.gpu-count)"},
        {"nodeSelector": {"nvidia.com/gpu.present": "true"}, "securityContext": {"fsGroup": 1000}},
        {
            "nodeSelector": {"accelerator": "nvidia-tesla-gpu"},
            "securityContext": {"fsGroup": 1000},
            "priorityClassName": "gpu-runs",
        },
    ),
]


@pytest.mark.parametrize(("platform", "limits", "pod", "expected"), NODES)
def test_gpu_runs_take_their_nodes(
    platform: Platform, limits: dict[str, str], pod: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    template = _template(limits, pod)
    held = {
        "kind": "ConfigMap",
        "metadata": {"name": "cm"},
        "data": {"pipelinerun.yaml": dump(template["spec"]["resourcetemplates"])},
    }
    files = render(platform, Needs(), {"../b": [template, held]})
    if expected is None:
        assert not [name for name in files if name.startswith("runs/")]
        return
    (made,) = documents(files["runs/1-b/kustomization.yaml"], "")
    assert made["resources"] == ["../../../b"]
    first, second = (json.loads(patch["patch"])[0] for patch in made["patches"])
    assert first["value"] == {"serviceAccountName": "r", "podTemplate": expected}
    (run,) = documents(second["value"], "")
    assert run["spec"]["taskRunTemplate"]["podTemplate"] == expected


def test_a_selector_of_one_task_is_changed_there() -> None:
    template = _template({"nvidia.com/gpu": "1"}, {"nodeSelector": {"pool": "x"}})
    (run,) = template["spec"]["resourcetemplates"]
    run["spec"]["taskRunSpecs"][0]["podTemplate"] = {"nodeSelector": {"nvidia.com/gpu.present": "true"}}
    files = render(Platform(gpu_label="accelerator=t4"), Needs(), {"../b": [template]})
    (made,) = documents(files["runs/1-b/kustomization.yaml"], "")
    first, second = json.loads(made["patches"][0]["patch"])
    assert first["value"]["podTemplate"] == {"nodeSelector": {"pool": "x"}, "priorityClassName": "gpu-runs"}
    assert second["value"][0]["podTemplate"] == {"nodeSelector": {"accelerator": "t4"}}


def test_a_label_by_hand_is_that_of_the_preflight_too() -> None:
    (job,) = documents(render(Platform(gpu_label="accelerator=t4"), Needs())["gpu/preflight.yaml"], "")
    assert job["spec"]["template"]["spec"]["nodeSelector"] == {"accelerator": "t4"}


PUBLISHED = [
    ("s3://bucket/ci", "s3", ["s3", "sync", "s3://bucket/ci", "--no-follow-symlinks"]),
    ("oci://registry.example.org/ci", "oci", ["push", "registry.example.org/ci/c:old", "old"]),
]


@pytest.mark.parametrize(("where", "scheme", "words"), PUBLISHED)
def test_artifacts_are_published(tmp_path: Path, where: str, scheme: str, words: list[str]) -> None:
    files = render(Platform(publish=where, s3_endpoint="http://minio:9000"), Needs(artifacts=("c",)))
    (job,) = documents(files["publish/publish.yaml"], "")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    given = {row["name"]: row["value"] for row in container["env"]}
    assert given.get("AWS_ENDPOINT_URL") == ("http://minio:9000" if scheme == "s3" else None)
    program = tmp_path / "program"
    program.write_text(files[f"publish/{container['command'][-1].rsplit('/', 1)[-1]}"])
    for run, age in (("old", 10_000), ("fresh", 0), ("there", 10_000)):
        (tmp_path / "a/c" / run).mkdir(parents=True)
        (tmp_path / "a/c" / run / "file").write_text("x")
        os.utime(tmp_path / "a/c" / run / "file", (time.time() - age,) * 2)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("aws", "oras"):
        (tools / tool).write_text(
            '#!/bin/sh\necho "$*" >> "$LOG"\ncase $* in manifest*there) ;; manifest*) exit 1 ;; esac\n'
        )
        (tools / tool).chmod(0o755)
    env = {
        "PATH": f"{tools}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"), "ARTIFACTS": str(tmp_path / "a"),
        "DESTINATION": given["DESTINATION"],
    }  # fmt: skip
    subprocess.run(["sh", str(program)], env=env, check=True)
    sent = [line.split() for line in (tmp_path / "log").read_text().splitlines() if not line.startswith("manifest")]
    assert len(sent) == 1
    assert set(words) <= set(sent[0])


@pytest.mark.slow
def test_operators_may_also_look(platform: Path) -> None:
    viewer, operator = one(platform, "Role", "pipeline-viewer"), one(platform, "Role", "pipeline-operator")

    def rights(role: Any) -> set[tuple[str, str]]:
        return {(what, verb) for rule in role["rules"] for what in rule["resources"] for verb in rule["verbs"]}

    assert rights(viewer) < rights(operator)


def test_results_of_every_claim_are_shown() -> None:
    (server, _) = documents(render(Platform(), Needs(artifacts=("a", "b")))["results/server.yaml"], "")
    pod = server["spec"]["template"]["spec"]
    for container in pod["containers"]:
        mounts = [m["mountPath"] for m in container["volumeMounts"] if m["mountPath"].startswith("/artifacts")]
        assert mounts == ["/artifacts/a", "/artifacts/b"]
    assert [v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"][-2:]] == ["a", "b"]


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
        assert listed == there - {"preflight.yaml"}, part


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


# Fields of the operators' kinds that are used here, from their API references.
CRDS: dict[str, Any] = {
    "ServiceMonitor": {"required": ["selector", "endpoints"], "properties": {
        "selector": {"required": ["matchLabels"]}, "namespaceSelector": {"required": ["matchNames"]},
        "endpoints": {"items": {"additionalProperties": False, "properties": {
            "port": {"type": "string"}, "interval": {"pattern": r"^\d+s$"}, "honorLabels": {"type": "boolean"}}}}}},
    "PodMonitor": {"required": ["selector", "podMetricsEndpoints"], "properties": {
        "podMetricsEndpoints": {"items": {"additionalProperties": False, "properties": {
            "targetPort": {"type": "integer"}, "interval": {"pattern": r"^\d+s$"}}}}}},
    "PrometheusRule": {"required": ["groups"], "properties": {"groups": {"items": {
        "required": ["name", "rules"], "properties": {"rules": {"items": {
            "required": ["alert", "expr"], "additionalProperties": False, "properties": {
                "alert": {"type": "string"}, "expr": {"type": "string"}, "for": {"pattern": r"^\d+[smh]$"},
                "labels": {"additionalProperties": {"type": "string"}},
                "annotations": {"additionalProperties": {"type": "string"}}}}}}}}}},
    "ExternalSecret": {"required": ["secretStoreRef", "target", "data"], "properties": {
        "secretStoreRef": {"required": ["kind", "name"]}, "data": {"items": {
            "required": ["secretKey", "remoteRef"], "properties": {"remoteRef": {"required": ["key", "property"]}}}}}},
}  # fmt: skip
VERSIONS = {"ExternalSecret": "external-secrets.io/v1"}


@pytest.mark.slow
@pytest.mark.parametrize("store", ["", "vault"])
def test_kinds_of_operators_have_the_fields_they_know(workflow: Path, tmp_path: Path, store: str) -> None:
    import jsonschema

    make(workflow, "-o", tmp_path / "p", "--secret-store", store)
    seen = set()
    for manifest in objects(tmp_path / "p"):
        kind = manifest["kind"]
        if kind in CRDS:
            jsonschema.validate(manifest["spec"], CRDS[kind])
            assert manifest["apiVersion"] == VERSIONS.get(kind, "monitoring.coreos.com/v1")
            seen.add(kind)
    assert seen == set(CRDS) - (set() if store else {"ExternalSecret"})


def test_queries_parse(platform: Path) -> None:
    promql = pytest.importorskip("promql_parser")
    rules = one(platform, "PrometheusRule")["spec"]["groups"][0]["rules"]
    board = json.loads((platform / "monitoring/dashboard.json").read_text())
    queries = [rule["expr"] for rule in rules] + [t["expr"] for panel in board["panels"] for t in panel["targets"]]
    assert len(queries) == 7 + len(panels("gpu-ci"))
    for query in queries:
        promql.parse(query)
    assert not [query for query in queries if "pipelinerun_failed_total" in query or "gpu_memory_used_percent" in query]


def test_the_dashboard_has_no_two_panels_in_one_place(platform: Path) -> None:
    board = json.loads((platform / "monitoring/dashboard.json").read_text())
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places) == len({panel["id"] for panel in board["panels"]})
    assert board["schemaVersion"] == 39


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SCRIPTS, "../gpu/gpu-preflight"])
def test_scripts_are_clean(platform: Path, name: str) -> None:
    tool = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if tool is None:
        pytest.skip("there is no shellcheck")
    done = subprocess.run(
        [tool, "-x", "-P", "SCRIPTDIR", "-s", "sh", str(platform / "scripts" / name)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


KUBECTL = """#!/bin/sh
# Stands for kubectl: keeps what it was asked, and answers as a cluster with everything in its place.
printf '%s\\n' "$*" >> "$KUBECTL_LOG"
case "$*" in
  *'version -o json') printf '{ "serverVersion": {\\n "gitVersion": "v@VERSION@" } }' ;;
  *'get nodes'*jsonpath*) printf '1\\n2\\n\\n' ;;
  'get eventlisteners'*) printf ci-eventlistener ;;
  'get ingress'*) printf 'other x\\nci.example.org el-ci-eventlistener\\n' ;;
  'get deployment'*version*) printf '@TEKTON@' ;;
  'get clusterrolebindings'*) printf 'gpu-ci-x gpu-ci\\nother-y other\\n' ;;
  'get secret'*jsonpath*) printf c2VjcmV0 ;;
  'get secret'*) exit @SECRETS@ ;;
  'get crd '*coreos*) exit @OPERATORS@ ;;
  'get crd'*) exit @CRDS@ ;;
  'get pods'*name) echo pod/one ;;
  *) cat > "$KUBECTL_LOG.stdin" 2> /dev/null < /dev/null; case "$*" in *'apply'*'-f -'*) cat > "$KUBECTL_LOG.applied" ;; esac; echo "done: $*" ;;
esac
"""


def script(
    platform: Path,
    name: str,
    *words: str,
    version: str = "1.31.2",
    secrets: int = 0,
    crds: int = 0,
    operators: int = 0,
    tekton: str = "v1.12.0",
    **env: str,
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    tools = platform.parent / "tools"
    tools.mkdir(exist_ok=True)
    text = KUBECTL.replace("@VERSION@", version).replace("@SECRETS@", str(secrets)).replace("@CRDS@", str(crds))
    (tools / "kubectl").write_text(text.replace("@OPERATORS@", str(operators)).replace("@TEKTON@", tekton))
    (tools / "kubectl").chmod(0o755)
    log = platform.parent / "kubectl.log"
    log.unlink(missing_ok=True)
    given = {"PATH": f"{tools}:{os.environ['PATH']}", "KUBECTL_LOG": str(log), "HOME": str(platform), **env}
    done = subprocess.run(
        ["sh", str(platform / "scripts" / name), *words], env=given, capture_output=True, text=True, cwd=platform.parent,
        stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    return done, log.read_text().splitlines() if log.exists() else []


CHANGING = re.compile(r"\b(apply|create|delete|patch|rollout restart)\b")


@pytest.mark.slow
def test_deploy_in_order(platform: Path) -> None:
    done, calls = script(platform, "deploy.sh")
    assert done.returncode == 0, done.stderr
    changes = [call for call in calls if CHANGING.search(call)]
    assert changes == [f"apply --server-side -k {platform}/scripts/.."]
    heads = [
        "version -o json",
        "get crd pipelineruns",
        "get nodes",
        "apply",
        "get secret",
        "get eventlisteners",
        "rollout status",
    ]
    places = [next(n for n, call in enumerate(calls) if call.startswith(head)) for head in heads]
    assert places == sorted(places)
    assert "3 of nvidia.com/gpu in all, and the workflows want 2 at once" in done.stdout
    assert "webhook of ci-eventlistener: https://ci.example.org/" in done.stdout
    again, _ = script(platform, "deploy.sh")
    assert again.stdout == done.stdout


OLD = [("1.27.9", 1), ("1.28.0", 0), ("1.9.1", 1), ("1.40.0", 0)]


@pytest.mark.slow
@pytest.mark.parametrize(("version", "code"), OLD)
def test_deploy_looks_at_the_version(platform: Path, version: str, code: int) -> None:
    assert script(platform, "deploy.sh", version=version)[0].returncode == code


TEKTONS = [("v0.68.0", 1), ("v1.8.0", 1), ("v1.9.0", 0), ("v1.15.0", 0), ("", 0)]


@pytest.mark.slow
@pytest.mark.parametrize(("tekton", "code"), TEKTONS)
def test_deploy_looks_at_tekton(platform: Path, tekton: str, code: int) -> None:
    assert script(platform, "deploy.sh", tekton=tekton)[0].returncode == code


@pytest.mark.slow
def test_deploy_names_what_tekton_lacks(platform: Path) -> None:
    done, calls = script(platform, "deploy.sh", crds=1)
    assert done.returncode == 1
    assert "tekton-releases/pipeline/previous/v" in done.stdout
    assert not [call for call in calls if CHANGING.search(call)]


@pytest.mark.slow
def test_deploy_names_operators_that_are_not_there(platform: Path) -> None:
    done, calls = script(platform, "deploy.sh", operators=1)
    assert done.returncode == 1
    assert "not there: servicemonitors.monitoring.coreos.com" in done.stdout
    assert not [call for call in calls if CHANGING.search(call)]


@pytest.mark.slow
def test_deploy_names_missing_secrets(platform: Path) -> None:
    done, _ = script(platform, "deploy.sh", secrets=1)
    assert "missing: github-secrets github-webhook-secret" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_dry_runs_change_nothing(platform: Path, name: str) -> None:
    done, calls = script(platform, name, "--dry-run", secrets=1)
    assert done.returncode == 0, done.stderr
    assert not [call for call in calls if CHANGING.search(call)], calls


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_no_option_is_refused(platform: Path, name: str) -> None:
    assert script(platform, name, "--wrong")[0].returncode == 2


@pytest.mark.slow
def test_verify(platform: Path) -> None:
    done, calls = script(platform, "verify.sh")
    assert done.returncode == 0, done.stdout
    assert "WRONG" not in done.stdout
    assert calls.index("delete job gpu-preflight -n gpu-ci --ignore-not-found") < next(
        n for n, call in enumerate(calls) if call.startswith("apply -n gpu-ci -f")
    )
    assert any("persistentvolumeclaim" in call for call in calls)


@pytest.mark.slow
def test_logs_are_collected_without_secrets(platform: Path) -> None:
    done, calls = script(platform, "collect-logs.sh")
    assert done.returncode == 0, done.stderr
    assert not [call for call in calls if "get secret" in call]
    archive = platform.parent / done.stdout.strip()
    names = subprocess.run(["tar", "-tzf", str(archive)], capture_output=True, text=True, check=True).stdout
    assert "gpu-ci-one.log" in names
    assert "pipelineruns.yaml" in names


@pytest.mark.slow
def test_secrets_are_made_from_variables(platform: Path) -> None:
    done, calls = script(platform, "secrets.sh", secrets=1, KEY="a b'c", OTHER="x")
    assert done.returncode == 0, done.stderr
    made = next(call for call in calls if call.startswith("create secret generic github-secrets"))
    assert "a b'c" not in made
    assert re.search(r"--from-file=KEY=\S+ --from-file=OTHER=\S+", made)
    assert script(platform, "secrets.sh", secrets=1)[0].returncode == 1
    done, calls = script(platform, "secrets.sh")
    assert not [call for call in calls if CHANGING.search(call)]


@pytest.mark.slow
def test_data_stays_unless_it_is_named(platform: Path) -> None:
    _, calls = script(platform, "uninstall.sh")
    assert not [call for call in calls if "namespace gpu-ci" in call or "persistentvolumeclaims" in call]
    assert [call for call in calls if "delete clusterrolebinding" in call] == [
        "delete clusterrolebinding gpu-ci-x --ignore-not-found"
    ]
    _, calls = script(platform, "uninstall.sh", "--data")
    assert "delete namespace gpu-ci --ignore-not-found" in calls


PREFLIGHT = [
    ("NVIDIA A100, 40960, 570.1", "1", "16000", 0),
    ("NVIDIA A100, 40960, 570.1", "2", "0", 1),
    ("NVIDIA T4, 15360, 570.1", "1", "16000", 1),
    ("NVIDIA T4, 15360, 570.1\nNVIDIA T4, 15360, 570.1", "2", "15000", 0),
    (None, "1", "0", 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "gpus", "memory", "code"), PREFLIGHT)
def test_preflight(platform: Path, answer: str | None, gpus: str, memory: str, code: int) -> None:
    tools = platform.parent / "gpu-tools"
    tools.mkdir()
    (tools / "nvidia-smi").write_text("#!/bin/sh\n" + (f"cat <<'E'\n{answer}\nE\n" if answer else "exit 9\n"))
    (tools / "nvidia-smi").chmod(0o755)
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "GPUS": gpus, "MEMORY_MIB": memory}
    done = subprocess.run(["sh", str(platform / "gpu/gpu-preflight")], env=env, capture_output=True, text=True)
    assert done.returncode == code, done


def _run(name: str, age: float | None, pipeline: str = "p") -> dict[str, Any]:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age * 86400)) if age is not None else None
    labels = {"tekton.dev/pipeline": pipeline}
    return {"metadata": {"name": name, "labels": labels}, "status": {"completionTime": stamp} if stamp else {}}


@pytest.mark.slow
def test_clean_up(platform: Path, tmp_path: Path) -> None:
    """Old runs go, but not the newest of a Pipeline, nor what still runs; directories go with their runs."""
    runs = [_run("new", 1), _run("old-1", 40), _run("old-2", 50), _run("running", None), _run("only", 90, "q")]
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path.rsplit('/', 1)[-1]}")
            first = "continue" not in self.path
            body = {"items": runs[:3] if first else runs[3:], "metadata": {"continue": "more"} if first else {}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body if self.command == "GET" else {}).encode())

        do_GET = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    claims = tmp_path / "claims"
    for name in ("new", "old-2", "gone-old", "gone-new", ".jobs"):
        (claims / "c/shared-artifacts" / name).mkdir(parents=True)
    (claims / "c/gpu-cache/models").mkdir(parents=True)
    for place in (
        "c/shared-artifacts/gone-old",
        "c/shared-artifacts/old-2",
        "c/shared-artifacts/.jobs",
        "c/gpu-cache/models",
    ):
        os.utime(claims / place, (0, 0))
    (tmp_path / "account").mkdir()
    (tmp_path / "account/token").write_text("t")
    env = {
        **os.environ, "NAMESPACE": "gpu-ci", "KEEP_DAYS": "30", "KEEP_RUNS": "1", "CLAIMS": str(claims),
        "ACCOUNT": str(tmp_path / "account"), "SERVER": f"http://127.0.0.1:{server.server_port}",
    }  # fmt: skip
    program = [sys.executable, str(platform / "storage/clean_up.py")]
    done = subprocess.run(program, env=env, capture_output=True, text=True)
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    assert [call for call in asked if call.startswith("DELETE")] == ["DELETE old-1", "DELETE old-2"]
    left = {path.relative_to(claims).as_posix() for path in claims.glob("*/*/*")}
    assert left == {f"c/shared-artifacts/{name}" for name in ("new", "gone-new", ".jobs")} | {"c/gpu-cache/models"}


@pytest.mark.slow
def test_the_index_of_results(platform: Path, tmp_path: Path) -> None:
    site, artifacts = tmp_path / "site", tmp_path / "artifacts"
    site.mkdir()
    (artifacts / "claim" / "run <1>" / "artifacts" / "pages").mkdir(parents=True)
    (artifacts / "claim" / "run <1>" / "artifacts" / "pages" / "a b.html").write_text("x")
    (artifacts / "claim" / "run <1>" / "artifacts" / ".state").mkdir()
    (artifacts / "claim" / "run <1>" / "artifacts" / ".state" / "secret.html").write_text("x")
    env = {**os.environ, "SITE": str(site), "ARTIFACTS": str(artifacts)}
    subprocess.run([sys.executable, str(platform / "results/results_index.py"), "--once"], env=env, check=True)
    page = (site / "index.html").read_text()
    assert 'href="runs/claim/run%20%3C1%3E/artifacts/pages/a%20b.html"' in page
    assert "secret.html" not in page
    assert "run <1>" not in page
