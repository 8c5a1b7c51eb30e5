"""Lists of what a bundle holds and needs: images, claims, GPUs, accounts, and what must be supplied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gha2tekton.conversion import Conversion, once
from gha2tekton.record import Record, replace

_ACCOUNTS = ("ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
_GPU = ("gpu", "nvidia.com/", "amd.com/", "habana.ai/")


class Item(Record, frozen=True, order=True):
    """One row: ``detail`` says how much, what for or by which right; ``file`` is where the bundle has it."""

    kind: str
    name: str
    detail: str = ""
    file: str = ""
    command: str = ""

    @property
    def told(self) -> str:
        """The detail for people: what several Tasks have in common is said once."""
        groups: dict[str, list[str]] = {}
        for one in self.detail.split("; "):
            head, found, name = one.partition(" of Task ")
            groups.setdefault(f"{head} of Task" if found else one, []).extend([name] if found else [])
        return "; ".join(
            f"{head}{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else head
            for head, names in groups.items()
        )


@once
def inventory(conversion: Conversion) -> list[Item]:
    """Every row, kind by kind; one thing in several places is one row."""
    found: dict[tuple[str, str], Item] = {}
    for file, documents in conversion.bundle.files.items():
        for document in documents:
            for item in _items(document, file):
                before = found.setdefault((item.kind, item.name), item)
                if item.detail not in before.detail.split("; "):
                    found[item.kind, item.name] = replace(before, detail=f"{before.detail}; {item.detail}")
    rows = sorted(found.values())
    if conversion.bundle.files and not any(entry.kind == "feature flag" for entry in conversion.journal.setup):
        rows.append(Item("feature flag", "none", "the defaults of a Tekton installation do"))
    return rows + [Item(entry.kind, entry.name, entry.why, "", entry.command) for entry in conversion.journal.setup]


def _items(document: Any, file: str) -> Iterator[Item]:
    kind, name = str(document.get("kind", "")), str(document.get("metadata", {}).get("name", ""))
    if kind == "PersistentVolumeClaim":
        spec = document["spec"]
        size = spec["resources"]["requests"]["storage"]
        yield Item("claim", name, f"{size}, {', '.join(spec['accessModes'])}", file)
    elif kind in _ACCOUNTS:
        yield Item("rbac", f"{kind} {name}", "; ".join(_rights(document)), file)
    elif kind == "Task":
        defaults = {param["name"]: param.get("default", "") for param in document["spec"].get("params", ())}
        for group in ("steps", "sidecars"):
            for container in document["spec"].get(group, ()):
                image = str(container.get("image", ""))
                for param, default in defaults.items():
                    image = image.replace(f"$(params.{param})", str(default) or f"$(params.{param})")
                if image:
                    yield Item("image", image, f"{group[:-1]} of Task {name}", file)
                for resource, count in container.get("computeResources", {}).get("limits", {}).items():
                    if any(word in resource for word in _GPU):
                        yield Item("gpu", resource, f"{count} in {group[:-1]} {container['name']} of Task {name}", file)


def _rights(document: Any) -> Iterator[str]:
    for rule in document.get("rules", ()):
        yield f"{', '.join(rule.get('verbs', ()))} {', '.join(rule.get('resources', ()))}"
    if "roleRef" in document:
        yield f"{document['roleRef']['kind']} {document['roleRef']['name']}"
