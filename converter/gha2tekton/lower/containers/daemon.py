"""docker itself, in a privileged sidecar: by choice only, for clusters that allow it."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower.containers import host
from gha2tekton.lower.containers.sidecars import Served
from gha2tekton.plan.model import JobPlan
from gha2tekton.tekton.model import Container, EnvVar, Mount

PLACE = "/gha2tekton-docker"
MOUNT = Mount("docker", PLACE)
_IMAGE = "docker.io/library/docker:28-dind"
_START = f"""#!/bin/sh
mkdir -p {PLACE}/cli-plugins
cp /usr/local/bin/docker {PLACE}/docker
cp /usr/local/libexec/docker/cli-plugins/* {PLACE}/cli-plugins/
exec dockerd-entrypoint.sh dockerd --host=unix://{PLACE}/docker.sock --group 0
"""


def daemon(job: JobPlan, limits: Mapping[str, str], journal: Journal) -> Served:
    """The sidecar that runs a job's docker daemon; it sees the workspaces where the steps see them."""
    message = (
        f"job {job.job.id} runs docker in a privileged container: who can change the workflow has the node; "
        "leave --docker=dind out to have its containers as sidecars"
    )
    journal.note(Diagnostic("privileged-docker", "warning", message, job.job.span))
    if limits:
        more = f"job {job.job.id}: containers that docker starts see a GPU only if its image has NVIDIA's toolkit"
        journal.note(Diagnostic("gpu-behind-docker", "warning", more, job.job.span))
    sidecar = Container(
        name="docker",
        image=_IMAGE,
        script=_START,
        env=(EnvVar("DOCKER_TLS_CERTDIR", ""),),
        mounts=(MOUNT, *host.mounts(job)),
        limits=dict(limits),
        security={"privileged": True},
    )
    variables = (EnvVar("GHA_DOCKER", "dind"), EnvVar("GHA_DOCKER_PLACE", PLACE))
    return Served((sidecar,), variables, "docker" if limits else "", mount=MOUNT)
