"""All ids, to find who is gone; and a seventh of them a day is read again, whatever their times say.

What moves no contact's time of update (a tag, a list) is so learned within a week at the latest. Acts are read again
only where the account does not show those of all contacts, for they take two calls a contact (see `feed`).

Cursor: `after`, the last id; `turn`, which seventh is read again; `streams`, what of it. A finished walk leaves the
next to begin anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.activecampaign import feed
from adapters.activecampaign.asking import is_last, rows
from adapters.activecampaign.people import PATH, ids_after, is_gone
from connector.adapter import Client, Page, ToRead
from connector.model import Json

DAYS: Final = 7


def everyone(client: Client, cursor: Json | None, size: int, *, asks_log: bool) -> Iterator[Page[str]]:
    """Ids of all contacts, page by page by id. `asks_log`: the log of all contacts is asked for acts meanwhile."""
    stood = cursor or {}
    if not stood.get("after"):
        streams = ["contacts"] if asks_log and feed.is_shown(client) else ["contacts", "activities"]
        stood = {"after": 0, "turn": client.now().date().toordinal() % DAYS, "streams": streams}
    while True:
        asked = {"status": -1, "orders[id]": "ASC", "id_greater": int(stood["after"]), "limit": size}
        answer = client.request("GET", PATH, params=asked)
        found = rows(answer, "contacts")
        ids = ids_after(found, stood["after"])
        if ids:
            stood = {**stood, "after": ids[-1]}
            there = [int(row["id"]) for row in found if not is_gone(row)]
            yield Page([str(id_) for id_ in there], cursor=stood, to_read=_again(there, stood))
        if not ids or is_last(answer, len(ids)):
            yield Page(cursor={"after": 0})
            return


def _again(ids: Sequence[int], stood: Json) -> list[ToRead]:
    return [ToRead(stream, str(id_)) for id_ in ids if id_ % DAYS == stood["turn"] for stream in stood["streams"]]
