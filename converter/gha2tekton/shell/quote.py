"""Text as one word of a POSIX shell, in the form a person would write."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9_./:=@%+,-]+\Z")


def word(text: str) -> str:
    """A word that any POSIX shell reads as just this text."""
    if _BARE.match(text):
        return text
    if "'" not in text:
        return f"'{text}'"
    if not re.search(r'[$`"\\!]', text):
        return f'"{text}"'
    return "'" + text.replace("'", "'\\''") + "'"
