"""The walk over changed opportunities: a window from the last mark to the platform's clock, by (time, id).

The time is `last_modified_at`, which is the moment of creation until the first change (`write_date` is null till then).
A record is stamped when its transaction begins and seen when it ends, so each window reaches back a few minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.tryton import history, views
from adapters.tryton.account import Account
from adapters.tryton.names import OPPORTUNITY, PARTY
from adapters.tryton.values import moment, told
from connector.adapter import Page
from connector.adapter.cursors import unreadable
from connector.adapter.nameless import told_apart
from connector.errors import ContractError
from connector.model import CrmRecord, FieldChange, Json

CHANGED: Final = "last_modified_at"
OVERLAP: Final = timedelta(minutes=5)
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


def pages(account: Account, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
    """Pages of changed opportunities with their history since the window began."""
    since, place = _read_cursor(cursor, account.options.since or BEGINNING)
    if OPPORTUNITY not in account.options.fields:
        yield Page(why_zero="the mapping reads nothing of sale.opportunity")
        return
    now = account.api.client.now()
    names = account.options.fields[OPPORTUNITY]
    total = 0
    while True:
        rows = _rows(account, names, place, now)
        total += len(rows)
        sound, bad = told_apart(rows, OPPORTUNITY, changed=CHANGED)
        records = _records(account, sound, names, since)
        if len(rows) < account.page_rows:
            why = None if total else "no opportunity changed since the last look"
            yield Page(records, cursor=_mark(max(since, now - OVERLAP)), bad=bad, why_zero=why)
            return
        if not sound:
            raise ContractError("Tryton answered a whole page of opportunities without ids")
        reached = moment(sound[-1][CHANGED]), int(sound[-1]["id"])
        if reached == place:
            raise ContractError("Tryton answered the same page of opportunities twice")
        place = reached
        yield Page(records, cursor={**_mark(since), "at": place[0].isoformat(), "id": place[1]}, bad=bad)


def _rows(account: Account, names: Any, place: tuple[datetime, int], now: datetime) -> list[Json]:
    at, id_ = place
    domain = [
        ["OR", [[CHANGED, ">", told(at)]], [[CHANGED, "=", told(at)], ["id", ">", id_]]],
        [CHANGED, "<", told(now + timedelta(seconds=1))],
    ]
    fields = [*views.BASE, CHANGED, *views.asked(OPPORTUNITY, names), *filter(None, [account.options.key])]
    order = ((CHANGED, "ASC"), ("id", "ASC"))
    return account.api.rows(OPPORTUNITY, domain, fields, order=order, limit=account.page_rows, nameless=True)


def _records(account: Account, rows: list[Json], names: Any, since: datetime) -> list[CrmRecord]:
    told_ = history.changes(account.api, rows, account.options.historic(OPPORTUNITY), since)
    return [_record(account, row, names, told_.get(str(row["id"]), [])) for row in rows]


def _record(account: Account, row: Json, names: Any, changes: list[FieldChange]) -> CrmRecord:
    return CrmRecord(
        object=OPPORTUNITY,
        id=str(row["id"]),
        fields=views.values(OPPORTUNITY, row, names),
        changed_at=views.changed_at(row),
        changed_by=views.author(row),
        email=views.email(row),
        key=views.key_of(row, account.options.key),
        links=_links(row),
        history=changes,
        created_at=moment(row["create_date"]),
    )


def _links(row: Json) -> dict[str, list[tuple[str, str]]]:
    """The party of an opportunity that names no other contact: it stands for the same person."""
    return {"contact": [(PARTY, str(row["party"]))]} if row.get("party") and not row.get("contact") else {}


def _mark(at: datetime) -> Json:
    return {"since": at.isoformat()}


def _read_cursor(cursor: Json | None, first: datetime) -> tuple[datetime, tuple[datetime, int]]:
    """Where the window began, and how far it was read. Raises ConfigError for a cursor that is not ours."""
    if cursor is None:
        return first, (first - timedelta(microseconds=1), 0)
    try:
        since = datetime.fromisoformat(cursor["since"])
        if "at" not in cursor:
            return since, (since - timedelta(microseconds=1), 0)
        return since, (datetime.fromisoformat(cursor["at"]), int(cursor["id"]))
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable() from error
