"""Text on its way through params.

Tekton reads ``$(`` in a param's value as its own and refuses a run for it, Triggers and Kubernetes expand and halve.
None of them has a way to quote, so such a text is written without the sign; the runtime of the job writes it back.
"""

from __future__ import annotations

import json
import re

from gha2tekton.expression import Template
from gha2tekton.tekton.model import DOLLAR

MARK = "gha2tekton:"
"""Begins a text that is not itself: its ``$`` is ``%24`` and its ``%`` is ``%25``."""

SUSPECT = f"[$][($]|^{MARK}"
"""What makes a text travel so, for Python and for CEL."""

_SUSPECT = re.compile(SUSPECT)

TEKTONS_OWN = re.compile(
    r"\$\((?=(?:params|workspaces|results|context|steps?|tasks|finally|inputs|outputs|artifacts|credentials)(?:\.|\[|\)))"
)
"""Where Tekton sees a reference of its own, whatever stands before it."""


def escaped(text: str, before: bool = False) -> str:
    """A text for a variable or an argument of a container; ``before`` a reference, which Tekton fills in first.

    Kubernetes expands ``$(NAME)`` there and halves ``$$``. Where Tekton sees a reference of its own even behind ``$$``,
    the sign comes from a variable.
    """
    *heads, last = TEKTONS_OWN.split(text)
    doubled = [re.sub(r"\$(?=[$(]|\Z)", "$$", head) for head in heads]
    doubled.append(re.sub(r"\$(?=[$(]|\Z)" if before else r"\$(?=[$(])", "$$", last))
    return f"$({DOLLAR})(".join(doubled)


def written(template: Template) -> Template:
    """The value of a container's variable, with the references that Tekton fills in as they are."""
    last = len(template) - 1
    return tuple(escaped(part, at < last) if isinstance(part, str) else part for at, part in enumerate(template))


def within_json(text: str) -> str:
    """A text for a default that Triggers pastes into JSON as it stands.

    Control characters beyond JSON's own are none of YAML's.
    """
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", quoted)


def sent(text: str) -> str:
    """A text as the value of a param."""
    if not _SUSPECT.search(text):
        return text
    return MARK + text.replace("%", "%25").replace("$", "%24")
