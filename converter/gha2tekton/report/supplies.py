"""What a person supplies to a correct output, as things to do in their order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal

from gha2tekton.journal import ALL, Setup
from gha2tekton.record import Record

Phase = Literal["before", "after"]

_KINDS: dict[str, tuple[Phase, str]] = {
    "option": ("before", "Convert again, giving {name}"),
    "namespace": ("before", "Make the namespace {name}"),
    "namespace label": ("before", "Label the namespace for {name}"),
    "secret": ("before", "Create the Secret {object} with {names}"),
    "variable": ("before", "Create the ConfigMap {object} with {names}"),
    "environment": ("before", "Give what GitHub's environment {names} holds to the run's Secret and ConfigMap"),
    "git secret": ("before", "Create the Secret {name} that clones the repository"),
    "registry": ("before", "Create the Secret that logs in to {name}"),
    "identity": ("before", "Let {name} trust the cluster"),
    "claim": ("before", "See that a StorageClass serves the claim {name}"),
    "data": ("before", "Make the claim {name} and fill it"),
    "feature flag": ("before", "Set the feature flag {name} of Tekton"),
    "directory": ("before", "Commit {name} to the repository"),
    "webhook": ("after", "Make the repository's webhook"),
}
"""When each kind is due and what is to be done; kinds stand in the order of the work."""

_CREATE = re.compile(r"kubectl create (?:secret generic|configmap) (\S+)")


class Supply(Record, frozen=True):
    """One thing to do, with the command that does it where there is one."""

    phase: Phase
    title: str
    why: tuple[str, ...]
    command: str = ""


def merged(setups: Sequence[tuple[str, Sequence[Setup]]]) -> list[Setup]:
    """What several workflows ask for, each thing once; reasons that are not the same name their workflow."""
    whys: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for name, setup in setups:
        for entry in setup:
            told = whys.setdefault((entry.kind, entry.name, entry.command), {})
            told.setdefault(entry.why, []).append(PurePosixPath(name).name)
    return [
        Setup(kind, name, next(iter(told)) if len(told) == 1 else "; ".join(_by_workflow(told)), command)
        for (kind, name, command), told in whys.items()
    ]


def _by_workflow(told: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (f"{', '.join(names)}: {why}" for why, names in told.items())


def supplies(setup: Iterable[Setup]) -> list[Supply]:
    """Everything asked for, in the order of the work; what makes one object is one thing to do."""
    groups: dict[tuple[str, str], list[Setup]] = {}
    events = []
    for entry in setup:
        if entry.kind == "webhook event":
            events.append(entry)
            continue
        created = _CREATE.match(entry.command)
        groups.setdefault((entry.kind, created[1] if created else entry.name), []).append(entry)
    order = list(_KINDS)
    ranked = sorted(groups.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else len(order))
    out = []
    for (kind, made), entries in ranked:
        phase, words = _KINDS.get(kind, ("before", f"Supply {kind} {{name}}"))
        names = [entry.name for entry in entries]
        title = words.format(name=names[0], names=listed(names), object=made)
        if names == [made]:
            title = title.partition(" with ")[0]
        why = [entry.why if len(entries) == 1 else f"{entry.name}: {entry.why}" for entry in entries]
        if kind == "webhook":
            why += [f"event {event.name}: {event.why}" for event in events]
        out.append(Supply(phase, title, tuple(why), _command([entry.command for entry in entries])))
    return out


def listed(names: Sequence[str]) -> str:
    """The keys of an object; one that is taken whole has more than those that are asked for by name."""
    named = ", ".join(name for name in names if name != ALL)
    if ALL not in names:
        return named
    return f"all that GitHub has, and {named}" if named else "all that GitHub has"


def _command(commands: list[str]) -> str:
    """One command in place of several that would make the same object: kubectl takes a file of keys or single keys."""
    told = list(dict.fromkeys(command for command in commands if command))
    if len(told) < 2:
        return "".join(told)
    first = told[0].split(" --from-")[0]
    filled = [command for command in told if " --from-env-file=" in command]
    if filled and all(command.split(" --from-")[0] == first for command in told):
        return filled[0]
    if any(command.split(" --from-literal=")[0] != first for command in told):
        return "\n".join(dict.fromkeys(told))
    literals = [part for command in told for part in command.split(" --from-literal=")[1:]]
    return f"{first} \\\n" + " \\\n".join(f"  --from-literal={literal}" for literal in dict.fromkeys(literals))


def start(files: Iterable[str]) -> list[str]:
    """The commands that put a bundle on the cluster and start its runs, given from the bundle's directory."""
    names = list(files)
    runs = [f"kubectl create -f {shlex.quote(name)}" for name in names if name.startswith("runs/")]
    return ["kubectl apply -k .", *runs] if names else []
