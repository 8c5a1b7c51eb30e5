"""Immutable records: what dataclasses are, made and copied at the speed of C."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec import to_builtins as plain
from msgspec.structs import astuple, replace

__all__ = ["Record", "astuple", "field", "plain", "replace"]

if TYPE_CHECKING:
    Record = Struct  # a frozen record may not inherit from a class of our own that is none
else:

    class Record(Struct, gc=False):
        """What a record holds never leads back to it: the collector of cycles need not look at it."""
