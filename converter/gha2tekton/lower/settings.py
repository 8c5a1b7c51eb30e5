"""What the user may choose about the output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gha2tekton.record import Record, field


class Settings(Record, frozen=True):
    """Names, places and sizes; every default is what a first conversion should use."""

    namespace: str = ""
    name_prefix: str | None = None
    """Goes before the names of Tasks; None takes the workflow's name."""
    gpu_resource: str = "nvidia.com/gpu"
    memory: str = ""
    """Of the container that holds a GPU; empty is STAGED_MEMORY in a job of several Tasks, the node's in any other."""
    storage_class: str = ""
    storage: str = "50Gi"
    unmapped: Literal["fail", "skip"] = "fail"
    service_account: str = ""
    git_secret: str = ""
    """The Secret that the runs clone a private repository with."""
    triggers: Literal["listener", "pipelines-as-code", "none"] = "listener"
    forks: Literal["refuse", "secretless", "members"] = "refuse"
    """What pull requests from forks may do, from which GitHub withholds secrets."""
    github_status: bool | None = None
    """Tell GitHub of each job by a commit status; None does where pull requests start runs."""
    status_url: str = ""
    github_repository: str = ""
    """``owner/name``: deliveries of others are refused; empty takes all that are signed."""
    default_branch: str = ""
    token_account: str = ""
    """Whom the token acts as on GitHub."""
    host: str = ""
    pins: Mapping[str, str] = field(default_factory=dict)
    """Digests by the full names of images."""
    secrets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The Secret and the key for secrets that are on the cluster already, by their names in upper case."""
    concurrency: Literal["report", "keep"] = "report"
    """Whether the workflow's concurrency group holds on Tekton."""
    pull_request_head: bool = False
    repository: str = ""
    """Goes before all names, where the bundles of many repositories share a namespace."""
    shared: str = ""
    """What the listener, the claim and their accounts are named by, where several workflows share them."""


STAGED_MEMORY = "32Gi"
"""What the guide gives the Task that computes."""

MANAGED = {"app.kubernetes.io/managed-by": "gha2tekton"}

SOURCE = "source-code-workspace"
ARTIFACTS = "shared-artifacts-workspace"
CACHE = "gpu-cache-workspace"
STATE = "test-execution-workspace"
"""The guide's workspaces: the job's files, what the run publishes, what outlives runs, what a job itself must keep."""
JOB = "job-workspace"
"""Beside jobs of several Tasks, whose files lie on the claim, a job of one Task has its files to itself."""

WORKSPACES = {
    SOURCE: "The workspace of a job: what it checks out and makes",
    ARTIFACTS: "Artifacts of the run, and what its jobs tell each other",
    CACHE: "Caches, kept from run to run",
    STATE: "What a job carries from Task to Task: outcomes, environment, home, Python packages",
    JOB: "The workspace of a job that is one Task, and gone with its Pod",
}

BUSYBOX = "docker.io/library/busybox:1.37"
"""The image of Tasks of our own, which need a shell and awk."""

RUN = "the run"
"""Stands in rows of the ledger for the file of the PipelineRun, until its name is known."""
IMAGES_OF = "images of job {}"
"""What outcomes name instead of the file of the Task that builds a job's images, until that is known."""
