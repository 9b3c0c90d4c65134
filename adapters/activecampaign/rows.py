"""Rows of the activity log, of one contact or of all, oldest first.

Pages go by time, not by offset: each begins a second before the newest row of the last, so that rows which vanish or
show late move nothing. Where a page brings no later time, or none in order, the offset moves instead.
Source: https://developers.activecampaign.com/reference/list-contact-activities
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.activecampaign.asking import API, as_asked, is_last, moment, rows, table
from connector.adapter import Client
from connector.model import Json

PATH: Final = f"{API}/activities"
_STEP: Final = timedelta(seconds=1)


def walk(
    client: Client, asked: Mapping[str, Any], after: datetime | None, size: int
) -> Iterator[tuple[list[Json], Json]]:
    """Pages of rows, each with its whole answer. Rows at the seam of two pages come twice."""
    offset = 0
    while True:
        query = {**asked, "orders[tstamp]": "ASC", "limit": size, "offset": offset}
        if after is not None:
            query["after"] = as_asked(after)
        answer = client.request("GET", PATH, params=query)
        found = rows(answer, "activities")
        yield found, table(answer)
        if not found or is_last(answer, offset + len(found)):
            return
        seam = _seam(found)
        if seam is not None and (after is None or seam > after):
            after, offset = seam, 0
        else:
            offset += len(found)


def _seam(found: Sequence[Json]) -> datetime | None:
    """Where the next page begins; None when these rows do not rise in time."""
    return _times(found)[-1] - _STEP if is_rising(found) else None


def is_rising(found: Sequence[Json]) -> bool:
    """Are the rows in order of time, the last later than the first? Of equal times, nobody can tell."""
    times = _times(found)
    return bool(times) and times == sorted(times) and times[0] < times[-1]


def _times(found: Sequence[Json]) -> list[datetime]:
    return [at for row in found if (at := moment(row.get("tstamp"))) is not None]
