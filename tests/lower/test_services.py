"""What docker's options make of a service, and services that no sidecar can be."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conversion import convert

JOB = """\
on: push
jobs:
  a:
    runs-on: {machine}
    services: {{s: {{image: a, {keys}}}}}
    steps: [{{run: ls}}]
"""
GIVEN: list[tuple[str, str, dict[str, Any]]] = [
    ("--entrypoint redis-server", "exact", {"command": ["redis-server"]}),
    ("-e A=1 --env 'B=$(x)'", "exact", {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$$(x)"}]}),
    ("--user 1000:50 -w /srv", "exact", {"securityContext": {"runAsUser": 1000, "runAsGroup": 50}, "workingDir": "/srv"}),
    ("--user root --cap-add IPC_LOCK", "exact", {"securityContext": {"runAsUser": 0, "capabilities": {"add": ["IPC_LOCK"]}}}),
    ("--privileged", "exact", {"securityContext": {"privileged": True}}),
    ("--health-cmd 'a b' --no-healthcheck", "exact", {}),
    ("--mount type=tmpfs,destination=/var/lib/mysql -v d:/data", "dropped", {}),
    ("--memory 1g --entrypoint x", "adapted", {"command": ["x"]}),
]  # fmt: skip


def sidecar(keys: str, machine: str = "ubuntu-latest") -> tuple[dict[str, Any], set[str], str]:
    """The sidecar, the fates of what the service is given, and the script of the job's Task."""
    done = convert(JOB.format(keys=keys, machine=machine))
    (task,) = [held[0]["spec"] for name, held in done.bundle.files.items() if name.startswith("tasks/")]
    fates = {str(one.fate) for one in done.journal.outcomes() if one.path.startswith("jobs.a.services.s.")}
    return next(iter(task.get("sidecars", [])), {}), fates, task["steps"][0]["script"]


@pytest.mark.parametrize(("options", "fate", "wanted"), GIVEN)
def test_options_of_docker_are_those_of_the_sidecar(options: str, fate: str, wanted: dict[str, Any]) -> None:
    made, fates, _ = sidecar(f'options: "{options}"')
    assert made == {"name": "s", "image": "a", **wanted}
    assert fates == {"exact", fate}


def test_a_variable_of_the_service_stands_above_that_of_its_options() -> None:
    made, _, _ = sidecar("options: -e A=1 -e B=2, env: {A: 3}")
    assert made["env"] == [{"name": "B", "value": "2"}, {"name": "A", "value": "3"}]


def test_names_that_the_options_give_lead_to_the_service() -> None:
    done = convert(JOB.format(keys="options: --network-alias elastic --hostname es", machine="ubuntu-latest"))
    names = [spec["podTemplate"] for spec in done.bundle.files["pipeline.yaml"][0]["spec"].get("taskRunSpecs", [])]
    runs = [held[0] for name, held in done.bundle.files.items() if name.startswith("runs/")]
    assert "elastic" in str(names) + str(runs)


IMPOSSIBLE = [
    "options: '--add-host a:1.2.3.4'",
    "options: --gpus all",
    "options: --user nobody",
    "options: '${{ vars.OPTIONS }}'",
    "command: '${{ vars.COMMAND }}'",
    "volumes: ['/data:/data']",
]


@pytest.mark.parametrize("keys", IMPOSSIBLE)
def test_a_service_that_no_sidecar_can_be_makes_its_job_fail(keys: str) -> None:
    made, fates, script = sidecar(keys)
    assert (made, fates) == ({}, {"manual"})
    assert "service s cannot be a sidecar" in script
    assert script.endswith("exit 1\n")


def test_a_directory_of_a_machine_of_ones_own_is_a_claim() -> None:
    made, fates, _ = sidecar("volumes: ['/data/x:/y'], options: '-v /data/z:/z:ro'", "self-hosted")
    assert fates == {"exact", "adapted"}
    assert [one["mountPath"] for one in made["volumeMounts"]] == ["/y", "/z"]
