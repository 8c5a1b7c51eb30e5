"""Jobs, and everything a job says of where it runs."""

from __future__ import annotations

from gha2tekton.expression import Call, Compare, Literal, Property
from gha2tekton.record import replace
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
from gha2tekton.workflow.needs import check_needs
from gha2tekton.workflow.reader import Reader
from gha2tekton.workflow.steps import check_id, read_steps, read_uses
from gha2tekton.yaml import Mapping, Node, Scalar, Sequence


def read_jobs(reader: Reader, node: Node) -> tuple[Job, ...]:
    """All jobs, with ``needs`` checked against them."""
    if not isinstance(node, Mapping):
        return ()
    ids: dict[str, Span] = {}
    jobs: list[Job] = []
    for key, item in node.entries:
        check_id(reader, key.text, key.span, ids)
        if isinstance(item, Mapping):
            jobs.append(_job(reader, key.text, key.span, item))
    if len(jobs) == len(node.entries):
        check_needs(reader, jobs, node.span)
    return tuple(jobs)


def _job(reader: Reader, id: str, at: Span, node: Mapping) -> Job:
    entries = reader.entries(node)

    def value(name: str) -> Value | None:
        return reader.value(entries.get(name))

    uses = value("uses")
    steps = entries.get("steps")
    if isinstance(steps, Sequence) and not steps.items:
        reader.warning("empty-steps", f"Job '{id}' has no steps: it does nothing", steps.span)
    secrets = entries.get("secrets")
    inherit = reader.value(secrets)
    return Job(
        id=id,
        path=reader.path(node),
        span=at,
        name=value("name"),
        needs=reader.values(entries.get("needs")),
        condition=reader.condition(entries.get("if")),
        runs_on=_runs_on(reader, entries.get("runs-on")),
        strategy=_strategy(reader, entries.get("strategy")),
        env=reader.env(entries.get("env")),
        defaults=read_defaults(reader, entries.get("defaults")),
        outputs=reader.env(entries.get("outputs")),
        steps=read_steps(reader, steps),
        timeout_minutes=value("timeout-minutes"),
        cancel_timeout_minutes=value("cancel-timeout-minutes"),
        continue_on_error=value("continue-on-error"),
        container=_container(reader, entries.get("container")),
        services={
            name: service
            for name, item in reader.entries(entries.get("services")).items()
            if (service := _container(reader, item))
        },
        environment=_environment(reader, entries.get("environment")),
        permissions=reader.leaves(entries.get("permissions")),
        concurrency=read_concurrency(reader, entries.get("concurrency")),
        snapshot=reader.leaves(entries.get("snapshot")),
        uses=read_uses(reader, uses, workflow=True) if uses else None,
        inputs=reader.env(entries.get("with"), lower=True),
        secrets=inherit if inherit and inherit.raw is not None else reader.env(secrets),
    )


def read_defaults(reader: Reader, node: Node | None) -> Defaults | None:
    run = reader.entries(node).get("run")
    if run is None:
        return None
    entries = reader.entries(run)
    return Defaults(reader.value(entries.get("shell")), reader.value(entries.get("working-directory")))


def read_concurrency(reader: Reader, node: Node | None) -> Concurrency | None:
    if isinstance(node, Scalar):
        group = reader.value(node)
        return Concurrency(group) if group and group.text else None
    entries = reader.entries(node)
    group = reader.value(entries.get("group"))
    cancel = reader.value(entries.get("cancel-in-progress"))
    return Concurrency(group, cancel, reader.value(entries.get("queue"))) if group else None


def _runs_on(reader: Reader, node: Node | None) -> RunsOn | None:
    if node is None:
        return None
    if not isinstance(node, Mapping):
        return RunsOn(reader.values(node))
    entries = reader.entries(node)
    group = reader.value(entries.get("group"))
    if group and group.literal is not None and "/" in group.literal:
        owner, _, name = group.literal.partition("/")
        if owner not in ("org", "organization", "ent", "enterprise") or not name or "/" in name:
            message = "Please use 'organization/' or 'enterprise/' prefix to target a single runner group."
            reader.error("bad-runner-group", f"Invalid runs-on group name '{group.literal}'. {message}", group.span)
    return RunsOn(reader.values(entries.get("labels")), group)


