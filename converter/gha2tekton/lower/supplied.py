"""What a person supplies before the Tasks of a job can run."""

from __future__ import annotations

from collections.abc import Iterable

from gha2tekton.journal import ALL, Journal, Setup
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.whole_contexts import RUNNER, SECRETS, VARIABLES
from gha2tekton.plan.model import JobPlan
from gha2tekton.tekton.model import Task
from gha2tekton.tekton.pod_security import PRIVILEGED, above_baseline


def ask_for_values(job: JobPlan, carrier: Carrier, handed: Iterable[str], namespace: str, journal: Journal) -> None:
    """Secrets and variables; ``handed`` are those that the runner's machine hands on to the job's container."""
    into, who = f"--namespace {namespace or 'default'}", f"job {job.job.id}"
    for kind, root, made, object in (
        ("secret", "secrets", f"secret generic {SECRETS}", "secrets"),
        ("variable", "vars", f"configmap {VARIABLES}", "variables"),
    ):
        if root in carrier.sources:
            command = f"kubectl create {made} {into} --from-env-file=FILE"
            journal.need(Setup(kind, ALL, f"{who} asks for all {object}", command))
        for name in sorted(carrier.secrets if root == "secrets" else carrier.configured):
            command = f"kubectl create {made} {into} --from-literal={name}=..."
            journal.need(Setup(kind, name, f"{who} uses it", command))
    for name in handed:
        command = f"kubectl create secret generic {RUNNER} {into} --from-literal={name}=..."
        journal.need(Setup("secret", name, f"the runner's machine hands it on to the container of {who}", command))


def ask_for_rights(job: JobPlan, task: Task, namespace: str, journal: Journal) -> None:
    """Clusters refuse Pods with rights beyond the baseline unless their namespace says that it may have them."""
    command = PRIVILEGED.format(namespace or "NAMESPACE")
    for container in (*task.steps, *task.sidecars):
        if rights := list(above_baseline(container.security or {})):
            why = f"job {job.job.id} gives the container {container.name} {', '.join(rights)}"
            journal.need(Setup("namespace label", "pod-security", why, command))
