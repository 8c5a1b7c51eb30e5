"""Immutable records: what dataclasses are, made and copied at the speed of C."""

from __future__ import annotations

from msgspec import Struct as Record
from msgspec import field
from msgspec import to_builtins as plain
from msgspec.structs import replace

__all__ = ["Record", "field", "plain", "replace"]
