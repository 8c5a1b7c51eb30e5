"""The platform is built by kustomize, and Kubernetes and Tekton take what is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conformance.judge import admit, admit_triggers, kustomize, refusals

from gha2tekton.cli import cli
from gha2tekton.manifests import dump
from gha2tekton.yaml import documents

pytestmark = pytest.mark.conformance
GUIDE = Path(__file__).parents[2] / "fixtures" / "guides" / "gpu-notebook" / "repository" / ".github" / "workflows"
OPTIONS: list[list[str]] = [
    [],
    ["--no-monitoring", "--gpu-resource", "nvidia.com/mig-1g.5gb"],
    ["--host", "results.example.org", "--ingress-class", "nginx", "--operators", "team:ci", "--viewers", "all",
     "--provisioner", "filestore.csi.storage.gke.io", "--storage-class", "fast", "--shared", "--gpu-product", "A100",
     "--gpu-memory", "40000", "--secret-store", "vault", "--publish", "s3://bucket/ci"],
    ["--publish", "oci://registry.example.org/ci", "--gpu-label", "accelerator=t4"],
    ["--results", "--block-metadata", "--monitoring-label", "release=prometheus", "--gpu-driver", "570"],
]  # fmt: skip


@pytest.mark.parametrize("words", OPTIONS)
def test_the_platform_is_accepted(words: list[str], tmp_path: Path) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    out = tmp_path / "platform"
    made = CliRunner().invoke(cli, ["platform", str(GUIDE), "-o", str(out), *words])
    assert made.exit_code == 0, made.output
    built = kustomize(out)
    (tmp_path / "built.yaml").write_text(built, encoding="utf-8")
    assert not refusals(admit(tmp_path / "built.yaml"))
    manifests = documents(built, "built")
    assert not refusals(admit(out / "storage" / "preload-run.yaml"))
    (preflight,) = documents((out / "gpu" / "preflight.yaml").read_text(encoding="utf-8"), "preflight")
    for manifest in (*manifests, preflight):
        group = manifest["apiVersion"].rpartition("/")[0]
        if not group.endswith(("tekton.dev", "coreos.com", "external-secrets.io")):
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    namespaced = [m for m in manifests if m["kind"] not in ("Namespace", "PriorityClass", "StorageClass")]
    assert {m["metadata"]["namespace"] for m in namespaced} == {"gpu-ci"}
    program = next(m for m in manifests if m["kind"] == "ConfigMap" and m["metadata"]["name"] == "clean-up")
    assert "def main()" in program["data"]["clean_up.py"]


def test_each_part_can_be_taken_alone(tmp_path: Path) -> None:
    out = tmp_path / "platform"
    words = ["--host", "r.example.org", "--secret-store", "vault", "--publish", "s3://bucket/ci"]
    assert CliRunner().invoke(cli, ["platform", str(GUIDE), "-o", str(out), *words]).exit_code == 0
    top = out / "kustomization.yaml"
    (whole,) = documents(top.read_text(encoding="utf-8"), "top")
    everything = {(m["kind"], m["metadata"]["name"]) for m in documents(kustomize(out), "built")}
    seen: set[tuple[str, str]] = set()
    for part in (None, *whole["components"]):
        top.write_text(dump([{**whole, "components": [part] if part else []}]), encoding="utf-8")
        seen |= {(m["kind"], m["metadata"]["name"]) for m in documents(kustomize(out), "built")}
    assert seen == everything


def test_bundles_with_the_nodes_of_the_platform_are_accepted(tmp_path: Path) -> None:
    """The overlay builds over the bundle, its template is admitted, and the runs ask for the nodes."""
    bundle, out = tmp_path / "bundle", tmp_path / "platform"
    CliRunner().invoke(cli, ["convert", str(GUIDE), "-o", str(bundle), "--namespace", "gpu-ci"])
    words = ["platform", str(bundle), "-o", str(out), "--gpu-memory", "40000", "--gpu-product", "A100", "--shared"]
    words += ["--storage-class", "efs", "--cache-path", "/datasets"]
    assert CliRunner().invoke(cli, words).exit_code == 0
    (overlay,) = (out / "runs").iterdir()
    built = tmp_path / "built" / "all.yaml"
    built.parent.mkdir()
    built.write_text(kustomize(overlay), encoding="utf-8")
    assert not refusals(admit_triggers(built.parent))
    assert not refusals(admit(overlay / "gpu-scientific-computing-run.yaml"))
    built_objects = documents(built.read_text(), "built")
    assert not refusals(admit(built.parent))
    (claim,) = (m["spec"] for m in built_objects if m["kind"] == "PersistentVolumeClaim")
    assert (claim["accessModes"], claim["storageClassName"]) == (["ReadWriteMany"], "efs")
    (template,) = (m for m in built_objects if m["kind"] == "TriggerTemplate")
    for run in template["spec"]["resourcetemplates"]:
        pod = run["spec"]["taskRunTemplate"]["podTemplate"]
        assert (pod["priorityClassName"], "affinity" in pod, "tolerations" in pod) == ("gpu-runs", True, True)
        # The product is a selector: Tekton's affinity assistant reads no other part of it.
        assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true", "nvidia.com/gpu.product": "A100"}
