"""Variables in compose files, and the files that set them.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:?[-?+])((?:[^{}]|\$\{[^{}]*\})*))?\}|(\w+))")


def interpolate(text: str, variables: Mapping[str, str], unset: list[str]) -> str:
    """``${NAME:-default}`` and its relatives; names without a value are added to ``unset``."""

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        name, operator, word = match[2] or match[5], match[3] or "", match[4] or ""
        known = variables.get(name)
        given = known is not None and not (operator.startswith(":") and known == "")
        if operator.endswith("+"):
            return interpolate(word, variables, unset) if given else ""
        if given:
            return known or ""
        if operator.endswith("-"):
            return interpolate(word, variables, unset)
        unset.append(name)
        return ""

    return _VARIABLE.sub(value, text)


def hangs_on_variables(text: str) -> bool:
    """Whether anything is put into a text."""
    return any(match[1] is None for match in _VARIABLE.finditer(text))


def dotenv(text: str) -> dict[str, str]:
    """The variables of a ``.env`` file."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name.strip()] = value[1:-1] if quoted else value.split(" #")[0].rstrip()
    return found
