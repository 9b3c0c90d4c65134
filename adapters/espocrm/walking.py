"""The walk over what changed: by `modifiedAt`, which EspoCRM keeps in whole seconds.

How it goes on after a page, and through a second that fills one: see `connector.adapter.seconds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from adapters.espocrm.api import MAX_ROWS, Api, Condition, condition, moment, moment_text
from connector.adapter.seconds import Listing, Mark
from connector.model import Json

CHANGED: Final = "modifiedAt"
OVERLAP: Final = timedelta(minutes=5)
"""How far a window reaches back into the one before: the time is taken before a record is saved, which may take."""


def walk(
    api: Api, entity: str, select: Sequence[str], mark: Mark, rows: int = MAX_ROWS
) -> Iterator[tuple[list[Json], Mark]]:
    """Pages of changed records with the mark that stands after each, up to now."""

    def ask(here: Mark) -> list[Json]:
        where, order = question(here)
        return api.rows(entity, where, select, order_by=order, limit=rows, needs=())

    return Listing(ask, api.client.now, rows, CHANGED, moment, OVERLAP).walk(mark)


def question(mark: Mark) -> tuple[list[Condition], str]:
    """What is to be read next, and in which order."""
    begin = moment_text(mark.begin)
    if mark.after is not None:
        behind = [condition("greaterThan", "id", mark.after)] if mark.after else []
        return [condition("equals", CHANGED, begin), *behind], "id"
    until = condition("lessThanOrEquals", CHANGED, moment_text(mark.end))
    return [condition("greaterThanOrEquals", CHANGED, begin), until], CHANGED
