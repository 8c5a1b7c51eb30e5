"""The one EventListener of a repository, who it runs as, and what must be set up around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gha2tekton.journal import Journal, Setup
from gha2tekton.lower.settings import MANAGED
from gha2tekton.lower.triggers import access
from gha2tekton.record import Record, field
from gha2tekton.tekton.model import Manifest, compact
from gha2tekton.tekton.names import label
from gha2tekton.tekton.triggers import EventListener

REPOSITORY_LABEL = "gha2tekton.dev/repository"
WORKFLOW_LABEL = "gha2tekton.dev/workflow"

Forks = Literal["refuse", "secretless", "members"]
"""Pull requests from forks: none, without Secrets in a namespace of their own, or by members of the repository."""

KUBECTL = "registry.k8s.io/kubectl:v1.33.4"


class TriggerSettings(Record, frozen=True):
    """How triggers are named and guarded; ``name`` is the workflow's, ``repository`` that of all workflows together.

    ``template_defaults`` are params of the template beyond those of the event, such as the number of GPUs: the run's
    text says ``$(tt.params.gpu-count)`` where they belong.
    """

    name: str
    repository: str
    namespace: str = "default"
    full_name: str = ""
    """``owner/repository``, to refuse deliveries of other repositories; empty accepts whoever has the secret."""
    workflow_path: str = ""
    """The workflow's file in the repository; worked out from its source where empty."""
    default_branch: str = ""
    token_account: str = ""
    """Whom the token of runs acts as: what it does starts nothing, as what GitHub's own token does."""
    webhook_secret: tuple[str, str] = ("github-webhook-secret", "webhook-secret")
    token_secret: tuple[str, str] = ("github-token", "token")
    concurrency_account: str = ""
    """The account of the Task that keeps concurrency groups."""
    runner_account: str = ""
    """The account of runs, when it is ours to create."""
    pull_secrets: tuple[str, ...] = ()
    git_secret: str = ""
    """The Secrets with which that account pulls images."""
    forks: Forks = "refuse"
    pull_request_head: bool = False
    """Check out the head of a pull request instead of its merge."""
    host: str = ""
    """The name under which GitHub reaches the listener: an Ingress with TLS is written for it."""
    kubectl_image: str = KUBECTL
    template_defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def listener(self) -> str:
        return label(f"{self.repository}-eventlistener", 60)

    @property
    def listener_account(self) -> str:
        return label(f"{self.repository}-listener")

    @property
    def scheduler_account(self) -> str:
        return label(f"{self.repository}-scheduler")

    @property
    def forks_namespace(self) -> str:
        return label(f"{self.namespace}-forks")

    @property
    def selector(self) -> Mapping[str, str]:
        """What the listener selects its Triggers by."""
        return {REPOSITORY_LABEL: label(self.repository)}

    @property
    def labels(self) -> Mapping[str, str]:
        """What everything that starts runs is labelled with."""
        return {**MANAGED, **self.selector}


def starter_manifests(settings: TriggerSettings, listens: bool, schedules: bool) -> Mapping[str, tuple[Manifest, ...]]:
    """The files that all workflows of a repository share: the listener, and accounts with their rights.

    Without deliveries to listen for, as where only a clock or people start runs, there is no listener.
    """
    files = listener_manifests(settings) if listens else runner_manifests(settings)
    if schedules:
        more = access.scheduler_access(settings.scheduler_account, settings.namespace, settings.labels)
        files = {**files, "rbac.yaml": (*files.get("rbac.yaml", ()), *more)}
    return files


def listener_manifests(settings: TriggerSettings) -> Mapping[str, tuple[Manifest, ...]]:
    """The listener, its account, and that of the runs that it creates."""
    labels = settings.labels
    listener = EventListener(settings.listener, settings.listener_account, settings.selector, labels).manifest()
    rights = access.listener_access(settings.listener_account, settings.namespace, settings.repository, labels)
    if settings.runner_account:
        rights += (_runner(settings),)
    rights += _concurrency(settings)
    if settings.forks == "secretless":
        rights += access.forks_access(settings.listener_account, settings.namespace, settings.forks_namespace, labels)
    files = {"triggers/eventlistener.yaml": (listener,), "rbac.yaml": rights}
    return files | ({"triggers/ingress.yaml": (_ingress(settings),)} if settings.host else {})


def runner_manifests(settings: TriggerSettings) -> Mapping[str, tuple[Manifest, ...]]:
    """The account of runs alone, where no listener of ours starts them."""
    rights = _concurrency(settings)
    if settings.runner_account:
        rights = (_runner(settings), *rights)
    return {"rbac.yaml": rights} if rights else {}


def _runner(settings: TriggerSettings) -> Manifest:
    account, labels = settings.runner_account, settings.labels
    return access.service_account(account, labels, False, settings.pull_secrets, settings.git_secret)


def _concurrency(settings: TriggerSettings) -> tuple[Manifest, ...]:
    name = settings.concurrency_account
    return access.concurrency_access(name, settings.namespace, settings.labels) if name else ()


def _ingress(settings: TriggerSettings) -> Manifest:
    backend = {"service": {"name": f"el-{settings.listener}", "port": {"number": 8080}}}
    rule = {"host": settings.host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": compact(name=f"el-{settings.listener}", labels=dict(settings.labels)),
        "spec": {"tls": [{"hosts": [settings.host], "secretName": f"{settings.listener}-tls"}], "rules": [rule]},
    }


def ask_for_webhook(settings: TriggerSettings, delivery: str, apps: bool, journal: Journal) -> None:
    """Lists the webhook, one of its events, and the secret that signs it.

    Some events go to ``apps`` alone: https://docs.github.com/webhooks/webhook-events-and-payloads#workflow_dispatch
    """
    name, key = settings.webhook_secret
    journal.need(
        Setup(
            "secret",
            name,
            "signs GitHub's deliveries, and the webhook must be given the same value",
            f"kubectl create secret generic {name} --namespace {settings.namespace} "
            f'--from-literal={key}="$(openssl rand -hex 20)"',
        )
    )
    url = f"https://{settings.host or '<host>'}/"
    reach = "" if settings.host else f", a name that leads to Service el-{settings.listener}, port 8080, over TLS"
    journal.need(
        Setup(
            "webhook",
            settings.repository,
            f"Settings > Webhooks of the repository: payload URL {url}{reach}, content type application/json, "
            "the secret's value, and single events",
        )
    )
    how = "only a GitHub App is sent it: tick it there, with this URL and secret" if apps else "tick it for the webhook"
    journal.need(Setup("webhook event", delivery, how))


def ask_for_token(settings: TriggerSettings, why: str, journal: Journal) -> None:
    """Lists the Secret with a token for GitHub's API."""
    name, key = settings.token_secret
    command = f"kubectl create secret generic {name} --namespace {settings.namespace} --from-literal={key}=<token>"
    journal.need(Setup("secret", name, why, command))


def ask_for_namespace(settings: TriggerSettings, journal: Journal) -> None:
    """The namespace without Secrets, where runs of forks are."""
    name, why = (
        settings.forks_namespace,
        "runs of pull requests from forks: apply all but Secrets and triggers there too",
    )
    if settings.git_secret:
        why += f", but Secret {settings.git_secret} if the repository is private: code of forks can read its token"
    journal.need(Setup("namespace", name, why, f"kubectl create namespace {name}"))
