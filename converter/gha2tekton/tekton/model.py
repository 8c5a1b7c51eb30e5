"""Tasks and Pipelines of ``tekton.dev/v1``, as much as is emitted; ``manifest()`` gives plain data for the writer.

https://tekton.dev/docs/pipelines/pipeline-api/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gha2tekton.record import Record, field

Manifest = dict[str, Any]

DOLLAR = "GHA_DOLLAR"
"""The variable of a container that holds this sign, for texts in which Tekton would take it for its own."""

PIPELINE_API = "tekton.dev/v1"


def compact(**fields: Any) -> Manifest:
    """A manifest without the fields that say nothing."""
    return {name: value for name, value in fields.items() if value or isinstance(value, int)}


def manifests(nodes: Iterable[Any]) -> list[Manifest]:
    return [node.manifest() for node in nodes]


def resources(limits: Mapping[str, str], requests: Mapping[str, str]) -> Manifest:
    """A container's. Requests that are the limits are said: a LimitRange's defaults would come before them."""
    same = {name: quantity for name, quantity in limits.items() if name in ("cpu", "memory")}
    return compact(limits=dict(limits), requests={**same, **requests})


class Param(Record, frozen=True):
    """A declared parameter; without ``default`` a run must give it."""

    name: str
    description: str = ""
    default: str | None = None

    def manifest(self) -> Manifest:
        default = {} if self.default is None else {"default": self.default}
        return compact(name=self.name, description=self.description) | default


class Result(Record, frozen=True):
    name: str
    description: str = ""
    type: str = ""

    def manifest(self) -> Manifest:
        return compact(name=self.name, description=self.description, type=self.type)


class Workspace(Record, frozen=True):
    """A workspace that a Task or Pipeline declares."""

    name: str
    description: str = ""
    mount_path: str = ""
    optional: bool = False

    def manifest(self) -> Manifest:
        out = compact(name=self.name, description=self.description, mountPath=self.mount_path)
        return out | ({"optional": True} if self.optional else {})


class EnvVar(Record, frozen=True):
    """A variable of a container: a value, or a key of a Secret or ConfigMap that may be absent."""

    name: str
    value: str = ""
    secret: tuple[str, str] | None = None
    config_map: tuple[str, str] | None = None

    def manifest(self) -> Manifest:
        if self.secret:
            reference = {"name": self.secret[0], "key": self.secret[1], "optional": True}
            return {"name": self.name, "valueFrom": {"secretKeyRef": reference}}
        if self.config_map:
            reference = {"name": self.config_map[0], "key": self.config_map[1], "optional": True}
            return {"name": self.name, "valueFrom": {"configMapKeyRef": reference}}
        return {"name": self.name, "value": self.value}


class EnvFrom(Record, frozen=True):
    """All keys of a Secret or ConfigMap that may be absent, as variables whose names begin with ``prefix``."""

    prefix: str
    secret: str = ""
    config_map: str = ""

    def manifest(self) -> Manifest:
        held = {"name": self.secret or self.config_map, "optional": True}
        return {"prefix": self.prefix, "secretRef" if self.secret else "configMapRef": held}


class Mount(Record, frozen=True):
    name: str
    path: str
    sub_path: str = ""
    read_only: bool = False

    def manifest(self) -> Manifest:
        out = compact(name=self.name, mountPath=self.path, subPath=self.sub_path)
        return out | ({"readOnly": True} if self.read_only else {})


class Container(Record, frozen=True):
    """A step or a sidecar; ``limits`` and ``requests`` are literal quantities, which Tekton never substitutes."""

    name: str
    image: str
    script: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[EnvVar, ...] = ()
    mounts: tuple[Mount, ...] = ()
    limits: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, str] = field(default_factory=dict)
    on_error: str = ""
    timeout: str = ""
    readiness: Manifest | None = None
    security: Manifest | None = None
    ports: tuple[int, ...] = ()
    env_from: tuple[EnvFrom, ...] = ()
    workspaces: tuple[tuple[str, str], ...] = ()
    """The Task's workspaces that it has, with the places where they are others than the Task says; without any, all."""

    def manifest(self) -> Manifest:
        texts = (*(one.value for one in self.env), *self.command, *self.args)
        sign = (EnvVar(DOLLAR, "$"),) if any(f"$({DOLLAR})" in text for text in texts) else ()
        return compact(
            name=self.name,
            image=self.image,
            workingDir=self.working_dir,
            onError=self.on_error,
            timeout=self.timeout,
            securityContext=self.security,
            computeResources=resources(self.limits, self.requests),
            ports=[{"containerPort": port} for port in self.ports],
            readinessProbe=self.readiness,
            workspaces=[compact(name=name, mountPath=place) for name, place in self.workspaces],
            envFrom=manifests(self.env_from),
            env=manifests((*sign, *self.env)),
            volumeMounts=manifests(self.mounts),
            command=list(self.command),
            args=list(self.args),
            script=self.script,
        )


