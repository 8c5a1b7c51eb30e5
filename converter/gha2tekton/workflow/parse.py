"""Text to the model: workflow files and action files, judged as GitHub judges them."""

from __future__ import annotations

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.source import Source, Span
from gha2tekton.workflow.events import read_events, read_input, read_outputs
from gha2tekton.workflow.jobs import below, read_concurrency, read_defaults, read_jobs
from gha2tekton.workflow.model import Action, Workflow
from gha2tekton.workflow.reader import Reader, child
from gha2tekton.workflow.steps import read_steps
from gha2tekton.yaml import Mapping, Node, YamlError, compose

_TOP = "name run-name on env defaults permissions concurrency jobs description".split()


def parse_workflow(source: Source, journal: Journal, prefix: str = "") -> Workflow | None:
    """The workflow of a file with every leaf entered in the journal; None after an error, which the journal tells.

    ``prefix`` goes before the paths of leaves (``file#``) when the file is drawn in by another.
    """
    root = _root(source, journal)
    if root is None:
        return None
    if not isinstance(root, Mapping) or root.get("jobs") is None:
        journal.note(Diagnostic("not-a-workflow", "error", "this is no workflow: it has no jobs", root.span))
        return None
    reader = Reader(source, journal, prefix)
    reader.enrol(root)
    entries = reader.mapping(root, prefix, dict.fromkeys(_TOP))
    if "on" not in entries:
        reader.error("missing-key", "Required property is missing: on", root.span)
    workflow = Workflow(
        source=source,
        name=reader.value(entries.get("name"), child(prefix, "name"), "plain"),
        run_name=reader.value(entries.get("run-name"), child(prefix, "run-name"), "run-name"),
        events=read_events(reader, entries.get("on"), child(prefix, "on")),
        env=reader.env(entries.get("env"), child(prefix, "env"), "env"),
        defaults=read_defaults(reader, entries.get("defaults"), child(prefix, "defaults"), "plain"),
        permissions=below(entries.get("permissions"), child(prefix, "permissions")),
        concurrency=read_concurrency(reader, entries.get("concurrency"), child(prefix, "concurrency"), "concurrency"),
        jobs=read_jobs(reader, entries["jobs"], child(prefix, "jobs")),
        description=reader.value(entries.get("description"), child(prefix, "description"), "plain"),
    )
    return None if reader.errors else workflow


def parse_action(source: Source, journal: Journal, prefix: str = "") -> Action | None:
    """The action of an ``action.yml`` of any kind; None after an error."""
    root = _root(source, journal)
    if root is None:
        return None
    runs = root.get("runs") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(runs, Mapping):
        journal.note(Diagnostic("not-an-action", "error", "this is no action: it has no runs", root.span))
        return None
    reader = Reader(source, journal, prefix)
    reader.enrol(root)
    entries = reader.mapping(root, prefix)
    where = child(prefix, "runs")
    parts = reader.mapping(runs, where)
    reader.required(parts, ["using"], runs.span)
    using = reader.value(parts.get("using"), child(where, "using"), "plain")
    if using is None:
        return None
    arguments = reader.items(parts.get("args"), child(where, "args"))
    action = Action(
        source=source,
        name=reader.value(entries.get("name"), child(prefix, "name"), "plain"),
        using=using,
        inputs=tuple(
            read_input(reader, name, item, child(child(prefix, "inputs"), name), "action.inputs")
            for name, item in reader.mapping(entries.get("inputs"), child(prefix, "inputs")).items()
        ),
        outputs=read_outputs(reader, entries.get("outputs"), child(prefix, "outputs"), "action.outputs"),
        steps=read_steps(reader, parts.get("steps"), child(where, "steps"), "action.steps"),
        image=reader.value(parts.get("image"), child(where, "image"), "plain"),
        arguments=reader.each(arguments, lambda item, path: reader.value(item, path, "action.inputs")),
        entrypoint=reader.value(parts.get("entrypoint"), child(where, "entrypoint"), "plain"),
        env=reader.env(parts.get("env"), child(where, "env"), "action.inputs"),
        leaves=tuple(leaf for name in ("description", "author", "branding") for leaf in below(entries.get(name), child(prefix, name))),
    )
    return None if reader.errors else action


def _root(source: Source, journal: Journal) -> Node | None:
    try:
        root = compose(source)
    except YamlError as error:
        journal.note(Diagnostic("bad-yaml", "error", error.message, error.span))
        return None
    if root is None:
        journal.note(Diagnostic("empty-file", "error", "the file holds no YAML document", Span(source, 0, 0)))
    return root
