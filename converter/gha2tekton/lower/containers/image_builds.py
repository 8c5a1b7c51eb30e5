"""The Task that builds images which a job runs, and pushes them to the registry that the options name.

https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
"""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.lower.containers.registries import secret_of
from gha2tekton.lower.containers.sidecars import BUILDAH
from gha2tekton.lower.job import JobWriter, LoweredTask
from gha2tekton.plan.builds import RUN_PARAM
from gha2tekton.plan.images import joined
from gha2tekton.plan.model import ImageBuild, JobPlan, PlannedStep, Stage
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.record import replace
from gha2tekton.shell.quote import word
from gha2tekton.tekton.model import Container, EnvVar, Mount, Param
from gha2tekton.tekton.names import STEP, label

_KEYS = "/gha2tekton-registry"
_SCRIPT = """\
#!/bin/sh
set -e
[ ! -f {keys}/config.json ] || export REGISTRY_AUTH_FILE={keys}/config.json
{build}
buildah push "$IMAGE"
"""


def images_task(writer: JobWriter, job: JobPlan, name: str) -> LoweredTask:
    """The Task: what the job checks out, then one step an image."""
    bare = replace(
        job.job, outputs={}, services={}, container=None, condition=None, continue_on_error=None, concurrency=None
    )
    before = _fetching(job.builds)
    own = replace(
        job, job=bare, layout="job", stages=(Stage(before),), state=False, artifacts=False, cache=False, kept=False
    )
    # What the steps mean is told where the job has them.
    quiet = replace(writer, journal=writer.journal.apart())
    made = quiet.task(replace(own, composed=(), daemon=False, host=(), builds=(), gpu=0), 0, [name])
    fetch = replace(made.task.steps[0], name="checkout")
    task = replace(
        made.task,
        steps=(fetch, *(_step(build, number) for number, build in enumerate(job.builds, 1))),
        description=f"Builds images that jobs.{job.job.id} of {writer.workflow.source.name} runs",
        params=(*made.task.params, *([] if RUN_PARAM in made.params else [Param(RUN_PARAM, "github.run_id")])),
        volumes=(*made.task.volumes, _keys(job.builds[0].image)),
    )
    return replace(made, task=task, params={**made.params, RUN_PARAM: ("github", "run_id")})


def _fetching(builds: Sequence[ImageBuild]) -> tuple[PlannedStep, ...]:
    return max((build.before for build in builds), key=len)


def _step(build: ImageBuild, number: int) -> Container:
    *options, context = build.words
    context = context.removeprefix(f"{WORKSPACE}/") if context != WORKSPACE else "."
    place = joined(WORKSPACE, build.directory)
    line = " ".join(["buildah build --format docker --tag", '"$IMAGE"', *map(word, options), word(context)])
    return Container(
        name=label(f"build-{build.names[0].rpartition('/')[2].partition(':')[0]}-{number}", STEP),
        image=BUILDAH,
        script=_SCRIPT.format(keys=_KEYS, build=line),
        working_dir=place,
        env=(
            EnvVar("IMAGE", build.image),
            EnvVar("BUILDAH_ISOLATION", "chroot"),
            EnvVar("STORAGE_DRIVER", "vfs"),
        ),
        mounts=(Mount("registry", _KEYS, read_only=True),),
    )


def _keys(image: str) -> dict[str, object]:
    """The Secret that the runs' account pulls the image with: it must be let push, too."""
    items = [{"key": ".dockerconfigjson", "path": "config.json"}]
    return {"name": "registry", "secret": {"secretName": secret_of(image), "optional": True, "items": items}}
