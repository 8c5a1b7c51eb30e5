"""Lists of what a bundle needs of the cluster: secrets, variables, images, claims, GPUs, rights, webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gha2tekton.conversion import Conversion


@dataclass(frozen=True, slots=True)
class Inventory:
    """One list: its columns and rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def inventories(conversion: Conversion) -> tuple[Inventory, ...]:
    """The lists of a conversion that are not empty."""
    setup = [(entry.kind, entry.name, entry.why, entry.command) for entry in conversion.journal.setup]
    objects = [(name, one) for name, documents in conversion.bundle.files.items() for one in documents]
    found = [
        Inventory("to supply", ("kind", "name", "why", "command"), tuple(setup)),
        Inventory("images", ("image", "container", "file"), tuple(_images(objects))),
        Inventory("claims", ("claim", "size", "access", "file"), tuple(_claims(objects))),
        Inventory("GPUs", ("container", "resource", "count", "file"), tuple(_gpus(objects))),
        Inventory("rights", ("kind", "name", "for", "file"), tuple(_rights(objects))),
    ]
    return tuple(item for item in found if item.rows)


def _images(objects: list[tuple[str, Any]]) -> Iterator[tuple[str, ...]]:
    seen = set()
    for file, manifest in objects:
        for container in _containers(manifest):
            row = (str(container.get("image", "")), str(container.get("name", "")), file)
            if row[0] and row not in seen:
                seen.add(row)
                yield row


def _containers(manifest: Any) -> Iterator[Mapping[str, Any]]:
    spec = manifest.get("spec") if isinstance(manifest, Mapping) else None
    if isinstance(spec, Mapping) and manifest.get("kind") == "Task":
        for key in ("steps", "sidecars"):
            yield from spec.get(key) or ()


def _gpus(objects: list[tuple[str, Any]]) -> Iterator[tuple[str, ...]]:
    for file, manifest in objects:
        for container in _containers(manifest):
            limits = ((container.get("computeResources") or container.get("resources") or {}).get("limits")) or {}
            for name, count in limits.items():
                if "/" in name:
                    yield str(container.get("name", "")), str(name), str(count), file


def _claims(objects: list[tuple[str, Any]]) -> Iterator[tuple[str, ...]]:
    for file, manifest in objects:
        if isinstance(manifest, Mapping) and manifest.get("kind") == "PersistentVolumeClaim":
            spec = manifest["spec"]
            size = spec.get("resources", {}).get("requests", {}).get("storage", "")
            yield manifest["metadata"]["name"], str(size), ", ".join(spec.get("accessModes", ())), file


def _rights(objects: list[tuple[str, Any]]) -> Iterator[tuple[str, ...]]:
    kinds = ("ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    for file, manifest in objects:
        if isinstance(manifest, Mapping) and manifest.get("kind") in kinds:
            about = manifest.get("roleRef", {}).get("name", "")
            yield manifest["kind"], manifest["metadata"]["name"], str(about), file
