"""The Tekton form that comes nearest to what nobody could convert, by the key under which it stands."""

from __future__ import annotations

import re
from functools import lru_cache

_FORMS = (
    (r"on\.schedule", "a CronJob that creates the PipelineRun of runs/"),
    (r"on(\.|$)", "a Trigger of the EventListener, whose CEL interceptor decides"),
    (r"permissions|jobs\.[^.]+\.permissions", "a Role for the ServiceAccount; for GitHub's API a token in a Secret"),
    (r"concurrency|jobs\.[^.]+\.concurrency", "--concurrency keep"),
    (r"jobs\.[^.]+\.environment", "a PipelineTask before this one that waits for a person, such as a custom task"),
    (r"jobs\.[^.]+\.strategy", "matrix.include of the PipelineTask, each leg an entry of params"),
    (r"jobs\.[^.]+\.container", "the image, env and volumeMounts of the Task's steps"),
    (r"jobs\.[^.]+\.services", "a sidecar of the Task"),
    (r"jobs\.[^.]+\.(uses|with|secrets)", "the called jobs as PipelineTasks; give its file with --actions-dir"),
    (r"jobs\.[^.]+\.if", "when of the PipelineTask"),
    (r"jobs\.[^.]+\.outputs", "results of the Task"),
    (r"jobs\.[^.]+\.runs-on", "nodeSelector and tolerations of the PipelineRun's podTemplate"),
    (r"jobs\.[^.]+\.steps\[\d+\]\.if", "a condition in the script of the Task's step"),
    (r"jobs\.[^.]+\.steps\[\d+\]\.run", "the script of a step in the Task"),
    (r"jobs\.[^.]+\.steps\[\d+\]", "a step in the Task: an image, and a script that does what the action does"),
    (r"jobs\.[^.]+$", "a Task of your own in place of this one, under the same name"),
)  # fmt: skip


@lru_cache(maxsize=1024)
def nearest(place: str) -> str:
    """In a few words, for the path of a leaf or of what holds it."""
    own = keys(place)
    return next((form for pattern, form in _FORMS if re.match(pattern, own)), "")


def keys(path: str) -> str:
    """A path without the file that it is in; the steps of an action are told as those of a job."""
    return re.sub(r"^runs\.", "jobs.runs.", path.rpartition("#")[2])
