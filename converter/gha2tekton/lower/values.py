"""Text on its way through params.

Tekton reads ``$(`` in a param's value as its own and refuses a run for it, Triggers and Kubernetes expand and halve.
None of them has a way to quote, so such a text is written without the sign; the runtime of the job writes it back.
"""

from __future__ import annotations

import re

MARK = "gha2tekton:"
"""Begins a text that is not itself: its ``$`` is ``%24`` and its ``%`` is ``%25``."""

SUSPECT = f"[$][($]|^{MARK}"
"""What makes a text travel so, for Python and for CEL."""

_SUSPECT = re.compile(SUSPECT)


def sent(text: str) -> str:
    """A text as the value of a param."""
    if not _SUSPECT.search(text):
        return text
    return MARK + text.replace("%", "%25").replace("$", "%24")
