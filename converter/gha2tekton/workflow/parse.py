"""Text to the model: workflow files and action files, judged as GitHub judges them."""

from __future__ import annotations

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.record import replace
from gha2tekton.source import MAX_CHARACTERS, Source, Span
from gha2tekton.workflow.events import read_events, read_input, read_outputs
from gha2tekton.workflow.jobs import read_concurrency, read_defaults, read_jobs
from gha2tekton.workflow.model import Action, Job, Workflow
from gha2tekton.workflow.reader import Reader
from gha2tekton.workflow.shape import shape
from gha2tekton.workflow.steps import read_steps
from gha2tekton.workflow.survey import Survey
from gha2tekton.yaml import Mapping, Scalar, Sequence, YamlError, compose

_PROGRAMS = ("main", "pre", "pre-if", "post", "post-if", "pre-entrypoint", "post-entrypoint")
_TOLD = ("description", "author", "branding", "permissions")
"""What an action says of itself to people only."""


def parse_workflow(source: Source, journal: Journal, prefix: str = "") -> Workflow | None:
    """The workflow of a file with every leaf entered in the journal; None after an error, which the journal tells.

    ``prefix`` goes before the paths of leaves (``file#``) when the file is drawn in by another.
    """
    root = _root(source, journal, "jobs", "not-a-workflow")
    if root is None:
        return None
    survey = Survey(source, journal, prefix)
    survey.walk(root, shape("workflow"), prefix)
    reader = Reader(survey)
    entries = reader.entries(root)
    workflow = Workflow(
        source=source,
        name=reader.value(entries.get("name")),
        run_name=reader.value(entries.get("run-name")),
        events=read_events(reader, entries.get("on")),
        env=reader.env(entries.get("env")),
        defaults=read_defaults(reader, entries.get("defaults")),
        permissions=reader.leaves(entries.get("permissions")),
        concurrency=read_concurrency(reader, entries.get("concurrency")),
        jobs=read_jobs(reader, entries["jobs"]),
        description=reader.value(entries.get("description")),
    )
    if not survey.tell():
        return None
    return replace(workflow, jobs=tuple(replace(job, repeats=repeats(job, workflow)) for job in workflow.jobs))


def repeats(job: Job, workflow: Workflow) -> dict[str, str]:
    """The paths of what a job says for its steps just as the workflow does for all, with the paths there."""
    pairs = [(value, workflow.env.get(name)) for name, value in job.env.items()]
    if job.defaults is not None and workflow.defaults is not None:
        own, common = ((one.shell, one.working_directory) for one in (job.defaults, workflow.defaults))
        # A job's defaults take the place of all of the workflow's: a part of them says more than that part.
        alone = None in own
        pairs += [(value, other) for value, other in zip(own, common, strict=True) if value is not None and alone]
    return {value.path: other.path for value, other in pairs if other is not None and other.template == value.template}


def parse_action(source: Source, journal: Journal, prefix: str = "") -> Action | None:
    """The action of an ``action.yml`` of any kind; None after an error."""
    root = _root(source, journal, "runs", "not-an-action")
    if root is None:
        return None
    survey = Survey(source, journal, prefix)
    survey.walk(root, shape("action"), prefix)
    reader = Reader(survey)
    entries = reader.entries(root)
    runs = reader.entries(entries["runs"])
    using = reader.value(runs.get("using"))
    steps = read_steps(reader, runs.get("steps"))
    if not survey.tell() or using is None:
        return None
    return Action(
        source=source,
        name=reader.value(entries.get("name")),
        using=using,
        inputs=tuple(read_input(reader, name, item) for name, item in reader.entries(entries.get("inputs")).items()),
        outputs=read_outputs(reader, entries.get("outputs")),
        steps=steps,
        image=reader.value(runs.get("image")),
        arguments=reader.values(runs.get("args")),
        entrypoint=reader.value(runs.get("entrypoint")),
        env=reader.env(runs.get("env")),
        programs={name: value for name in _PROGRAMS if (value := reader.value(runs.get(name))) is not None},
        leaves=tuple(leaf for name in _TOLD for leaf in reader.leaves(entries.get(name))),
    )


def _root(source: Source, journal: Journal, key: str, code: str) -> Mapping | None:
    """The mapping that a file is; None, with the reason told, when it cannot be what is asked for."""
    if len(source.text) > MAX_CHARACTERS:
        message = f"The maximum file size of {MAX_CHARACTERS} characters has been exceeded"
        journal.note(Diagnostic("too-long", "error", message, Span(source, 0, 0)))
        return None
    try:
        root = compose(source)
    except YamlError as error:
        journal.note(Diagnostic("bad-yaml", "error", error.message, error.span))
        return None
    if root is None:
        journal.note(Diagnostic("empty-file", "error", "the file holds no YAML document", Span(source, 0, 0)))
        return None
    match root:
        case Mapping() if root.get(key) is not None:
            return root
        case Mapping():
            message = f"Required property is missing: {key}"
        case Sequence():
            message = "A sequence was not expected"
        case Scalar():
            message = f"Unexpected value '{root.text[:60]}'"
    journal.note(Diagnostic(code, "error", f"{message}; this is {code.replace('-', ' ')}", root.span))
    return None