class Task(Record, frozen=True):
    name: str
    steps: tuple[Container, ...]
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    params: tuple[Param, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    results: tuple[Result, ...] = ()
    volumes: tuple[Manifest, ...] = ()
    sidecars: tuple[Container, ...] = ()

    def manifest(self) -> Manifest:
        return {
            "apiVersion": PIPELINE_API,
            "kind": "Task",
            "metadata": compact(name=self.name, labels=dict(self.labels), annotations=dict(self.annotations)),
            "spec": compact(
                description=self.description,
                params=manifests(self.params),
                workspaces=manifests(self.workspaces),
                results=manifests(self.results),
                volumes=list(self.volumes),
                sidecars=manifests(self.sidecars),
                steps=manifests(self.steps),
            ),
        }


class Binding(Record, frozen=True):
    """A Task's workspace taken from one of the Pipeline's."""

    name: str
    workspace: str
    sub_path: str = ""

    def manifest(self) -> Manifest:
        return compact(name=self.name, workspace=self.workspace, subPath=self.sub_path)


class When(Record, frozen=True):
    input: str
    values: tuple[str, ...]
    operator: str = "in"

    def manifest(self) -> Manifest:
        return {"input": self.input, "operator": self.operator, "values": list(self.values)}


class PipelineTask(Record, frozen=True):
    name: str
    task: str
    run_after: tuple[str, ...] = ()
    timeout: str = ""
    on_error: str = ""
    when: tuple[When, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    matrix: Mapping[str, str] = field(default_factory=dict)
    """Params that fan out, each with the array it takes its values from."""
    workspaces: tuple[Binding, ...] = ()

    def manifest(self) -> Manifest:
        return compact(
            name=self.name,
            runAfter=list(self.run_after),
            when=manifests(self.when),
            onError=self.on_error,
            timeout=self.timeout,
            taskRef={"name": self.task},
            params=_values(self.params),
            matrix={"params": _values(self.matrix)} if self.matrix else None,
            workspaces=manifests(self.workspaces),
        )


class Pipeline(Record, frozen=True):
    name: str
    tasks: tuple[PipelineTask, ...]
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    params: tuple[Param, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    finally_: tuple[PipelineTask, ...] = ()

    def manifest(self) -> Manifest:
        return {
            "apiVersion": PIPELINE_API,
            "kind": "Pipeline",
            "metadata": compact(name=self.name, labels=dict(self.labels), annotations=dict(self.annotations)),
            "spec": compact(
                description=self.description,
                params=manifests(self.params),
                workspaces=manifests(self.workspaces),
                tasks=manifests(self.tasks),
                **{"finally": manifests(self.finally_)},
            ),
        }


def _values(params: Mapping[str, str]) -> list[Manifest]:
    return [{"name": name, "value": value} for name, value in params.items()]
