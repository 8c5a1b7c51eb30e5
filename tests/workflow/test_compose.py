"""Services of compose files, as compose itself reads them: a row for each way to write a key."""

from __future__ import annotations

from typing import Any

import pytest

from gha2tekton.source import Source
from gha2tekton.workflow.compose import ComposeError, Service, read_services
from gha2tekton.workflow.compose_keys import Health


def read(*texts: str, **variables: str) -> dict[str, Service]:
    sources = [Source(f"compose.{number}.yaml", text) for number, text in enumerate(texts)]
    return read_services(sources, variables, lambda name: Source(name, "services: {other: {image: o, user: me}}"))


KEYS: list[tuple[str, dict[str, Any]]] = [
    # what stands in the service s, what is read of it where X is 1, Y is empty and Z is not set
    ("image: '${REG:-quay.io}/a:${TAG:-${DEF:-9}}'", {"image": "quay.io/a:9"}),
    ("image: 'a:${X:?err}${X?err}'", {"image": "a:11", "unset": ()}),
    ("image: 'a:${Z:?must be set}'", {"unset": ("Z",)}),
    ("image: 'a:${Y:?must be set}'", {"unset": ("Y",)}),
    ("image: a, command: ['$$HOME', '${X:+yes}', '${Y:+no}', '${Y+set}', '${Z+no}', '${Y-no}', '${Z-dash}']",
     {"command": ("$HOME", "yes", "", "set", "", "", "dash")}),
    ("image: a, command: sh -c 'echo $X $$BAR'", {"command": ("sh", "-c", "echo 1 $BAR")}),
    ("image: a, entrypoint: /bin/sh -c, command: ''", {"entrypoint": ("/bin/sh", "-c"), "command": ()}),
    ("image: a, entrypoint: [], command: null", {"entrypoint": (), "command": None}),
    ("image: a, environment: {A: null, B: true, C: 1.5, D: '', X: null}", {"environment": {"B": "true", "C": "1.5", "D": ""}, "open_environment": {"A": None, "X": None}}),
    ("image: a, environment: ['A=1', 'X', 'C=$$', 'D=x=${Z}', 'E=${Q:-1}']", {"environment": {"A": "1", "C": "$"}, "open_environment": {"X": None, "D": "x=${Z}", "E": "${Q:-1}"}}),
    ("image: 'a:${T:-1}', user: '$$', command: [run, '$X'], environment: {A: $X}", {"pinned": (("a:${T:-1}", "a:1"), ("$X", "1"))}),
    ("image: a, env_file: .env", {"env_files": (".env",)}),
    ("image: a, env_file: [a.env, {path: b.env, required: false}, {path: c.env}]", {"env_files": ("a.env", "b.env?", "c.env")}),
    ("image: a, volumes: ['./a:/b:ro', 'data:/d:z', '.:/code:cached', '${DIR:-./q}:/q:ro,Z', '/anonymous']",
     {"volumes": (("./a", "/b"), ("data", "/d"), (".", "/code"), ("./q", "/q"), ("", "/anonymous"))}),
    ("image: a, volumes: [{type: bind, source: ./q, target: /q}, {type: tmpfs, target: /t}]", {"volumes": (("./q", "/q"), ("", "/t"))}),
    ("image: a, ports: ['8080:80', 3000, {target: 80, published: 8081}, {target: 5}]", {"ports": ("8080:80", "3000", "8081:80", "5")}),
    ("image: a, depends_on: [o]", {"depends_on": (("o", "service_started"),)}),
    ("image: a, depends_on: {o: {condition: service_healthy}, gone: {condition: service_started, required: false}}", {"depends_on": (("o", "service_healthy"),)}),
    ("image: a, healthcheck: {test: 'check || exit 1', interval: 1m30s, timeout: 10s, retries: '${N:-5}', start_period: 40s}",
     {"health": Health(("sh", "-c", "check || exit 1"), 90, 10, 5, 40)}),
    ("image: a, healthcheck: {test: [CMD, ready, '$$USER'], interval: 500ms}", {"health": Health(("ready", "$USER"), 1)}),
    ("image: a, healthcheck: {test: [CMD-SHELL, 'echo $X']}", {"health": Health(("sh", "-c", "echo 1"))}),
    ("image: a, healthcheck: {test: [NONE]}", {"health": None}),
    ("image: a, healthcheck: {disable: true, test: x}", {"health": None}),
    ("image: a, deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}", {"gpus": 2}),
    ("image: a, deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: '${N:-3}'}]}}}", {"gpus": 3}),
    ("image: a, deploy: {resources: {reservations: {devices: [{capabilities: [gpu], device_ids: ['0', '3']}]}}}", {"gpus": 2}),
    ("image: a, deploy: {resources: {reservations: {devices: [{capabilities: [tpu], count: 2}]}}}", {"gpus": None}),
    ("image: a, gpus: all", {"gpus": "all"}),
    ("image: a, gpus: [{driver: nvidia, count: 3}]", {"gpus": 3}),
    ("image: a, runtime: nvidia, environment: ['NVIDIA_VISIBLE_DEVICES=0,1']", {"gpus": 2}),
    ("image: a, runtime: nvidia", {"gpus": "all"}),
    ("image: a, extra_hosts: ['me:host-gateway', 'far:10.0.0.1'], hostname: h", {"hosts": ("h", "me"), "ignored": ("extra_hosts of far",)}),
    ("image: a, privileged: true, cap_add: [SYS_PTRACE]", {"privileged": True, "cap_add": ("SYS_PTRACE",), "ignored": ()}),
    ("image: a, mem_limit: 8g, tmpfs: /run, stop_signal: SIGINT, labels: [x]", {"differs": ("mem_limit", "tmpfs"), "ignored": ()}),
    ("image: a, deploy: {replicas: 2}, sysctls: {a: 1}, devices: [/dev/fuse, /dev/nvidia0]", {"ignored": ("2 containers", "device /dev/fuse", "sysctls")}),
    ("extends: {service: other, file: far.yaml}, image: a", {"image": "a", "user": "me"}),
    ("extends: o, environment: {B: 2}", {"image": "o", "environment": {"B": "2"}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), KEYS, ids=[row[0][:60] for row in KEYS])
def test_keys(text: str, wanted: dict[str, Any]) -> None:
    service = read(f"services: {{s: {{{text}}}, o: {{image: o}}}}", X="1", Y="")["s"]
    assert {key: getattr(service, key) for key in wanted} == wanted


MERGED: list[tuple[str, str, dict[str, Any]]] = [
    ("command: [a, b]", "command: [c]", {"command": ("c",)}),
    ("healthcheck: {test: [CMD, a], retries: 7}", "healthcheck: {test: [CMD, b]}", {"health": Health(("b",), retries=7)}),
    ("environment: [A=1, B=2]", "environment: {B: 3}", {"environment": {"A": "1", "B": "3"}}),
    ("volumes: ['./x:/x', './k:/k']", "volumes: ['./y:/x:ro', 'v:/v']", {"volumes": (("./k", "/k"), ("./y", "/x"), ("v", "/v"))}),
    ("env_file: a.env", "env_file: [b.env]", {"env_files": ("a.env", "b.env")}),
    ("depends_on: [o]", "depends_on: {p: {condition: service_healthy}}", {"depends_on": (("o", "service_started"), ("p", "service_healthy"))}),
    ("ports: ['1:1']", "ports: ['1:1', '2:2']", {"ports": ("1:1", "2:2")}),
    ("image: a", "image: b", {"image": "b"}),
]  # fmt: skip


@pytest.mark.parametrize(("under", "over", "wanted"), MERGED, ids=[row[1][:40] for row in MERGED])
def test_files_over_files(under: str, over: str, wanted: dict[str, Any]) -> None:
    others = "o: {image: o}, p: {image: p}"
    service = read(f"services: {{s: {{{under}}}, {others}}}", f"services: {{s: {{{over}}}}}")["s"]
    assert {key: getattr(service, key) for key in wanted} == wanted


def test_tags_of_compose_are_no_faults_of_the_file() -> None:
    with pytest.raises(ComposeError, match="!reset") as caught:
        read("services: {s: {image: a, ports: !reset []}}")
    assert type(caught.value) is ComposeError


REFUSED = [
    # what stands in the service s, where, and what is said of it
    ("ports: 80", "1:23", "services.s.ports must be a list"),
    ("environment: A=1", "1:29", "services.s.environment must be a list or a mapping"),
    ("cap_add: ALL", "1:25", "services.s.cap_add must be a list"),
    ("command: {a: b}", "1:25", "services.s.command must be one value or a list"),
    ("deploy: all", "1:24", "services.s.deploy must be a mapping"),
    ("deploy: {resources: {reservations: {devices: [{device_ids: 0}]}}}", "1:75", "services.s.deploy.resources.reservations.devices.device_ids must be a list"),
    ("build: {args: 3}", "1:30", "services.s.build.args must be a list or a mapping"),
    ("volumes: [[a]]", "1:26", "services.s.volumes must be one value or a mapping"),
    ("networks: {n: {aliases: me}}", "1:40", "services.s.networks.n.aliases must be a list"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "wanted"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_what_compose_refuses(text: str, place: str, wanted: str) -> None:
    with pytest.raises(ComposeError) as caught:
        read(f"services: {{s: {{{text}}}}}")
    assert str(caught.value) == f"compose.0.yaml:{place}: {wanted}"


@pytest.mark.parametrize(
    "text", ["include: compose.yml\nservices: {}", "services: [a]", "services: {a: b}", "include: {a: b}"]
)
def test_files_that_compose_refuses(text: str) -> None:
    with pytest.raises(ComposeError, match=r"^compose\.0\.yaml:1:\d+: "):
        read(text)


def test_words_that_no_shell_could_read() -> None:
    with pytest.raises(ComposeError, match="service s: No closing quotation in echo 'a"):
        read('services: {s: {command: "echo \'a"}}')


@pytest.mark.parametrize(("text", "wanted"), [
    ("env_file: 3", {"env_files": ("3",)}),
    ("tmpfs: 3", {"shm_size": ""}),
    ("extra_hosts: [alone]", {"ignored": ("extra_hosts of alone",)}),
    ("healthcheck: {test: [CMD, a], interval: 1.2.3s}", {"health": Health(("a",), 2)}),
])  # fmt: skip
def test_values_that_say_little(text: str, wanted: dict[str, Any]) -> None:
    service = read(f"services: {{s: {{{text}}}}}")["s"]
    assert {key: getattr(service, key) for key in wanted} == wanted
