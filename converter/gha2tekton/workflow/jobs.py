"""Jobs, and everything a job says of where it runs."""

from __future__ import annotations

from collections.abc import Sequence as SequenceABC

from gha2tekton.source import Span
from gha2tekton.workflow.model import (
    Concurrency,
    Container,
    Defaults,
    Environment,
    Job,
    MatrixValue,
    RunsOn,
    Strategy,
    Value,
)
from gha2tekton.workflow.reader import Reader, child, is_null, leaves
from gha2tekton.workflow.steps import check_id, read_steps, read_uses
from gha2tekton.yaml import Mapping, Node, Scalar, Sequence

_JOB = (
    "name needs if runs-on strategy env defaults outputs steps timeout-minutes cancel-timeout-minutes continue-on-error "
    "container services environment permissions concurrency snapshot"
).split()
_CALL = "name uses with secrets needs if permissions concurrency strategy".split()


def read_jobs(reader: Reader, node: Node, path: str) -> tuple[Job, ...]:
    """All jobs, with ``needs`` checked against them."""
    jobs: list[Job] = []
    entries = node.entries if isinstance(node, Mapping) else ()
    if not entries:
        reader.error("wrong-type", "A mapping of jobs was expected", node.span)
    for key, item in entries:
        check_id(reader, key.text, key.span)
        job = _job(reader, key.text, key.span, item, child(path, key.text))
        if job:
            jobs.append(job)
    _check_needs(reader, jobs)
    return tuple(jobs)


def _job(reader: Reader, id: str, at: Span, node: Node, path: str) -> Job | None:
    if not isinstance(node, Mapping):
        reader.error("wrong-type", "A mapping was expected", node.span)
        return None
    is_call = node.get("uses") is not None
    entries = reader.mapping(node, path, dict.fromkeys(_CALL if is_call else _JOB))
    if not is_call:
        reader.required(entries, ["runs-on"], at)

    def value(name: str, key: str) -> Value | None:
        return reader.value(entries.get(name), child(path, name), key)

    uses = value("uses", "plain")
    secrets = entries.get("secrets")
    return Job(
        id=id,
        path=path,
        span=at,
        name=value("name", "jobs.name"),
        needs=reader.values(entries.get("needs"), child(path, "needs"), "plain"),
        condition=reader.condition(entries.get("if"), child(path, "if"), "jobs.if"),
        runs_on=_runs_on(reader, entries.get("runs-on"), child(path, "runs-on")),
        strategy=_strategy(reader, entries.get("strategy"), child(path, "strategy")),
        env=reader.env(entries.get("env"), child(path, "env"), "jobs.env"),
        defaults=read_defaults(reader, entries.get("defaults"), child(path, "defaults"), "jobs.defaults"),
        outputs=reader.env(entries.get("outputs"), child(path, "outputs"), "jobs.outputs"),
        steps=read_steps(reader, entries.get("steps"), child(path, "steps")),
        timeout_minutes=value("timeout-minutes", "jobs.timeout-minutes"),
        cancel_timeout_minutes=value("cancel-timeout-minutes", "jobs.timeout-minutes"),
        continue_on_error=value("continue-on-error", "jobs.continue-on-error"),
        container=_container(reader, entries.get("container"), child(path, "container"), "jobs.container"),
        services={
            name: service
            for name, item in reader.mapping(entries.get("services"), child(path, "services")).items()
            if (service := _container(reader, item, child(child(path, "services"), name), "jobs.services"))
        },
        environment=_environment(reader, entries.get("environment"), child(path, "environment")),
        permissions=below(entries.get("permissions"), child(path, "permissions")),
        concurrency=read_concurrency(reader, entries.get("concurrency"), child(path, "concurrency"), "jobs.concurrency"),
        snapshot=below(entries.get("snapshot"), child(path, "snapshot")),
        uses=read_uses(reader, uses, workflow=True) if uses else None,
        inputs=reader.env(entries.get("with"), child(path, "with"), "jobs.with", lower=True),
        secrets=(
            Value(child(path, "secrets"), secrets.span, secrets.value, (secrets.text,))
            if isinstance(secrets, Scalar) and not is_null(secrets)
            else reader.env(secrets, child(path, "secrets"), "jobs.secrets")
        ),
    )


def below(node: Node | None, path: str) -> tuple[Value, ...]:
    """Every leaf of a part that is only reported, such as ``permissions``."""
    if node is None:
        return ()
    return tuple(
        Value(where, leaf.span, leaf.value if isinstance(leaf, Scalar) else None, (leaf.text,) if isinstance(leaf, Scalar) else ())
        for where, leaf in leaves(node, path)
    )


def read_defaults(reader: Reader, node: Node | None, path: str, key: str) -> Defaults | None:
    run = reader.mapping(node, path, {"run": 1}).get("run")
    if run is None:
        return None
    entries = reader.mapping(run, f"{path}.run", {"shell": 1, "working-directory": 1})
    return Defaults(
        reader.value(entries.get("shell"), f"{path}.run.shell", key),
        reader.value(entries.get("working-directory"), f"{path}.run.working-directory", key),
    )


def read_concurrency(reader: Reader, node: Node | None, path: str, key: str) -> Concurrency | None:
    if node is None or is_null(node):
        return None
    if isinstance(node, Scalar):
        group = reader.value(node, path, key)
        return Concurrency(group) if group else None
    entries = reader.mapping(node, path, {"group": 1, "cancel-in-progress": 1, "queue": 1})
    reader.required(entries, ["group"], node.span)
    group = reader.value(entries.get("group"), f"{path}.group", key)
    cancel = reader.value(entries.get("cancel-in-progress"), f"{path}.cancel-in-progress", key)
    queue = reader.value(entries.get("queue"), f"{path}.queue", "plain")
    return Concurrency(group, cancel, queue) if group else None


