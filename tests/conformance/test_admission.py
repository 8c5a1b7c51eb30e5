"""What fixtures expect to be written is accepted by Tekton, newest and oldest supported, and by Kubernetes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.fixture_outputs import EXPECTED, RUNTIME, named
from tests.conformance.judge import admit, kustomize, refusals, resolve

pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("built_judges")]
each_output = pytest.mark.parametrize("directory", named(EXPECTED))


def test_there_are_outputs_to_judge() -> None:
    assert EXPECTED


@each_output
@pytest.mark.parametrize("oldest", [False, True], ids=["newest", "oldest"])
def test_tekton_admits_all(directory: Path, oldest: bool) -> None:
    assert not refusals(admit(directory, oldest=oldest))


@each_output
def test_runs_resolve(directory: Path) -> None:
    verdicts = resolve(directory)
    assert verdicts, "neither PipelineRun nor Pipeline"
    assert not refusals(verdicts)


@each_output
def test_kustomize_builds_what_tekton_admits(directory: Path, tmp_path: Path) -> None:
    bundle = shutil.copytree(directory, tmp_path / "bundle")
    shutil.copy(RUNTIME, bundle / RUNTIME.name)
    built = tmp_path / "all.yaml"
    built.write_text(kustomize(bundle), encoding="utf-8")
    assert not refusals(admit(built))
    assert not refusals(resolve(built, directory / "runs"))


@each_output
def test_kubernetes_schemas_accept_core_kinds(directory: Path) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    for file, manifest in core_manifests(directory):
        try:
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.ValidationError as wrong:
            pytest.fail(f"{file.name} {manifest['kind']}: {wrong.message} at {list(wrong.absolute_path)}")


def core_manifests(directory: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Documents of groups that are Kubernetes' own."""
    yaml = pytest.importorskip("yaml", reason="pip install PyYAML")
    for file in sorted(directory.rglob("*.yaml")):
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            group = str((manifest or {}).get("apiVersion", "")).rpartition("/")[0]
            if "tekton.dev" not in group and "kustomize" not in group and "kind" in (manifest or {}):
                yield file, manifest
