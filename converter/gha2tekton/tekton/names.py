"""Names that Kubernetes takes: DNS labels, readable, stable, unique.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

LABEL = 63
STEP = 50
"""Tekton puts ``step-`` before a step's name and cuts silently; the margin keeps names whole."""

_OTHER = re.compile(r"[^a-z0-9]+")
_FOREIGN = re.compile(r"[^a-zA-Z0-9]+")
_ODD = re.compile(r"[^A-Za-z0-9]")

_OURS = frozenset(("container-image", "git-repo-url", "git-revision", "gpu-count", "leg", "leg-image", "memory-limit"))


@lru_cache(maxsize=4096)
def label(text: str, limit: int = LABEL, fallback: str = "unnamed") -> str:
    """A DNS label for a text: lower case, dashes for the rest; what is cut gets a short hash to stay unique."""
    slug = _OTHER.sub("-", text.lower()).strip("-") or fallback
    if len(slug) <= limit:
        return slug
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{slug[: limit - 7].rstrip('-')}-{digest}"


@lru_cache(maxsize=4096)
def param(path: tuple[str, ...]) -> str:
    """The param that carries a context value: github.event.number is ``github-event-number``."""
    return "-".join(_FOREIGN.sub("-", part).strip("-").lower() or "x" for part in path)


def input_param(path: tuple[str, ...]) -> str:
    """The param of an input: its own name, but for what params of ours and of contexts are called."""
    own = param(path)
    return f"inputs-{own}" if own in _OURS or own.startswith(("github-", "matrix-", "pod-", "strategy-")) else own


@lru_cache(maxsize=4096)
def variable(path: tuple[str, ...]) -> str:
    """The environment variable that carries a context value to a script, where the runtime looks for it."""
    name = "_".join(_ODD.sub("_", part).upper() for part in path)
    if path[0] == "secrets":
        return "GHA_SECRET_" + name.removeprefix("SECRETS_")
    if path[0] in ("github", "runner") and len(path) == 2:
        return name
    return f"GHA_{name}"


class Namespace:
    """Hands out names, each once; a second ``build`` becomes ``build-2``."""

    def __init__(self, limit: int = LABEL) -> None:
        self._limit = limit
        self._taken: set[str] = set()

    def take(self, text: str, fallback: str = "unnamed") -> str:
        name = label(text, self._limit, fallback)
        count = 1
        while name in self._taken:
            count += 1
            suffix = f"-{count}"
            name = label(text, self._limit - len(suffix), fallback) + suffix
        self._taken.add(name)
        return name
