"""What may happen at the same time in a Pipeline, weighed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from re import findall
from typing import Any


def at_once(pipeline: Mapping[str, Any], weights: Mapping[str, int]) -> int:
    """The most that places of a Pipeline weigh of which none waits for another; `finally` runs after the others."""
    spec = pipeline["spec"]
    order = {place["name"]: set(_waits_for(place)) for place in spec.get("tasks") or ()}
    last = sum(weights.get(place["name"], 0) for place in spec.get("finally") or ())
    return max(last, _heaviest({name: weights.get(name, 0) for name in order}, order))


def legs(place: Mapping[str, Any]) -> int:
    """How many TaskRuns a place of a Pipeline becomes; 0 where only the run knows."""
    matrix = place.get("matrix")
    if not matrix:
        return 1
    count = 1 if matrix.get("params") else 0
    for param in matrix.get("params") or ():
        if not isinstance(param["value"], list):
            return 0
        count *= len(param["value"])
    return count + len(matrix.get("include") or ())


def _waits_for(place: Mapping[str, Any]) -> Iterator[str]:
    """By name, and by what it reads of others."""
    yield from place.get("runAfter") or ()
    for part in ("params", "when", "matrix"):
        yield from findall(r"\$\(tasks\.([^.)]+)\.", repr(place.get(part)))


def _heaviest(weights: Mapping[str, int], order: Mapping[str, set[str]]) -> int:
    """The heaviest set without an order in it: by Dilworth's theorem all weight, less the most that chains can pair.

    A flow from each place to those after it finds the pairs; a place gives and takes at most its weight.
    """
    before = {name: _all_before(name, order) for name in order}
    heavy = [name for name in order if weights[name] > 0]
    after = {name: [other for other in heavy if name in before[other]] for name in heavy}
    gives, takes = dict(weights), dict(weights)
    flow: dict[tuple[str, str], int] = {}
    while path := _path(after, gives, takes, flow):
        back = [flow[give, take] for (_, take), (give, _) in pairwise(path)]
        amount = min(gives[path[0][0]], takes[path[-1][1]], *(back or [takes[path[-1][1]]]))
        gives[path[0][0]] -= amount
        takes[path[-1][1]] -= amount
        for number, pair in enumerate(path):
            flow[pair] = flow.get(pair, 0) + amount
            if number + 1 < len(path):
                flow[path[number + 1][0], pair[1]] -= amount
    return sum(weights[name] for name in heavy) - sum(flow.values())


def _path(
    after: Mapping[str, list[str]],
    gives: Mapping[str, int],
    takes: Mapping[str, int],
    flow: Mapping[tuple[str, str], int],
) -> list[tuple[str, str]]:
    """Pairs by which more can flow: each but the last displaces what the next one then gives elsewhere."""
    ways: dict[str, list[tuple[str, str]]] = {name: [] for name in after if gives[name]}
    seen: set[str] = set()
    waiting = list(ways)
    for giver in chain(waiting):
        for taker in after[giver]:
            if taker in seen:
                continue
            seen.add(taker)
            way = [*ways[giver], (giver, taker)]
            if takes[taker]:
                return way
            for other in after:
                if other not in ways and flow.get((other, taker), 0):
                    ways[other] = way
                    waiting.append(other)
    return []


def _all_before(name: str, order: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in order[waiting.pop()]:
            if other in order and other not in found:
                found.add(other)
                waiting.append(other)
    return found
