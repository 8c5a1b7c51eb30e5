"""Bundles that lie in directories: read, and seen to fit together in one namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gha2tekton.platform.settings import PlatformError
from gha2tekton.schema import faults
from gha2tekton.source import text_of
from gha2tekton.yaml import documents

Manifest = Mapping[str, Any]


def is_bundle(path: Path) -> bool:
    return (path / "kustomization.yaml").is_file()


def read(bundle: Path, namespace: str) -> list[Manifest]:
    """Its objects as they lie there; PlatformError where they are no YAML, or were made for another namespace."""
    found: list[Manifest] = []
    for path in sorted(bundle.rglob("*.yaml")):
        try:
            texts = documents(text_of(path), str(path))
        except (OSError, ValueError) as error:
            raise PlatformError(str(error)) from error
        for manifest in texts:
            if isinstance(manifest, dict) and "kind" in manifest:
                for message, way in faults(manifest, "bundle"):
                    told = [str(path), str(manifest["kind"]), ".".join(way), message]
                    raise PlatformError(": ".join(filter(None, told)))
                _fits(manifest, path, namespace)
                found.append(manifest)
    return found


def see_that_names_differ(bundles: Mapping[str, Sequence[Manifest]]) -> None:
    """PlatformError where two bundles hold different objects of one name: the second would replace the first's."""
    seen: dict[tuple[str, str], tuple[str, Manifest]] = {}
    for bundle, manifests in bundles.items():
        for manifest in manifests:
            for key in _name(manifest):
                other, same = seen.setdefault(key, (bundle, manifest))
                if other != bundle and same != manifest:
                    raise PlatformError(
                        f"{bundle}: {key[0]} {key[1]} is another than that of {other}, and the namespace takes one: "
                        "convert one of them again with --name-prefix, or both together"
                    )


def _name(manifest: Manifest) -> Iterator[tuple[str, str]]:
    name = (manifest.get("metadata") or {}).get("name")
    if name:
        yield str(manifest["kind"]), str(name)


def _fits(manifest: Manifest, path: Path, namespace: str) -> None:
    """A bundle names its namespace where Kubernetes wants it named: it must be the platform's."""
    for subject in manifest.get("subjects") or ():
        other = subject.get("namespace", namespace)
        if other != namespace:
            raise PlatformError(
                f"{path}: made for namespace {other}: convert again with --namespace {namespace}, or give {other} here"
            )
