"""Times of a schedule, as GitHub takes them.

https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

from __future__ import annotations

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)


def is_cron(text: str) -> bool:
    """Whether the text is five fields of numbers, names, ranges, steps and lists within their bounds."""
    fields = text.split()
    return len(fields) == 5 and all(
        all(_part(part, *bounds) for part in field.split(",")) for field, bounds in zip(fields, _FIELDS, strict=True)
    )


def _part(text: str, least: int, most: int, names: dict[str, int]) -> bool:
    span, slash, step = text.partition("/")
    if slash and not (step.isascii() and step.isdigit() and 0 < int(step) <= max(most, 1)):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    numbers = [_number(word, names) for word in ((first, last) if dash else (first,))]
    return all(least <= number <= most for number in numbers) and numbers == sorted(numbers)


def _number(word: str, names: dict[str, int]) -> int:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 4 else names.get(word.lower(), -1)
