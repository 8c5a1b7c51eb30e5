"""The flow finds what trying all sets of places finds."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis.strategies import DataObject, data, integers, lists, sampled_from

from gha2tekton.platform.at_once import at_once

pytestmark = pytest.mark.slow


@settings(max_examples=30, deadline=None)
@given(data())
def test_the_heaviest_that_has_no_order(draw: DataObject) -> None:
    names = [str(number) for number in range(draw.draw(integers(1, 6)))]
    # A place waits for earlier ones only.
    waits = {
        name: draw.draw(lists(sampled_from(names[:at]), unique=True)) if at else [] for at, name in enumerate(names)
    }
    weights = {name: draw.draw(integers(0, 3)) for name in names}
    before = {name: set(near) for name, near in waits.items()}
    for name in names:
        before[name] |= {far for near in before[name] for far in before[near]}
    best = max(
        sum(weights[name] for name in chosen)
        for count in range(len(names) + 1)
        for chosen in combinations(names, count)
        if not any(one in before[other] for one, other in permutations(chosen, 2))
    )
    tasks = [{"name": name, "runAfter": near} for name, near in waits.items()]
    assert at_once({"spec": {"tasks": tasks}}, weights) == best
