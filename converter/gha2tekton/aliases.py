"""Data that its aliases make endless."""

from __future__ import annotations

from typing import Any

_MANY = 1_000_000


def see_that_it_ends(value: Any, name: str) -> None:
    """ValueError for data that its aliases make endless, or as good as that."""
    pending, count = [value], 0
    while pending:
        item = pending.pop()
        pending += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        count += 1
        if count > _MANY:
            raise ValueError(f"{name}: more than {_MANY} nodes once aliases are followed")
