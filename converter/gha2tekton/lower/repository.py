"""What events say of the repository, where no delivery tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def repository_facts(repository: str, branch: str) -> dict[tuple[str, ...], str]:
    """What every event says of its repository, by its place below ``event``, as far as full name and branch tell."""
    owner, _, name = repository.partition("/")
    facts = {"default_branch": branch, "full_name": repository, "name": name}
    if repository:
        url = f"https://github.com/{repository}"
        facts |= {"html_url": url, "clone_url": f"{url}.git", "url": f"https://api.github.com/repos/{repository}"}
    out = {("repository", key): text for key, text in facts.items() if text}
    return out | ({("repository", "owner", "login"): owner} if owner else {})


def nested(facts: Mapping[tuple[str, ...], str]) -> dict[str, Any]:
    """The same as an object."""
    out: dict[str, Any] = {}
    for place, text in facts.items():
        at = out
        for part in place[:-1]:
            at = at.setdefault(part, {})
        at[place[-1]] = text
    return out
