"""The walk over what changed: by `write_date`, which Odoo keeps in microseconds and tells in seconds.

How it goes on after a page, and through a second that fills one: see `connector.adapter.seconds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from adapters.odoo.api import Api
from adapters.odoo.spec import LEAD
from adapters.odoo.views import moment, told
from connector.adapter.seconds import Listing, Mark
from connector.model import Json

CHANGED: Final = "write_date"
OVERLAP: Final = timedelta(minutes=5)
"""How far a window reaches back into the one before: `write_date` is when a transaction began, and it may take two."""
PAGE_ROWS: Final = 500
_SECOND: Final = timedelta(seconds=1)


def walk(api: Api, codes: Sequence[str], mark: Mark, rows: int = PAGE_ROWS) -> Iterator[tuple[list[Json], Mark]]:
    """Pages of changed records with the mark that stands after each, up to now."""

    def ask(here: Mark) -> list[Json]:
        domain, order = question(here)
        return api.rows(LEAD, domain, codes, order=order, limit=rows, needs=())

    return Listing(ask, api.client.now, rows, CHANGED, moment, OVERLAP).walk(mark)


def question(mark: Mark) -> tuple[list[Any], str]:
    """What is to be read next, as a domain, and its order."""
    from_here = [CHANGED, ">=", told(mark.begin)]
    if mark.after is not None:
        second = [from_here, [CHANGED, "<", told(mark.begin + _SECOND)]]
        return [*second, ["id", ">", int(mark.after or 0)]], "id asc"
    return [from_here, [CHANGED, "<", told(mark.end + _SECOND)]], f"{CHANGED} asc, id asc"
