"""What runs in the containers of scripts: commands that calls bring, or what their images say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gha2tekton.plan.host_directories import Bind, binds
from gha2tekton.plan.images import unknown
from gha2tekton.plan.model import ContainerPlan
from gha2tekton.record import replace
from gha2tekton.rules.model import Image
from gha2tekton.shell.docker import DockerCall
from gha2tekton.workflow.compose import Service

_USER = re.compile(r"(root|\d+)(:(root|\d+))?|")

Rows = Mapping[str, str]


class Called:
    """Filled call by call; containers go by their names, calls by their rows."""

    def __init__(self) -> None:
        self.within: set[str] = set()
        """Containers in which calls run commands of their own."""
        self._bare: dict[str, list[str]] = {}
        """The calls that want a container's own command."""
        self._entered: dict[str, list[str]] = {}
        """The calls that run a command behind the image's entrypoint."""
        self._awaited: set[str] = set()
        """Containers whose end calls wait for."""
        self._mounted: dict[str, set[str]] = {}
        """The containers that each volume or directory is mounted in."""

    def by_run(self, name: str, row: str, call: DockerCall) -> None:
        """``docker run`` and ``docker create``."""
        if call.verb == "run" and call.arguments and not call.given("--entrypoint"):
            (self._bare if _are_options(call.arguments) else self._entered).setdefault(name, []).append(row)
        own = call.verb == "create" or call.arguments or call.option("--entrypoint")
        mounts = binds(call)
        for one in mounts:
            self._mounted.setdefault(one.source, set()).add(name)
        known = len(mounts) == len(call.all("--volume", "--mount")) and all(one.of_docker for one in mounts)
        if own or not known or not call.given("--detach"):
            self.within.add(name)
        if not own:
            self._bare.setdefault(name, []).append(row)

    def by_compose(self, name: str, row: str, call: DockerCall, service: Service) -> None:
        """A command of compose that starts a service, or runs something in it."""
        if not call.given("--detach", "--wait"):
            self._awaited.add(name)
        for source, _ in service.volumes:
            self._mounted.setdefault(source, set()).add(name)
        target = call.target == service.name
        if target and call.verb in ("compose exec", "compose run"):
            self.within.add(name)
        runs = target and call.verb == "compose run"
        if service.entrypoint is None and not (runs and call.given("--entrypoint")):
            named = runs and (call.arguments or service.command)
            (self._entered if named else self._bare).setdefault(name, []).append(row)

    def settled(self, container: ContainerPlan, known: Image | None) -> tuple[ContainerPlan, Rows, Rows]:
        """The container as it runs what its image says, of which the tables know this.

        Behind it are the calls that are served with a difference, and those that cannot be.
        """
        holds = known.holds if known is not None else frozenset[str]()
        user = known.user if known and container.root else ""
        container = replace(container, holds=holds, worked_in=container.name in self.within)
        if known is not None and (known.entrypoint or known.command):
            return replace(container, entrypoint=known.entrypoint, command=known.command, user=user), {}, {}
        differs = (
            f"the ENTRYPOINT of {container.image} is not run before the command; "
            "an entry of images.yaml with entrypoint: sets it"
        )
        notes = dict.fromkeys(self._entered.get(container.name, ()) if known is None else (), differs)
        rows, service = self._bare.get(container.name, ()), container.service
        if not rows:
            return replace(container, user=user), notes, {}
        shares = any(container.name in names and len(names) > 1 for source, names in self._mounted.items() if source)
        called = container.name in self.within or shares
        alone = not called and (service is None or _fixed(service))
        command = service.command if service is not None else None
        begins = alone and service is not None and not service.depends_on and container.name not in self._awaited
        if command is not None and not _are_options(command) and (known is not None or not begins):
            return replace(container, user=user), notes | (dict.fromkeys(rows, differs) if known is None else {}), {}
        if alone:
            return replace(container, plain=True), notes, {}
        problems = {row: unknown(container.image, row.endswith(".uses")) for row in rows}
        return replace(container, user=user), notes, problems


def _are_options(words: Sequence[str | None]) -> bool:
    """Whether a command is but options of what the image itself runs."""
    return bool(words) and (words[0] or "").startswith("-")


def _fixed(service: Service) -> bool:
    """Whether a Pod can be told all of a service when it starts; a user by name is the image's to know."""
    asked = service.open_environment or service.env_files
    # What lies in a volume that nobody else has lies as well in the container, where the image's own files are.
    own = all(Bind(*volume).of_docker for volume in service.volumes)
    return own and not asked and _USER.fullmatch(service.user) is not None
