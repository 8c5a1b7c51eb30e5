"""Templates that ask for more than words, calls and tests: jinja2, in a sandbox, with every value quoted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gha2tekton.rules.filling import Unfillable, said

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    finalize=said, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
_ENVIRONMENT.globals.clear()


@lru_cache(maxsize=512)
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def render(text: str, names: Mapping[str, Any]) -> str:
    """A template with its words and functions; Unfillable where it is wrong."""
    try:
        return _template(text).render(names)
    except TemplateError as error:
        raise Unfillable(str(error)) from None
