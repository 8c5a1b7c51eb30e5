"""The claim that a run's Tasks share."""

from __future__ import annotations

from gha2tekton.journal import Journal, Setup
from gha2tekton.lower.settings import MANAGED, Settings
from gha2tekton.tekton.model import Manifest


def claim_manifest(name: str, settings: Settings, journal: Journal) -> Manifest:
    """One claim for all workspaces, each in a directory of its own; a Task may bind no second one."""
    spec: Manifest = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": settings.storage}}}
    if settings.storage_class:
        spec["storageClassName"] = settings.storage_class
    size = f"{settings.storage} that one node at a time can write, so all Tasks of a run share a node"
    journal.need(Setup("claim", name, size, "kubectl get storageclass"))
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "labels": dict(MANAGED)},
        "spec": spec,
    }