def _environment(reader: Reader, node: Node | None) -> Environment | None:
    if isinstance(node, Scalar):
        name = reader.value(node)
        return Environment(name) if name and name.text else None
    entries = reader.entries(node)
    name = reader.value(entries.get("name"))
    url = reader.value(entries.get("url"))
    return Environment(name, url, reader.value(entries.get("deployment"))) if name else None


def _container(reader: Reader, node: Node | None) -> Container | None:
    if node is None:
        return None
    if isinstance(node, Scalar):
        image = reader.value(node)
        return Container(reader.path(node), node.span, image) if image is not None else None
    entries = reader.entries(node)
    credentials = reader.entries(entries.get("credentials"))
    image = reader.value(entries.get("image"))
    if image is None:
        if entries:
            reader.error("missing-image", "Container image cannot be empty", node.span)
        return None
    return Container(
        reader.path(node),
        node.span,
        image,
        env=reader.env(entries.get("env")),
        options=reader.value(entries.get("options")),
        ports=reader.values(entries.get("ports")),
        volumes=reader.values(entries.get("volumes")),
        username=reader.value(credentials.get("username")),
        password=reader.value(credentials.get("password")),
        command=reader.value(entries.get("command")),
        entrypoint=reader.value(entries.get("entrypoint")),
    )


def _strategy(reader: Reader, node: Node | None) -> Strategy | None:
    if not isinstance(node, Mapping):
        return _of_expression(reader.value(node))
    entries, path = reader.entries(node), reader.path(node)
    fail_fast = reader.value(entries.get("fail-fast"))
    max_parallel = reader.value(entries.get("max-parallel"))
    matrix = entries.get("matrix")
    if isinstance(matrix, Scalar):
        return Strategy(path, expression=reader.value(matrix), fail_fast=fail_fast, max_parallel=max_parallel)
    vectors = {name: _matrix_value(reader, item) for name, item in reader.entries(matrix).items()}
    listed: dict[str, tuple[MatrixValue, ...] | Value] = {}
    for name in [name for name in vectors if name.lower() in ("include", "exclude")]:
        value = vectors.pop(name).value
        listed[name.lower()] = value if isinstance(value, tuple | Value) else ()
    _check_matrix(reader, vectors, listed, matrix)
    return Strategy(path, vectors, listed.get("include", ()), listed.get("exclude", ()), None, fail_fast, max_parallel)


def _of_expression(value: Value | None) -> Strategy | None:
    """A strategy that one expression gives as a whole."""
    if value is None or len(value.template) != 1 or isinstance(tree := value.template[0], str):
        return None
    # What says nothing of fail-fast is not false either.
    fast = Compare("!=", Call("toJSON", (Property(tree, "fail-fast"),)), Literal("false"))
    matrix = replace(value, template=(Property(tree, "matrix"),))
    return Strategy(value.path, expression=matrix, fail_fast=replace(value, template=(fast,)))


def _check_matrix(
    reader: Reader,
    vectors: dict[str, MatrixValue],
    listed: dict[str, tuple[MatrixValue, ...] | Value],
    matrix: Node | None,
) -> None:
    for name, vector in vectors.items():
        if vector.value == ():
            reader.error("empty-vector", f"Matrix vector '{name}' does not contain any values", vector.span)
    if isinstance(matrix, Mapping) and not vectors and not listed.get("include"):
        reader.error("empty-vector", "Matrix must define at least one vector", matrix.span)
    exclude = listed.get("exclude", ())
    names = {name.lower() for name in vectors}
    for entry in exclude if isinstance(exclude, tuple) else ():
        for name, value in entry.value.items() if isinstance(entry.value, dict) else ():
            if name.lower() not in names and "${{" not in name:
                message = f"Matrix exclude key '{name}' does not match any key within the matrix: the job would fail"
                reader.warning("unknown-vector", message, value.span)


def _matrix_value(reader: Reader, node: Node) -> MatrixValue:
    match node:
        case Scalar():
            value = reader.value(node)
            assert value is not None
            return MatrixValue(reader.path(node), node.span, value)
        case Sequence():
            return MatrixValue(reader.path(node), node.span, tuple(_matrix_value(reader, item) for item in node.items))
        case Mapping():
            entries = {name.text: _matrix_value(reader, item) for name, item in node.entries}
            return MatrixValue(reader.path(node), node.span, entries)
