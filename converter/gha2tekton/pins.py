"""Digests of images, from a file: an image and ``sha256:…`` a line, comments begin with ``#``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gha2tekton.source import Refused, text_of, why

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE = re.compile(r"[a-z0-9][\w.:/-]*")


class PinError(Refused):
    """A file of digests that cannot be read; the message begins with file:line:column."""


def read_pins(path: Path) -> Mapping[str, str]:
    """The digest of each image, by the image's full name with its tag; PinError for what is no such file."""
    try:
        lines = text_of(path).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PinError(f"{path}: {why(error)}") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].replace("@", " ").split()
        if not words:
            continue
        for word, shape, what in zip(words, (_IMAGE, _DIGEST), ("an image", "sha256: and 64 digits"), strict=False):
            if not shape.fullmatch(word):
                raise PinError(f"{path}:{number}:{line.index(word) + 1}: {word} is not {what}")
        if len(words) != 2:
            raise PinError(f"{path}:{number}:1: a line has an image and its digest")
        name = full_name(words[0])
        if found.setdefault(name, words[1]) != words[1]:
            raise PinError(f"{path}:{number}:1: {words[0]} has another digest above")
    return found


def full_name(image: str) -> str:
    """An image as ``docker.io/library/python:3.12``: with its registry, its folder and its tag."""
    head, slash, rest = image.partition("/")
    if not slash:
        image = f"docker.io/library/{image}"
    elif not re.search(r"[.:]|^localhost$", head):
        image = f"docker.io/{image}"
    elif head == "docker.io" and "/" not in rest:
        image = f"docker.io/library/{rest}"
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def pinned(image: str, pins: Mapping[str, str]) -> str:
    """The image with its digest; as it is where it has one, is only known to the run, or nobody gave one."""
    digest = None if "@" in image or "$(" in image else pins.get(full_name(image))
    return f"{image}@{digest}" if digest else image
