"""The list of all contacts, the one list that RD Station gives: segmentation 1, newest conversion first.

It is paged by number while it moves: a conversion takes its contact to the top and pushes others down (repeats, which
do no harm), a deletion or merge pulls others up (they would be skipped, so the walk steps back). Contacts that never
converted come first or last, which is not documented.
Source: https://developers.rdstation.com/reference/mais-informacoes
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from connector.adapter import Answer, Client
from connector.errors import ContractError, RetryableError
from connector.model import Json

PAGE_SIZE: Final = 125
PATH: Final = "/platform/segmentations/1/contacts"
MOST_SHRUNK: Final = 200
"""How often a list may shrink under one walk: a mass deletion goes by, a count that swings does not."""


class Listing(Struct, frozen=True):
    """One page: its number, its rows, and how many contacts the whole list has."""

    number: int
    rows: list[Json]
    total: int
    is_last: bool

    @property
    def begins_dated(self) -> bool:
        """Is the first row one with a conversion?"""
        return bool(self.rows) and self.rows[0].get("last_conversion_date") is not None

    def repeats(self, before: Listing | None) -> bool:
        """Does it hold the same contacts as the page right before it?"""
        if before is None or before.number != self.number - 1 or not self.rows:
            return False
        return [row["uuid"] for row in self.rows] == [row["uuid"] for row in before.rows]


class ContactList:
    """The list, read in pages of `size` (at most 125: above, the platform refuses)."""

    def __init__(self, client: Client, size: int = PAGE_SIZE) -> None:
        self.client = client
        self.size = size

    def pages(self, first: int = 1, total: int | None = None, before: Listing | None = None) -> Iterator[Listing]:
        """Pages from number `first` to the end; steps back when the list has shrunk since it had `total` contacts.

        Raises RetryableError for a list that leads nowhere: a page that repeats the one `before`, whatever its number,
        or a count that goes up and down for ever.
        """
        number, shrunk = first, 0
        while True:
            page = self.page(number)
            shrunk_by = (total or 0) - page.total
            total = page.total
            if shrunk_by > 0 and number > 1:
                shrunk += 1
                number = max(1, number - -(-shrunk_by // self.size))
                if shrunk > MOST_SHRUNK:
                    raise _in_disorder("shrank again and again")
                continue
            if page.repeats(before):
                raise _in_disorder(f"gave page {number - 1} again as page {number}")
            yield page
            if page.is_last:
                return
            before = page
            number += 1

    def dated_pages(self, first: int) -> Iterator[Listing]:
        """Pages from the one on which conversions begin, as far as `first` was that page when it was last seen."""
        page = self.page(first)
        while page.number > 1 and (page.begins_dated or not page.rows):
            page = self.page(page.number - 1)
        yield page
        if not page.is_last:
            yield from self.pages(page.number + 1, page.total, page)

    def page(self, number: int) -> Listing:
        """One page by its number."""
        query = {"page": number, "page_size": self.size, "order": "last_conversion_date:desc"}
        answer = self.client.request("GET", PATH, params=query, bucket="segmentations")
        rows, total = _rows(answer), _total(answer)
        if not rows and number * self.size < total:
            raise _in_disorder(f"gave nothing as page {number}, and counts {total} contacts")
        return Listing(number, rows, total, is_last=not rows or number * self.size >= total)


def _in_disorder(how: str) -> RetryableError:
    """A walk over such a list ends without its end: what it did not show must not be taken for read."""
    return RetryableError(f"the list of contacts {how}", code="list_in_disorder")


def _rows(answer: Answer) -> list[Json]:
    body = answer.json()
    rows: Any = body.get("contacts") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("uuid") for row in rows):
        raise ContractError("the list of contacts came without 'contacts' or a 'uuid'")
    return rows


def _total(answer: Answer) -> int:
    told = answer.headers.get("pagination-total-rows", "")
    if not told.isdigit():
        raise ContractError("the list of contacts came without its header pagination-total-rows")
    return int(told)


def moment(text: str) -> datetime:
    """A time as RD Station writes it, in UTC: the offset is always read, and a time without one is UTC."""
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def moment_or_none(text: Any) -> datetime | None:
    """The same, where nothing hangs on a time that is not there or cannot be read."""
    try:
        return moment(text)
    except (TypeError, ValueError, OverflowError):
        return None
