"""The registries that scripts log in to: Secrets that the ServiceAccount of the runs pulls images with.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
"""

from __future__ import annotations

from gha2tekton.journal import Journal, Setup
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.tekton.names import label
from gha2tekton.workflow.model import Container, Job, Value

HUB = "docker.io"
_HUB_SERVER = "https://index.docker.io/v1/"
_LOGIN_ACTION = "docker/login-action"


def pull_secrets(plan: Plan, account: str, existing: bool, namespace: str, journal: Journal) -> tuple[str, ...]:
    """The names of the Secrets, each one to be supplied; an ``existing`` account must be given them by hand."""
    found: dict[str, str] = {}
    for job in plan.jobs:
        for step in job.walk():
            for seen in step.commands:
                if seen.docker is not None and seen.docker.verb == "login":
                    host = seen.docker.arguments[0] if seen.docker.arguments else HUB
                    found.setdefault(_host(host), f"job {job.job.id} logs in to it")
            if step.rule is not None and step.rule.action == _LOGIN_ACTION:
                given = step.step.inputs.get("registry")
                found.setdefault(_host(step.scope.guess(given) if given else HUB), f"job {job.job.id} logs in to it")
        for build in job.builds:
            found.setdefault(_registry(build.image), f"images that job {job.job.id} runs are pushed to it before")
        for value in [] if job.refused else _credentials(job.job):
            host = _host_of(job, value) or f"the registry of job {job.job.id}"
            found.setdefault(host, f"job {job.job.id} takes images from it")
    names = {host: _secret(host) for host in found}
    for host, why in found.items():
        server = _HUB_SERVER if host == HUB else "..." if " " in host else host
        command = (
            f"kubectl create secret docker-registry {names[host]} --namespace {namespace} --docker-server={server} "
            "--docker-username=... --docker-password=..."
        )
        if existing:
            patch = f'{{"imagePullSecrets": [{{"name": "{names[host]}"}}]}}'
            command += f" && kubectl patch serviceaccount {account} --namespace {namespace} -p '{patch}'"
        journal.need(Setup("registry", host, why, command))
    return tuple(names.values())


def account_credentials(container: Container, journal: Journal) -> None:
    """What a job's container or service says of a name and a password: ``pull_secrets`` asks for these."""
    for value in (container.username, container.password):
        if value is not None:
            journal.dropped(value.path, "superseded", "images are pulled with the ServiceAccount's imagePullSecret")


def secret_of(image: str) -> str:
    """The name of the Secret for an image's registry."""
    return _secret(_registry(image))


def _secret(host: str) -> str:
    return label(f"registry-{host}")


def _credentials(job: Job) -> list[Value]:
    """The images that a job's containers take with a name and a password."""
    every = [*job.services.values(), *([job.container] if job.container is not None else [])]
    return [one.image for one in every if one.username is not None]


def _host_of(job: JobPlan, value: Value) -> str:
    """The registry of a job's image, of which conversion may know the beginning alone; empty where not even that."""
    if (text := job.scope.guess(value)) is not None:
        return _registry(text)
    first = job.scope.fold(value)[0]
    return _registry(first) if isinstance(first, str) and ("/" in first or ":" in first) else ""


def _registry(image: str | None) -> str:
    """The registry of an image's name: what stands before the first slash, if it has a dot, a port or is localhost."""
    first, slash, _ = (image or "").removeprefix("docker://").partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else HUB


def _host(text: str | None) -> str:
    """A registry as it was logged in to, without a scheme and a path."""
    host = (text or "").removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HUB if host in ("", "index.docker.io", "registry-1.docker.io") else host
