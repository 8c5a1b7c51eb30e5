"""The runtime's ConfigMap: the files of ``mappings/runtime``, mounted read-only in every Pod that needs them."""

from __future__ import annotations

import hashlib
from functools import cache

from gha2tekton import resources
from gha2tekton.lower.settings import MANAGED
from gha2tekton.manifests import Constant
from gha2tekton.tekton.model import Manifest, Mount

PLACE = "/gha2tekton"
JOB = f"{PLACE}/job"
FILE = "runtime.yaml"
VOLUME = "gha2tekton"


@cache
def _files() -> tuple[tuple[str, str], ...]:
    folder = resources.mappings() / "runtime"
    return tuple((path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir()) if path.is_file())


@cache
def name() -> str:
    """The ConfigMap's name, which carries the hash of what is in it."""
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in _files()).encode()).hexdigest()
    return f"gha2tekton-runtime-{digest[:10]}"


@cache
def config_map() -> Manifest:
    """The ConfigMap, immutable: another version has another name."""
    return Constant(
        apiVersion="v1",
        kind="ConfigMap",
        metadata={"name": name(), "labels": dict(MANAGED)},
        immutable=True,
        data=dict(_files()),
    )


def volume() -> Manifest:
    return {"name": VOLUME, "configMap": {"name": name(), "defaultMode": 0o555}}


MOUNT = Mount(VOLUME, PLACE, read_only=True)
