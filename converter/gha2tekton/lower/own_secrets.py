"""Secrets that are on the cluster already, in place of keys of the one that a person would make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gha2tekton.journal import Journal, Setup
from gha2tekton.lower.whole_contexts import SECRETS, SOURCES
from gha2tekton.record import replace
from gha2tekton.tekton.model import EnvVar, Manifest

Names = Mapping[str, tuple[str, str]]
"""The Secret and the key that hold a secret of GitHub, by its name in upper case."""

_MADE = re.compile(rf"kubectl create secret generic {SECRETS} (.*?)--from-literal=\S+")


def with_own_secrets(
    files: Mapping[str, tuple[Manifest, ...]], names: Names, journal: Journal
) -> dict[str, tuple[Manifest, ...]]:
    """The files with every reference to these secrets put right, and the journal asking for what is referred to."""
    if not names:
        return dict(files)
    journal.resupply(lambda setup: _supplied(setup, names))
    return {name: tuple(_part(manifest, names) for manifest in manifests) for name, manifests in files.items()}


def _part(value: Any, names: Names) -> Any:
    if isinstance(value, list | tuple):
        return [_part(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("name") == SECRETS and str(value.get("key", "")).upper() in names:
        name, key = names[str(value["key"]).upper()]
        return value | {"name": name, "key": key}
    out = {key: _part(item, names) for key, item in value.items()}
    if any((source.get("secretRef") or {}).get("name") == SECRETS for source in out.get("envFrom") or ()):
        # Who takes the Secret whole takes these too.
        out["env"] = [*(out.get("env") or ()), *_all(names, {one["name"] for one in out.get("env") or ()})]
    return out


def _all(names: Names, there: set[str]) -> list[Manifest]:
    prefix = SOURCES["secrets"].prefix
    made = (EnvVar(f"{prefix}{name}", secret=where) for name, where in names.items())
    return [variable.manifest() for variable in made if variable.name not in there]


def _supplied(setup: Setup, names: Names) -> Setup:
    found = _MADE.match(setup.command)
    if setup.kind != "secret" or setup.name.upper() not in names or not found:
        return setup
    name, key = names[setup.name.upper()]
    command = f"kubectl create secret generic {name} {found[1]}--from-literal={key}=..."
    return replace(setup, why=f"{setup.why}, from key {key}", command=command)
