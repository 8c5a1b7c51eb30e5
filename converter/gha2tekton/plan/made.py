"""The images that scripts make: what they are called, and which of them a registry has."""

from __future__ import annotations

from gha2tekton.plan.images import bare
from gha2tekton.plan.verbs import pushes
from gha2tekton.shell.docker import DockerCall


class Made:
    """Filled call by call; names are without registry and tag where these say nothing."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.pushed: set[str] = set()
        self.aliases: dict[str, str] = {}
        """New names of images that somebody else made."""

    def takes(self, call: DockerCall) -> bool:
        """Whether a call that builds, pushes or names needs a builder of images."""
        if call.verb == "build":
            names = {bare(name) for name in call.all("--tag") if name}
            self.names |= names
            self.pushed |= names if pushes(call) else set()
        elif call.verb == "push":
            # A name that only the run knows may be that of any.
            names = {bare(name) for name in call.arguments if name}
            self.pushed |= names if None not in call.arguments else self.names
        elif call.verb == "tag" and len(call.arguments) == 2 and call.arguments[1]:
            if bare(call.arguments[0] or "") not in self.names:
                self.aliases[call.arguments[1]] = call.arguments[0] or ""
                return False
            self.names.add(bare(call.arguments[1]))
        return True
