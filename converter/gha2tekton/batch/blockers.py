"""What stands in the way of conversions, each thing under one name however many places it is met in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gha2tekton.journal import NOT_UNDERSTOOD, Outcome

Blocker = tuple[str, str]
"""A kind of thing, and what is to be done of it."""

_LASTING = "Pods run Linux; such legs stay on GitHub"

# By the reason; the first that is found in it decides.
_CLASSES: tuple[tuple[str, str, str], ...] = (
    (r"no rule knows ([^\s@]+)", "action", r"{}"),
    (r"it runs on (macos|windows), and Pods run Linux", "runner", f"{{}}: {_LASTING}"),
    (
        r"^([\w.-]+/[\w.-]+)/\.github/workflows/\S+: a workflow of another repository",
        "reusable workflow",
        "those of {}: give a checkout with --actions-dir",
    ),
    (r" is an action of (\S+): give its checkout", "action", "those of {}: give a checkout with --actions-dir"),
    (r"^only the run knows the repository", "action", "those of a repository that only the run knows: write its name"),
    (
        r"there is no action in (?!\.)([\w.-]+)/",
        "action",
        "those in {}/, which a step checks out: give its repository with --actions-dir",
    ),
    (
        r"there is no action in |there is no such file in the repository",
        "missing file",
        "an action or workflow that the repository calls and does not hold",
    ),
    (r"the matrix cannot be expanded", "matrix", "only the run knows its legs: write them out"),
    (r"^the runner's machine keeps ", "runner", "directories that its machine keeps: make a claim, and fill it"),
    (
        r"^its image must be there before the Pod starts",
        "image",
        "that of a Dockerfile: build and push it, then give it with --action-image",
    ),
    (
        r"image of its container.* must be known before|image is not known before",
        "image",
        "only the run knows its name: write it out",
    ),
    (r"must be known before its Pod starts", "container", "only the run knows what a service is given: write it out"),
    (r"^what \S+ runs by itself is not known", "image", "what it runs by itself is not known: name the command"),
    (r"^options that a Pod has no word for", "container", "options that a Pod has no word for"),
    (re.escape(NOT_UNDERSTOOD), "fault", "parts that gha2tekton itself did not understand: please tell us"),
)  # fmt: skip

_CONSEQUENCE = "what reads it is to be done by hand"
"""Says of a part no more than that another cannot be done."""

_INPUT = re.compile(r"^input \S+: the rule \S+ does not know this input$")
_HOLE = re.compile(r"\$\{\{.*?\}\}")
_PLACES = re.compile(r"\[\d+\]")


def lasting(blocker: Blocker) -> bool:
    """Whether nobody can do away with it."""
    return blocker[1].endswith(_LASTING)


def blockers(manual: Iterable[Outcome]) -> tuple[Blocker, ...]:
    """What would have to change for all of these to be converted."""
    outcomes = list(manual)
    causes = [one for one in outcomes if one.reason != _CONSEQUENCE] or outcomes
    return tuple(sorted({blocker(one) for one in causes}))


def blocker(outcome: Outcome) -> Blocker:
    """What would have to change for this to be converted, without the names of this one place."""
    for pattern, kind, what in _CLASSES:
        found = re.search(pattern, outcome.reason)
        if found:
            return kind, what.format(*(group.lower() for group in found.groups()))
    if outcome.rule.startswith("actions/"):
        reason = _INPUT.sub("an input that its rule does not know", outcome.reason)
        return "action", f"{outcome.rule.removeprefix('actions/')}: {reason}"
    place = _PLACES.sub("", outcome.path.rpartition(":")[2])
    kind = "runner" if ".runs-on" in place else "event" if place.startswith("on.") else "other"
    return kind, _HOLE.sub("${{ … }}", outcome.reason)
