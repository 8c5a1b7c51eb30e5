"""How GitHub's webhooks carry the events of ``on``: ``mappings/events.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from gha2tekton.record import Record
from gha2tekton.resources import mappings
from gha2tekton.source import Source
from gha2tekton.yaml import compose, plain

DEFAULT_BRANCH = "'refs/heads/' + body.repository.default_branch"


class Webhook(Record, frozen=True):
    """One event; expressions are CEL over ``body``, empty where GitHub's context is empty or the payload is silent."""

    event: str
    webhook: str = ""
    actions: tuple[str, ...] = ()
    ref: str = DEFAULT_BRANCH
    sha: str = ""
    merged_ref: str = ""
    revision: str = ""
    head_ref: str = ""
    base_ref: str = ""
    head: str = ""
    branch: str = ""
    only: str = ""
    objects: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()
    withheld: bool = False
    loops: bool = False
    apps: bool = False
    difference: str = ""
    undelivered: str = ""

    @property
    def delivery(self) -> str:
        """The name in the ``X-GitHub-Event`` header."""
        return self.webhook or self.event

    @property
    def checkout(self) -> str:
        """What is checked out."""
        return self.revision or self.ref

    @property
    def slug(self) -> str:
        """The event in names of objects and files."""
        return self.event.replace("_", "-")


@cache
def webhooks() -> Mapping[str, Webhook]:
    """Every event that reaches a cluster as a delivery, or is known not to."""
    path = mappings() / "events.yaml"
    node = compose(Source(path.name, path.read_text(encoding="utf-8")))
    table = plain(node) if node else {}
    return {event: Webhook(event, **_entry(one)) for event, one in table.items()}


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


@cache
def objects() -> frozenset[str]:
    """The objects of a body that some events carry alone."""
    return frozenset(name for webhook in webhooks().values() for name in webhook.objects)
