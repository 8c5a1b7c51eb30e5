"""What runs need to clone the repository where not everybody may read it.

GitHub's runner has a token for it; on Tekton a Secret of the runs' ServiceAccount is handed to git.
https://tekton.dev/docs/pipelines/auth/
"""

from __future__ import annotations

import re

from gha2tekton.journal import Diagnostic, Journal, Setup
from gha2tekton.lower import open_names
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.lower.settings import Settings
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.tekton.model import EnvVar

_OWN_CHECKOUT = re.compile(r"^checkout(?!.* --repository )(?!.* --ref [^\"$])", re.MULTILINE)
"""A checkout of the run's own repository that may be of the run's own revision."""


def checkout_variables(carrier: Carrier, script: str) -> list[EnvVar]:
    """What a Task whose script checks out must know of the run's repository; ``carrier`` takes the params."""
    if _OWN_CHECKOUT.search(script):
        carrier.github("ref")  # the branch on which it ends
    if "\ncheckout" not in script:
        return []
    carrier.params.setdefault("git-repo-url", ("git", "url"))
    carrier.params.setdefault("git-revision", ("git", "revision"))
    return [EnvVar("GHA_REPO_URL", "$(params.git-repo-url)"), EnvVar("GHA_REVISION", "$(params.git-revision)")]


def built_before(job: JobPlan, script: str, carrier: Carrier) -> list[EnvVar]:
    """What a Task whose script builds images must know of those that were built before."""
    names = [name for build in job.builds for name in build.names]
    if not names or not re.search("docker|build-image", script):
        return []
    told = (open_names.told(open_names.in_params(name, job, carrier, spoken=True)) for name in names)
    return [EnvVar("GHA_BUILT", "".join(f"{name}\n" for name in told))]


def ask_for_clone(plan: Plan, lowered: LoweredWorkflow, settings: Settings, journal: Journal) -> None:
    """The Secret that runs clone with, or a word on it where none is named."""
    if ("git", "url") not in lowered.needed.values():
        return
    name, into = settings.git_secret, f"--namespace {settings.namespace or 'default'}"
    if not name:
        message = "a private repository is cloned with a Secret: make one for git, and name it by --git-secret"
        journal.note(Diagnostic("private-repository", "note", message, plan.jobs[0].job.span))
        return
    made = "--type=kubernetes.io/basic-auth --from-literal=username=x-access-token --from-literal=password=<token>"
    why = "runs clone the repository with it: the token needs the right to read contents"
    if settings.service_account:
        why += f"; ServiceAccount {settings.service_account} must name it among its secrets"
    command = (
        f"kubectl create secret generic {name} {into} {made} && "
        f"kubectl annotate secret {name} {into} tekton.dev/git-0=https://github.com"
    )
    journal.need(Setup("git secret", name, why, command))
