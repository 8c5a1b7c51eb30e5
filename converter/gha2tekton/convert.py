"""One workflow from text to bundle: the whole story on one screen."""

from __future__ import annotations

from pathlib import PurePosixPath

from gha2tekton.annotation import annotated
from gha2tekton.conversion import Conversion
from gha2tekton.journal import Journal, Setup
from gha2tekton.lower import runtime
from gha2tekton.lower.checks import with_checks
from gha2tekton.lower.cloning import ask_for_clone
from gha2tekton.lower.containers.registries import pull_secrets
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.lower.own_secrets import with_own_secrets
from gha2tekton.lower.pinning import with_digests
from gha2tekton.lower.pipeline import lower_workflow
from gha2tekton.lower.refusal import possible
from gha2tekton.lower.rows.remainder import account
from gha2tekton.lower.settings import RUN, Settings
from gha2tekton.lower.storage import claim_manifest
from gha2tekton.lower.triggers.events import lower_triggers
from gha2tekton.lower.triggers.listener import KUBECTL, TriggerSettings, runner_manifests, starter_manifests
from gha2tekton.lower.triggers.pipelines_as_code import account_cancelling, lower_pipelines_as_code
from gha2tekton.pins import pinned
from gha2tekton.plan.build import PlanOptions, build_plan
from gha2tekton.record import Record, field, replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.suppression import suppress
from gha2tekton.tekton.bundle import Bundle
from gha2tekton.tekton.model import Manifest
from gha2tekton.tekton.names import label
from gha2tekton.workflow.model import Workflow
from gha2tekton.workflow.parse import parse_workflow
from gha2tekton.workflow.repository import Repository
from gha2tekton.workflow.reusable import expand


class Options(Record, frozen=True):
    """Everything a caller may choose."""

    plan: PlanOptions = field(default_factory=PlanOptions)
    output: Settings = field(default_factory=Settings)


def convert(source: Source, repository: Repository, rules: RuleSet, options: Options) -> Conversion:
    """The bundle of one workflow and the journal of how it came about; a faulty workflow has an empty bundle."""
    journal = Journal()
    workflow = parse_workflow(source, journal)
    workflow = expand(workflow, repository, journal) if workflow is not None else None
    if workflow is None or journal.has_errors:
        return Conversion(source, Bundle(), journal)
    plan = possible(build_plan(workflow, rules, repository, options.plan, journal))
    base = base_name(workflow, options.output)
    lowered = lower_workflow(plan, base, options.output, journal)
    triggers = _trigger_settings(base, lowered, options.output)
    if _tells_github(workflow, options.output):
        lowered = with_checks(lowered, plan, triggers, options.output.status_url, journal)
    lowered = with_digests(lowered, options.output.pins, journal)
    if options.output.triggers == "pipelines-as-code":
        account_cancelling(workflow, triggers, journal)
    account(plan, lowered.own, journal)
    homes = lowered.homes
    places = {f"tasks of job {job.job.id}": homes.get(job.job.id.lower(), "") for job in plan.jobs}
    journal.retarget({**places, RUN: f"runs/{base}.yaml"})
    ask_for_clone(plan, lowered, options.output, journal)
    account_given = bool(options.output.service_account)
    pulls = pull_secrets(plan, lowered.run.service_account, account_given, triggers.namespace, journal)
    files = _files(workflow, lowered, options.output, replace(triggers, pull_secrets=pulls), journal)
    files = with_own_secrets(files, options.output.secrets, journal)
    bundle = Bundle(annotated(files, source.name, journal), source.name, options.output.namespace)
    suppress(source, journal)
    return Conversion(source, bundle, journal, plan, base)


def _tells_github(workflow: Workflow, settings: Settings) -> bool:
    """Where pull requests start runs, branches may be protected by what becomes of them."""
    if settings.github_status is not None:
        return settings.github_status
    events = {event.name for event in workflow.events}
    return settings.triggers == "listener" and bool(events & {"pull_request", "pull_request_target"})


def base_name(workflow: Workflow, settings: Settings) -> str:
    """What the names of a workflow's objects derive from: its own name, else its file's."""
    if settings.name_prefix:
        return settings.name_prefix
    own = workflow.name.text if workflow.name else PurePosixPath(workflow.source.name).stem
    return label(f"{settings.repository} {own}" if settings.repository else own, 40, "workflow")


def _trigger_settings(base: str, lowered: LoweredWorkflow, settings: Settings) -> TriggerSettings:
    return TriggerSettings(
        kubectl_image=pinned(KUBECTL, settings.pins),
        name=base,
        repository=settings.shared or base,
        namespace=settings.namespace or "default",
        full_name=settings.github_repository,
        default_branch=settings.default_branch,
        token_account=settings.token_account,
        git_secret=settings.git_secret,
        concurrency_account=next(
            (one.service_account for one in lowered.run.task_run_specs if one.service_account), ""
        ),
        runner_account="" if settings.service_account else lowered.run.service_account,
        forks=settings.forks,
        pull_request_head=settings.pull_request_head,
        host=settings.host,
        template_defaults=lowered.defaults,
    )


def _files(
    workflow: Workflow, lowered: LoweredWorkflow, settings: Settings, triggers: TriggerSettings, journal: Journal
) -> dict[str, tuple[Manifest, ...]]:
    files: dict[str, tuple[Manifest, ...]] = {f"tasks/{task.name}.yaml": (task.manifest(),) for task in lowered.tasks}
    files |= {"pipeline.yaml": (lowered.pipeline.manifest(),)}
    files |= {name: (manifest,) for name, manifest in lowered.files.items()}
    files |= _starters(workflow, lowered, settings, triggers, journal)
    if lowered.claim:
        files |= {"storage.yaml": (claim_manifest(lowered.claim, settings, journal),)}
    if held := runtime.config_maps(lowered.tasks):
        files |= {runtime.FILE: held}
    return files | {f"runs/{triggers.name}.yaml": (lowered.run.manifest(),)}


def _starters(
    workflow: Workflow, lowered: LoweredWorkflow, settings: Settings, triggers: TriggerSettings, journal: Journal
) -> dict[str, tuple[Manifest, ...]]:
    """What starts runs, and the accounts for it."""
    match settings.triggers:
        case "listener":
            made = lower_triggers(workflow, lowered.template_run, lowered.needed, triggers, journal)
            return dict(made.files) | dict(starter_manifests(triggers, bool(made.deliveries), made.scheduled))
        case "pipelines-as-code":
            files = lower_pipelines_as_code(workflow, lowered.run, lowered.needed, triggers, journal)
            why = (
                "Pipelines-as-Code reads it from the repository: commit what the bundle has there, and apply the rest "
                "to the namespace of its Repository"
            )
            journal.need(Setup("directory", ".tekton", why))
            return dict(files) | dict(runner_manifests(triggers))
        case "none":
            for event in workflow.events:
                for path in journal.open_leaves(event.path):
                    journal.dropped(path, "superseded", "--triggers none: runs are started by hand")
            return dict(runner_manifests(triggers))
