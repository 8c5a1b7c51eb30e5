"""The tag of an image for the version of a tool that a workflow asks for."""

from __future__ import annotations

import re

from gha2tekton.rules.model import Image

_EARLY = re.compile(r"-(dev|alpha|beta|rc|nightly|0$)")
_CLAUSE = re.compile(r"(>=|<=|~=|[<>^~]|=*)\s*v?(\d+(?:\.\d+)*)")
_LOWER = (">=", ">")


def tag(image: Image, version: str) -> str:
    """A version as image tags write it: 3.x is 3, a free-threaded 3.13t is 3.13, nothing is the newest 3.

    Of a range it is the newest that is allowed, as the setup actions take it. What is yet to be released has no image:
    the usual one is taken, and the tool's step brings the version.
    """
    version = version.strip().splitlines()[-1].strip() if version.strip() else ""
    if version in image.channels:
        return image.channels[version]
    if _EARLY.search(version):
        return image.version or "latest"
    version = re.sub(rf"^(pypy|{image.tool})-?|!=\s*[\d.]+", "", version)
    if re.match(r"[a-z]{2,}", version):
        return image.version if re.search(r"\d", version) else "latest"  # another implementation: nothing brings it
    found = [_newest(image, _CLAUSE.findall(one)) for one in version.split("||")]
    return max(filter(None, found), key=_parts, default="latest")


def _newest(image: Image, clauses: list[tuple[str, str]]) -> str:
    """The newest version that all clauses of a range allow, as far as their own words tell it; empty for none."""
    low = next((text for sign, text in clauses if sign in _LOWER), "")
    for sign, text in clauses:
        parts = _parts(text)
        if sign == "^":
            return _text(image, parts[: next((at for at, part in enumerate(parts, 1) if part), len(parts))])
        if sign in ("~", "~="):
            return _text(image, parts[: 2 if sign == "~" else max(1, len(parts) - 1)])
        if sign == "<=":
            return _text(image, parts)
        if sign == "<":
            below = _below(parts)
            return _text(image, below if below >= _parts(low)[: len(below)] else _parts(low))
        if sign not in _LOWER:
            return _text(image, parts)
    usual = _parts(image.version)
    return _text(image, usual[:1] if len(usual) > 1 or usual >= _parts(low) else _parts(low)[:1]) if low else ""


def _below(parts: list[int]) -> list[int]:
    """What comes before a version: 3.12 before 3.13, 1 before 2.0."""
    while len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    return [*parts[:-1], parts[-1] - 1]


def _parts(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def _text(image: Image, parts: list[int]) -> str:
    return ".".join(map(str, parts[: image.numbers or len(parts)]))