def _runs_on(reader: Reader, node: Node | None, path: str) -> RunsOn | None:
    if node is None:
        return None
    if isinstance(node, Mapping):
        entries = reader.mapping(node, path, {"group": 1, "labels": 1})
        group = reader.value(entries.get("group"), f"{path}.group", "jobs.runs-on")
        return RunsOn(reader.values(entries.get("labels"), f"{path}.labels", "jobs.runs-on"), group)
    return RunsOn(reader.values(node, path, "jobs.runs-on"))


def _environment(reader: Reader, node: Node | None, path: str) -> Environment | None:
    if node is None or is_null(node):
        return None
    if isinstance(node, Scalar):
        name = reader.value(node, path, "jobs.environment")
        return Environment(name) if name else None
    entries = reader.mapping(node, path, {"name": 1, "url": 1, "deployment": 1})
    reader.required(entries, ["name"], node.span)
    name = reader.value(entries.get("name"), f"{path}.name", "jobs.environment")
    url = reader.value(entries.get("url"), f"{path}.url", "jobs.environment.url")
    deployment = reader.value(entries.get("deployment"), f"{path}.deployment", "jobs.environment")
    return Environment(name, url, deployment) if name else None


def _container(reader: Reader, node: Node | None, path: str, key: str) -> Container | None:
    if node is None or is_null(node):
        return None
    if isinstance(node, Scalar):
        image = reader.value(node, path, key)
        return Container(path, node.span, image) if image else None
    known = "image env options ports volumes credentials".split() + (
        ["command", "entrypoint"] if key == "jobs.services" else []
    )
    entries = reader.mapping(node, path, dict.fromkeys(known))
    reader.required(entries, ["image"], node.span)
    credentials = reader.mapping(entries.get("credentials"), f"{path}.credentials", {"username": 1, "password": 1})
    image = reader.value(entries.get("image"), f"{path}.image", key)
    if image is None:
        return None
    return Container(
        path,
        node.span,
        image,
        env=reader.env(entries.get("env"), f"{path}.env", key),
        options=reader.value(entries.get("options"), f"{path}.options", key),
        ports=reader.values(entries.get("ports"), f"{path}.ports", key),
        volumes=reader.values(entries.get("volumes"), f"{path}.volumes", key),
        username=reader.value(credentials.get("username"), f"{path}.credentials.username", key),
        password=reader.value(credentials.get("password"), f"{path}.credentials.password", key),
        command=reader.value(entries.get("command"), f"{path}.command", key),
        entrypoint=reader.value(entries.get("entrypoint"), f"{path}.entrypoint", key),
    )


def _strategy(reader: Reader, node: Node | None, path: str) -> Strategy | None:
    if node is None or is_null(node):
        return None
    key = "jobs.strategy"
    entries = reader.mapping(node, path, {"matrix": 1, "fail-fast": 1, "max-parallel": 1})
    fail_fast = reader.value(entries.get("fail-fast"), f"{path}.fail-fast", key)
    max_parallel = reader.value(entries.get("max-parallel"), f"{path}.max-parallel", key)
    matrix = entries.get("matrix")
    where = f"{path}.matrix"
    if isinstance(matrix, Scalar):
        return Strategy(expression=reader.value(matrix, where, key), fail_fast=fail_fast, max_parallel=max_parallel)
    vectors = dict(reader.mapping(matrix, where))
    listed: dict[str, tuple[MatrixValue, ...] | Value] = {}
    for name in ("include", "exclude"):
        item = vectors.pop(name, None)
        read = _matrix_value(reader, item, child(where, name), key) if item is not None else None
        if read is not None:
            listed[name] = read.value if isinstance(read.value, tuple | Value) else ()
    read_vectors = {name: _matrix_value(reader, item, child(where, name), key) for name, item in vectors.items()}
    for name, vector in read_vectors.items():
        if vector.value == ():
            reader.error("empty-vector", f"Matrix vector '{name}' does not contain any values", vector.span)
    return Strategy(read_vectors, listed.get("include", ()), listed.get("exclude", ()), None, fail_fast, max_parallel)


def _matrix_value(reader: Reader, node: Node, path: str, key: str) -> MatrixValue:
    match node:
        case Scalar():
            value = reader.value(node, path, key)
            assert value is not None
            return MatrixValue(path, node.span, value)
        case Sequence():
            items = tuple(_matrix_value(reader, item, f"{path}[{i}]", key) for i, item in enumerate(node.items))
            return MatrixValue(path, node.span, items)
        case Mapping():
            entries = {name.text: _matrix_value(reader, item, child(path, name.text), key) for name, item in node.entries}
            return MatrixValue(path, node.span, entries)


def _check_needs(reader: Reader, jobs: SequenceABC[Job]) -> None:
    known = {job.id.lower(): job for job in jobs}
    for job in jobs:
        for need in job.needs:
            if need.text.lower() not in known:
                reader.error("unknown-job", f"Job '{job.id}' depends on unknown job '{need.text}'.", need.span)
    for job in jobs:
        chain = _cycle(job.id.lower(), known, ())
        if chain:
            reader.error("cycle", f"Job '{job.id}' depends on itself: {' → '.join(chain)}", job.span)
            return


def _cycle(id: str, jobs: dict[str, Job], seen: tuple[str, ...]) -> tuple[str, ...]:
    if seen and id == seen[0]:
        return (*seen, id)
    if id in seen or id not in jobs:
        return ()
    return next((chain for need in jobs[id].needed if (chain := _cycle(need, jobs, (*seen, id)))), ())
