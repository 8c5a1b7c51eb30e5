"""Every leaf of a compose file that a script starts has a row, and what the row says holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conversion import RULES

from gha2tekton.ablation import ablate
from gha2tekton.convert import Options, convert
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository

COMPOSE = """
name: shop
x-common: &common
  restart: always
services:
  web:
    <<: *common
    image: python:3.12
    command: [python, -m, http.server]
    environment: {COLOUR: red, NVIDIA_VISIBLE_DEVICES: all}
    ports: ["8000:8000"]
    hostname: shop
    volumes: [./data:/data, /scratch]
    depends_on: {store: {condition: service_started}}
    healthcheck: {test: [CMD, "true"], interval: 30s, retries: 7, timeout: 4s}
    mem_limit: 1g
    labels: {a: b}
    ipc: host
    shm_size: 2g
    deploy: {resources: {limits: {cpus: 2}, reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
  store: {image: redis:7, command: redis-server, shm_size: 1g, build: ., user: "1000"}
  other: {image: nginx}
networks: {own: {driver: bridge}}
"""
ROWS = {
    "name": "dropped",
    "x-common.restart": "dropped",
    'services.web["<<"].restart': "dropped",
    "services.web.image": "exact",
    "services.web.command[0]": "exact",
    "services.web.command[1]": "exact",
    "services.web.command[2]": "exact",
    "services.web.environment.COLOUR": "exact",
    "services.web.environment.NVIDIA_VISIBLE_DEVICES": "dropped",
    "services.web.ports[0]": "dropped",
    "services.web.hostname": "exact",
    "services.web.volumes[0]": "exact",
    "services.web.volumes[1]": "dropped",
    "services.web.depends_on.store.condition": "exact",
    "services.web.healthcheck.test[0]": "exact",
    "services.web.healthcheck.test[1]": "exact",
    "services.web.healthcheck.interval": "exact",
    "services.web.healthcheck.retries": "exact",
    "services.web.healthcheck.timeout": "dropped",
    "services.web.mem_limit": "dropped",
    "services.web.labels.a": "dropped",
    "services.web.ipc": "exact",
    "services.web.shm_size": "dropped",
    "services.web.deploy.resources.limits.cpus": "dropped",
    "services.web.deploy.resources.reservations.devices[0].driver": "dropped",
    "services.web.deploy.resources.reservations.devices[0].count": "exact",
    "services.web.deploy.resources.reservations.devices[0].capabilities[0]": "dropped",
    "services.store.image": "exact",
    "services.store.command": "exact",
    "services.store.shm_size": "exact",
    "services.store.build": "dropped",
    "services.store.user": "exact",
    "services.other.image": "dropped",
    "networks.own.driver": "dropped",
}
STEPS = "[{uses: actions/checkout@v4}, {run: docker compose up -d web && docker compose exec web ls}]"
WORKFLOW = Source("x.yml", f"on: push\njobs: {{a: {{runs-on: ubuntu-latest, steps: {STEPS}}}}}\n")


@pytest.mark.slow
def test_rows(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    repository, rules = Repository(tmp_path), RULES
    outcomes = convert(WORKFLOW, repository, rules, Options()).journal.outcomes()
    found = {one.path.partition("#")[2]: one.fate for one in outcomes if one.path.startswith("compose.yaml#")}
    assert found == ROWS
    finding = ablate(WORKFLOW, repository, rules, Options())
    assert [(one.path, one.why) for one in finding.silent] == []


def test_what_is_to_start_with_a_service_that_cannot_be_is_not_said_to_be_unused(tmp_path: Path) -> None:
    """By hand is all that a command would start, and what this extends; none of it is told to be started by nothing."""
    base = "base: {image: c}, idle: {image: d}"
    (tmp_path / "compose.yaml").write_text(
        f"services: {{web: {{extends: base, configs: [x]}}, after: {{image: b, depends_on: [web]}}, {base}}}\n"
    )
    run = "[{run: docker compose up -d after}]"
    workflow = Source("x.yml", f"on: push\njobs: {{a: {{runs-on: ubuntu-latest, steps: {run}}}}}\n")
    rows = {one.path: one.fate for one in convert(workflow, Repository(tmp_path), RULES, Options()).journal.outcomes()}
    fates = [rows[f"compose.yaml#services.{name}.image"] for name in ("after", "base", "idle")]
    assert fates == ["manual", "manual", "dropped"]


SHARED = [
    ("tmpfs: [/dev/shm:size=2g, /run]", "tmpfs[0]", "exact", ["2g"]),
    ("tmpfs: /dev/shm", "tmpfs", "exact", ["host"]),
    ("volumes: [/dev/shm:/dev/shm]", "volumes[0]", "exact", ["host"]),
    ("tmpfs: [/run:size=2g]", "tmpfs[0]", "dropped", []),
    ("ipc: shareable", "ipc", "dropped", []),
]


@pytest.mark.parametrize(("key", "path", "fate", "sizes"), SHARED)
def test_shared_memory_of_a_service(tmp_path: Path, key: str, path: str, fate: str, sizes: list[str]) -> None:
    (tmp_path / "compose.yaml").write_text(f"services: {{web: {{image: a, command: x, {key}}}}}\n")
    done = convert(WORKFLOW, Repository(tmp_path), RULES, Options())
    rows = [one.fate for one in done.journal.outcomes() if one.path == f"compose.yaml#services.web.{path}"]
    tasks = [held[0]["spec"] for name, held in done.bundle.files.items() if name.startswith("tasks/")]
    volumes = [volume["emptyDir"] for task in tasks for volume in task["volumes"] if volume["name"] == "dshm"]
    wanted = [{"medium": "Memory"} | ({"sizeLimit": "2Gi"} if size == "2g" else {}) for size in sizes]
    assert (rows, volumes) == ([fate], wanted)


def test_a_service_that_cannot_be_is_by_hand(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {build: ., working_dir: /x}}\n")
    outcomes = convert(WORKFLOW, Repository(tmp_path), RULES, Options()).journal.outcomes()
    rows = [(one.fate, one.reason, one.span.line) for one in outcomes if one.path == "compose.yaml#services.web.build"]
    reason = "service web is built from .: push its image and name it in the compose file, or name a registry with "
    assert [(fate, why.partition("--build-registry")[0], line) for fate, why, line in rows] == [("manual", reason, 1)]
