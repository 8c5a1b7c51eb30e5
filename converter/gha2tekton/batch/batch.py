"""A whole batch: what is done already is kept, the rest carried out, each row told as it comes."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from gha2tekton.batch.row import Row
from gha2tekton.batch.run import Executor
from gha2tekton.batch.sources import Origin
from gha2tekton.batch.state import FOLDER, State
from gha2tekton.batch.work import Chooser, Order
from gha2tekton.record import Record


class Terms(Record, frozen=True):
    """How a batch is to be done."""

    choice: Chooser
    made: str
    limit: float = 300.0
    since: str = ""
    retry_failed: bool = False


def convert(
    origins: Sequence[Origin], output: Path, terms: Terms, executor: Executor, tell: Callable[[Row, bool], None]
) -> Iterator[Row]:
    """Convert all repositories into ``output`` and give every row, in the order of the names.

    ``tell`` hears of each row as it is finished, and whether it had been there already. Raises state.Busy when another
    batch works there.
    """
    return _resumed(origins, State(output / FOLDER), output, terms, executor, tell)


def survey(
    origins: Sequence[Origin],
    place: Path,
    terms: Terms,
    executor: Executor,
    tell: Callable[[Row, bool], None],
    kept: bool = False,
) -> Iterator[Row]:
    """Look at all repositories without writing any output.

    ``place`` is a directory for clones, and for what is known where that is to be ``kept`` for the next time.
    """
    if kept:
        return _resumed(origins, State(place), None, terms, executor, tell)
    return _once(origins, place, terms, executor, tell)


def _resumed(
    origins: Sequence[Origin],
    state: State,
    output: Path | None,
    terms: Terms,
    executor: Executor,
    tell: Callable[[Row, bool], None],
) -> Iterator[Row]:
    with state:
        payload = pickle.dumps(terms.choice)

        def orders() -> Iterator[Order]:
            for origin in origins:
                previous = state.previous(origin.name)
                if previous is not None and _stands(previous, origin, state, terms):
                    tell(previous, True)
                    continue
                yield Order(
                    origin,
                    payload,
                    terms.made,
                    output and output.resolve(),
                    state.staging.resolve(),
                    terms.limit,
                    terms.since,
                    previous,
                    origin.kind == "git" and state.done(origin.name),
                )

        with closing(executor.rows(orders())) as rows:
            for row in rows:
                again = row.status != "failed" and state.previous(row.name) == row
                state.add(row)
                tell(row, again)
        state.finish()
        yield from state.rows({origin.name for origin in origins})


def _once(
    origins: Sequence[Origin], place: Path, terms: Terms, executor: Executor, tell: Callable[[Row, bool], None]
) -> Iterator[Row]:
    payload = pickle.dumps(terms.choice)
    orders = (Order(origin, payload, terms.made, None, place.resolve(), terms.limit, terms.since) for origin in origins)
    with closing(executor.rows(orders)) as rows:
        for row in rows:
            tell(row, False)
            yield row


def _stands(previous: Row, origin: Origin, state: State, terms: Terms) -> bool:
    """Whether no worker needs to look: so it is with what this very run did before it was interrupted."""
    if (previous.source, previous.ref) != (origin.source, origin.ref):
        return False
    if terms.retry_failed:
        return previous.status != "failed"
    return state.done(origin.name) and previous.made == terms.made and previous.status in ("failed", "nothing")
