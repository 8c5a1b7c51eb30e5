"""The runtime's ConfigMaps: the files of ``mappings/runtime``, mounted read-only in every Pod that needs them.

They are two, what runs jobs and what stands for actions, since ``kubectl apply`` keeps an object once more in an
annotation of its own, and annotations end at 256 KiB.
https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache

from gha2tekton import resources
from gha2tekton.lower.settings import MANAGED
from gha2tekton.manifests import Constant
from gha2tekton.tekton.model import Manifest, Mount, Task

PLACE = "/gha2tekton"
JOB = f"{PLACE}/job"
FILE = "runtime.yaml"
VOLUME = "gha2tekton"

ACTIONS = frozenset(
    """
    action-file.awk action-inputs.sh action-place.sh alls-green app-token aws-login build-image cache-restore
    cache-save caches.sh changed-files changes.awk checkout codecov-upload comment commit-files concurrency
    container-action download-artifact earlier-artifacts fetch-action filters.awk github-api github-artifacts
    github-script google-login image-tags image-tags.awk install-tool javascript-action json.awk matrix matrix.awk
    npm-registry open-pull-request own-program packages.sh pod-values publish-release push-files registry-login retry
    revision.sh send-mail setup-conda setup-pixi setup-tool setup-uv upload-artifact version-file versions.awk
    with-outputs
    """.split()
)
"""The files that scripts call in the place of actions, and what these need; no other file calls them."""

_CALLS = re.compile(rf"(?<![\w.-])({'|'.join(sorted(name for name in ACTIONS if '.' not in name))})(?![\w.-])")


@cache
def _files(part: str) -> tuple[tuple[str, str], ...]:
    folder = resources.mappings() / "runtime"
    files = (
        path for path in sorted(folder.iterdir()) if path.is_file() and (path.name in ACTIONS) == (part != "runtime")
    )
    return tuple((path.name, path.read_text(encoding="utf-8")) for path in files)


@cache
def _name(part: str) -> str:
    """A ConfigMap's name, which carries the hash of what is in it."""
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in _files(part)).encode()).hexdigest()
    return f"gha2tekton-{part}-{digest[:10]}"


@cache
def _config_map(part: str) -> Manifest:
    """A ConfigMap, immutable: another version has another name."""
    return Constant(
        apiVersion="v1",
        kind="ConfigMap",
        metadata={"name": _name(part), "labels": dict(MANAGED)},
        immutable=True,
        data=dict(_files(part)),
    )


def config_maps(tasks: Iterable[Task]) -> tuple[Manifest, ...]:
    """Those that Tasks mount."""
    held = [volume for task in tasks for volume in task.volumes if volume["name"] == VOLUME]
    parts = ["runtime", "actions"] if any("projected" in volume for volume in held) else ["runtime"] if held else []
    return tuple(map(_config_map, parts))


def volume(script: str) -> Manifest:
    """What a Task mounts of them that runs a script."""
    if not _CALLS.search(script):
        return {"name": VOLUME, "configMap": {"name": _name("runtime"), "defaultMode": 0o555}}
    sources = [{"configMap": {"name": _name(part)}} for part in ("runtime", "actions")]
    return {"name": VOLUME, "projected": {"defaultMode": 0o555, "sources": sources}}


MOUNT = Mount(VOLUME, PLACE, read_only=True)
