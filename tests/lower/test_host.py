"""Directories that the machine of a self-hosted runner keeps: claims in their place, which a person makes and fills."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests import conversion

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.plan.build import PlanOptions
from gha2tekton.plan.host_directories import Bind, bind


def convert(jobs: str, root: Path | None = None, **options: Any) -> Conversion:
    text = "on: push\njobs:\n" + textwrap.indent(textwrap.dedent(jobs), "  ")
    return conversion.convert(text, root, Options(PlanOptions(**options)))


def job(script: str, runner: str = "[self-hosted, gpu]") -> str:
    return f"a:\n  runs-on: {runner}\n  steps:\n  - run: |\n{textwrap.indent(script, ' ' * 6)}\n"


def task(conversion: Conversion, name: str = "tasks/ci-a.yaml") -> dict[str, Any]:
    spec: dict[str, Any] = conversion.bundle.files[name][0]["spec"]
    return spec


def claims(spec: dict[str, Any]) -> dict[str, bool]:
    """The claims of a Task, and whether they are only read."""
    found = [one["persistentVolumeClaim"] for one in spec["volumes"] if "persistentVolumeClaim" in one]
    return {one["claimName"]: one.get("readOnly", False) for one in found}


def places(container: dict[str, Any]) -> dict[str, str]:
    """Where a container has what of the claims."""
    mounts = [one for one in container.get("volumeMounts", ()) if one["name"].startswith("runner-")]
    return {one["mountPath"]: "/".join(filter(None, (one["name"], one.get("subPath")))) for one in mounts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a:/b", Bind("/a", "/b")),
        ("/a:/b:ro", Bind("/a", "/b", True)),
        ("/a:/b:z,ro", Bind("/a", "/b", True)),
        ("type=bind,source=/a,target=/b,readonly", Bind("/a", "/b", True)),
        ("src=/a,dst=/b", Bind("/a", "/b")),
        ("type=bind,source=/a,destination=/b,ro=false", Bind("/a", "/b")),
        ("/b", Bind("", "/b")),
    ],
)
def test_what_a_mount_says(text: str, expected: Bind) -> None:
    assert bind(text) == expected


CALLS: list[tuple[str, str, dict[str, bool]]] = [
    ("docker run -v /data/models:/models python:3.12 ls", "adapted", {"runner-data-models": False}),
    ("docker run -v /data/models/:/models:ro python:3.12 ls", "adapted", {"runner-data-models": True}),
    ("docker run --mount type=bind,src=/mnt/nfs/x,dst=/x python:3.12 ls", "adapted", {"runner-mnt-nfs-x": False}),
    ("docker run -v /data:/d:ro -v /data/out:/out -v /data-2:/e python:3.12 ls", "adapted",
     {"runner-data": False, "runner-data-2": False}),
    ("docker run -v /opt/site/config.json:/config.json:ro python:3.12 ls", "adapted", {"runner-opt-site": True}),
    ("docker run -v $HOME/.cache/hf:/cache python:3.12 ls", "adapted", {}),
    ("docker run -v ~/.cache:/cache python:3.12 ls", "adapted", {}),
    ("docker run -v /etc/passwd:/etc/passwd:ro python:3.12 ls", "adapted", {}),
    ("docker run -v /tmp/x:/x python:3.12 ls", "exact", {}),
    ("docker run -v $PWD:/x -v ./data:/data -v cache:/cache python:3.12 ls", "exact", {}),
    ("docker run -v ${{ github.workspace }}/x:/x python:3.12 ls", "exact", {}),
]  # fmt: skip


@pytest.mark.parametrize(("script", "fate", "expected"), CALLS)
def test_calls(script: str, fate: str, expected: dict[str, bool]) -> None:
    converted = convert(job(script))
    row = next(one for one in converted.journal.outcomes() if ".commands[0]" in one.path)
    assert (row.fate, claims(task(converted))) == (fate, expected)
    assert [one.name for one in converted.journal.setup if one.kind == "data"] == list(expected)


def test_steps_and_sidecars_have_them_in_the_same_places() -> None:
    spec = task(convert(job("docker run -v /data:/models python:3.12 ls /models")))
    assert [places(one) for one in (*spec["steps"], *spec["sidecars"])] == [{"/data": "runner-data"}] * 2
    assert {"name": "GHA_SHARED", "value": "/data\n"} in spec["steps"][0]["env"]


def test_a_daemon_has_them_too() -> None:
    spec = task(convert(job("docker run -v /data:/models python:3.12 ls /models"), docker="dind"))
    assert [places(one) for one in spec["sidecars"]] == [{"/data": "runner-data"}]


def test_none_on_the_machines_of_github() -> None:
    converted = convert(job("docker run -v /data:/models python:3.12 ls /models", "ubuntu-latest"))
    assert claims(task(converted)) == {}


def test_legs_on_both_kinds_of_machine() -> None:
    text = """
        a:
          strategy:
            matrix:
              machine: [ubuntu-latest, self-hosted]
          runs-on: ${{ matrix.machine }}
          steps:
          - run: docker run -v /data:/models python:3.12 ls /models
        """
    assert claims(task(convert(text))) == {"runner-data": False}


def test_containers_of_the_workflow() -> None:
    text = """
        a:
          runs-on: self-hosted
          container:
            image: python:3.12
            options: -v /data/hf:/root/.cache:ro
            volumes: ["/data/settings.json:/etc/settings.json"]
          services:
            db:
              image: postgres:16
              volumes: ["/srv/pg:/var/lib/postgresql/data", "named:/other"]
          steps:
          - run: ls
        b:
          runs-on: self-hosted
          steps:
          - run: docker run -v /data/hf/one:/one:ro python:3.12 ls
        """
    converted = convert(text)
    spec = task(converted)
    assert places(spec["steps"][0]) == {
        "/root/.cache": "runner-data/hf",
        "/etc/settings.json": "runner-data/settings.json",
    }
    assert places(spec["sidecars"][0]) == {"/var/lib/postgresql/data": "runner-srv-pg"}
    assert claims(task(converted, "tasks/ci-b.yaml")) == {"runner-data": True}
    fates = {one.path: one.fate for one in converted.journal.outcomes()}
    assert fates["jobs.a.container.options"] == fates["jobs.a.container.volumes[0]"] == "adapted"
    assert (fates["jobs.a.services.db.volumes[0]"], fates["jobs.a.services.db.volumes[1]"]) == ("adapted", "dropped")


def test_services_of_compose_files(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(
        textwrap.dedent("""
            services:
              app:
                image: nginx
                volumes:
                  - /srv/www:/usr/share/nginx/html:ro
                  - {type: bind, source: /data, target: /data}
                  - ./here:/here
            """)
    )
    converted = convert(job("docker compose up -d"), root=tmp_path)
    assert claims(task(converted)) == {"runner-data": False, "runner-srv-www": False}
    rows = {one.path: one.fate for one in converted.journal.outcomes() if one.path.startswith("compose.yml#")}
    assert [path.partition("volumes")[2] for path, fate in rows.items() if fate == "adapted"] == ["[0]", "[1].source"]


EXTERNAL = [
    # what is said of the volume, what scripts make before, and the claims of the Task
    ("{external: true}", "true", ["runner-var-lib-docker-volumes-models-data"]),
    ("{external: true, name: all-models}", "true", ["runner-var-lib-docker-volumes-all-models-data"]),
    ("{external: {name: old-models}}", "true", ["runner-var-lib-docker-volumes-old-models-data"]),
    ("{external: true}", "docker volume create models", []),
    (
        "{external: true, name: all-models}",
        "docker volume create models",
        ["runner-var-lib-docker-volumes-all-models-data"],
    ),
    ("{external: false}", "true", []),
    ("{name: external}", "true", []),
]


@pytest.mark.parametrize(("said", "before", "expected"), EXTERNAL)
@pytest.mark.parametrize("mount", ["models:/models", "{type: volume, source: models, target: /models}"])
def test_volumes_that_are_made_already_are_of_the_machine(
    said: str, before: str, expected: list[str], mount: str, tmp_path: Path
) -> None:
    text = f"services: {{s: {{image: 'python:3.12', command: sleep 9, volumes: [{mount}]}}}}\nvolumes: {{models: {said}}}\n"
    (tmp_path / "compose.yaml").write_text(text)
    done = convert(job(f"{before}\ndocker compose up -d"), tmp_path)
    assert list(claims(task(done))) == expected
    rows = {one.path: one.fate for one in done.journal.outcomes() if one.path.startswith("compose.yaml#")}
    assert ("adapted" in rows.values()) == bool(expected)
    assert all(
        (fate == "exact") == bool(expected) for path, fate in rows.items() if path.startswith("compose.yaml#volumes")
    )
