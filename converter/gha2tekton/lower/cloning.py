"""What runs need to clone the repository where not everybody may read it.

GitHub's runner has a token for it; on Tekton a Secret of the runs' ServiceAccount is handed to git.
https://tekton.dev/docs/pipelines/auth/
"""

from __future__ import annotations

from gha2tekton.journal import Diagnostic, Journal, Setup
from gha2tekton.lower.lowered import LoweredWorkflow
from gha2tekton.lower.settings import Settings
from gha2tekton.plan.model import Plan


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
