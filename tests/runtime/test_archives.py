"""docker save, docker load and the archives of builds, with buildah itself where it is installed."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.runtime.machine import Machine
from tests.runtime.test_containers import Pod, Services

BUILDER = "builder\tbuilder\tmaker\n"


def names(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        (image,) = json.load(manifest)
        return [name.removeprefix("docker.io/library/") for name in image["RepoTags"]]


@pytest.fixture
def storage(directory: Path) -> dict[str, str]:
    """The images of one Pod's builder."""
    if shutil.which("buildah") is None or os.geteuid() != 0:
        pytest.skip("buildah is not here, or who runs it is not root")
    file = directory / "storage.conf"
    file.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{directory}/root"\nrunroot = "{directory}/runs"\n')
    return {"CONTAINERS_STORAGE_CONF": str(file)}


def buildah(storage: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        ["buildah", *words], env={**os.environ, **storage}, check=True, capture_output=True, text=True
    )
    return done.stdout


PACKERS = {"": "cat", ".gz": "gzip", ".xz": "xz", ".zst": "zstd", ".bz2": "bzip2"}


@pytest.mark.slow
def test_an_image_goes_from_job_to_job(machine: Machine, directory: Path, storage: dict[str, str]) -> None:
    pod = Pod(machine, directory)
    state = {"GHA_STATE": str(directory)}
    (pod.workspace / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    archive = directory / "elsewhere" / "app.tar"
    archive.parent.mkdir()
    with Services(pod, BUILDER, maker=storage):
        assert pod.docker("build", "-t", "app:1", ".", **state).code == 0
        ended = pod.docker("save", "-o", str(archive), "app:1", **state)
        assert (ended.code, ended.out) == (0, ""), ended
        assert "app:1" in names(archive.read_bytes())
        several = pod.docker("save", "app:1", "app:2", **state)
        assert (several.code, "each by itself" in several.err) == (125, True), several
        for suffix, packer in PACKERS.items():
            buildah(storage, "rmi", "-a", "-f")
            if shutil.which(packer) is None:
                continue
            packed = archive.with_name(f"packed{suffix}")
            packed.write_bytes(subprocess.run([packer], input=archive.read_bytes(), capture_output=True).stdout)
            ended = pod.docker("image", "load", "--input", str(packed), **state)
            assert (ended.code, ended.out) == (0, "Loaded image: app:1\n"), ended
            assert "library/app" in buildah(storage, "images")
        missing = pod.docker("load", "-i", "none.tar", **state)
        assert (missing.code, missing.err) == (1, "open none.tar: no such file or directory\n")
        assert not list((directory / "handoff").glob("passage.*"))


@pytest.mark.slow
def test_archives_in_pipes(machine: Machine, directory: Path, storage: dict[str, str]) -> None:
    pod = Pod(machine, directory)
    (pod.workspace / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    docker = " ".join([*machine.shell, str(machine.runtime / "docker")])
    with Services(pod, BUILDER, maker=storage):
        script = f"{docker} build -q -t app . > /dev/null && {docker} save app | gzip > app.tar.gz && {docker} load < app.tar.gz"
        environment = machine.environment({**pod.variables, "GHA_STATE": str(directory)})
        done = subprocess.run(["sh", "-c", script], env=environment, cwd=pod.workspace, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, "Loaded image: app:latest\n"), done


@pytest.mark.slow
@pytest.mark.parametrize("form", ["docker", "oci"])
def test_what_a_build_gives_out(machine: Machine, directory: Path, storage: dict[str, str], form: str) -> None:
    pod = Pod(machine, directory)
    (pod.workspace / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    file = directory / "elsewhere.tar"
    with Services(pod, BUILDER, maker=storage):
        for tags in (["-t", "app:1"], ["-t", "app:1", "-t", "app:2"], []):
            file.unlink(missing_ok=True)
            ended = pod.docker("build", *tags, f"--output=type={form},dest={file}", ".", GHA_STATE=str(directory))
            assert (ended.code, "none of its other names" in ended.err) == (0, len(tags) > 2), ended
            with tarfile.open(file) as tar:
                assert {"docker": "manifest.json", "oci": "index.json"}[form] in tar.getnames()
        words = [*machine.shell, str(machine.runtime / "docker"), "build", "-t", "app:1", "-o", f"type={form},dest=-", "."]
        environment = machine.environment({**pod.variables, "GHA_STATE": str(directory)})
        done = subprocess.run(words, env=environment, cwd=pod.workspace, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            assert tar.getnames(), done.stderr


@pytest.mark.slow
def test_archives_without_a_builder_are_caches(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    assert pod.docker("save", "-oapp.tar", "app").code == 0
    assert (pod.workspace / "app.tar").read_bytes() == b""
    assert pod.docker("load", "-i", "app.tar").err == "docker load: no effect in Tekton\n"
