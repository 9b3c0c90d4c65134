"""A part of the activity log, read by paging token: activities, lead changes, deletions.

A walk begins at a token for a time a little before the last walk began, and ends when there is no more. What it met
before is remembered in the cursor and left out, so that a quiet account brings nothing. Late rows: the log shows some
activities after newer ones, so each walk reads ten minutes again, and every six hours one reads the last six as well.

Cursor: `mark`, the beginning of the last finished walk; `deep_at`, that of the last deep one; `seen`, id → time of the
rows that the next walk meets again; and, of an unfinished walk, `token`, `from`, `began` and whether it is `deep`.
Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/paging-tokens
Quirk:  a page may be sparse, empty or without `result`, and yet there is more. Tokens are never compared by order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from adapters.marketo.answers import as_sent, moment, moment_or_none, rows_of
from connector.adapter import Client
from connector.errors import ContractError, RemoteRefusal
from connector.model import Json

OVERLAP: Final = timedelta(minutes=10)
DEEP_EVERY: Final = timedelta(hours=6)
DEEP_REACH: Final = timedelta(hours=6)
MOST_SEEN: Final = 20_000
"""Rows remembered at most. What is forgotten is only read again, which does no harm."""
TOKEN: Final = "/rest/v1/activities/pagingtoken.json"  # noqa: S105 - an address


class Feed(Struct, frozen=True):
    """One address of the log with its parameters; `first_at` is where the very first walk begins."""

    client: Client
    path: str
    params: Mapping[str, Any]
    first_at: datetime

    def walk(self, cursor: Json | None) -> Iterator[tuple[list[Json], Json]]:
        """New rows page by page, each with the cursor that stands once they are saved."""
        walk = self._begun(dict(cursor or {}))
        seen: dict[str, str] = {key: str(at) for key, at in walk["seen"].items()}
        while True:
            answer = self._page(walk)
            body = answer.json()
            new = _new(rows_of(answer), seen, moment(walk["began"]) - OVERLAP)
            if not body.get("moreResult"):
                yield new, _finished(walk, seen)
                return
            walk = {**walk, "token": _next(body, walk["token"])}
            yield new, {**walk, "seen": dict(seen)}

    def _begun(self, stood: Json) -> Json:
        """The unfinished walk as it stands, or a new one."""
        if "token" in stood:
            return stood
        now = self.client.now()
        deep = "deep_at" in stood and now - moment(stood["deep_at"]) >= DEEP_EVERY
        since = moment(stood["mark"]) - OVERLAP if "mark" in stood else self.first_at
        if deep:
            since = min(since, moment(stood["deep_at"]) - DEEP_REACH)
        return {
            "seen": {}, "deep_at": as_sent(now), **stood,
            "token": self._token(since), "from": as_sent(since), "began": as_sent(now), "deep": deep,
        }  # fmt: skip

    def _token(self, since: datetime) -> str:
        """A token for rows after `since`, that second included."""
        query = {"sinceDatetime": as_sent(since - timedelta(seconds=1))}
        body = self.client.request("GET", TOKEN, params=query).json()
        token = body.get("nextPageToken") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise ContractError("Marketo gave no paging token")
        return token

    def _page(self, walk: Json) -> Any:
        """One page. A token that is no longer taken is replaced by one for the time at which the walk began."""
        try:
            return self._ask(walk["token"])
        except RemoteRefusal as refusal:
            if "token" not in refusal.message.lower():
                raise
            walk["token"] = self._token(moment(walk["from"]))
            return self._ask(walk["token"])

    def _ask(self, token: str) -> Any:
        return self.client.request("GET", self.path, params={"nextPageToken": token, **self.params})


def read_until_now(client: Client) -> Json:
    """The cursor of a feed as if it had been read to this moment of Marketo's clock: a token is asked for to learn it.

    The walk that follows reads ten minutes before it as well, the first deep one six hours.
    """
    client.request("GET", TOKEN, params={"sinceDatetime": as_sent(client.now())})
    now = as_sent(client.now())
    return {"mark": now, "deep_at": now, "seen": {}}


def key_of(row: Mapping[str, Any]) -> str:
    """What makes a row unique: `marketoGUID`; the integer `id` is being retired."""
    return str(row.get("marketoGUID") or row.get("id"))


def _new(rows: list[Json], seen: dict[str, str], from_: datetime) -> list[Json]:
    """The rows that were not met before; those that will be met again are remembered."""
    new = [row for row in rows if key_of(row) not in seen]
    for row in new:
        at = moment_or_none(row.get("activityDate"))
        if at is not None and at >= from_:
            seen[key_of(row)] = as_sent(at)
    return new


def _next(body: Mapping[str, Any], token: str) -> str:
    following = body.get("nextPageToken")
    if not isinstance(following, str) or following == token:
        raise ContractError("Marketo says that there is more and gives no way on", code="paging_stands_still")
    return following


def _finished(walk: Json, seen: Mapping[str, str]) -> Json:
    from_ = as_sent(moment(walk["began"]) - OVERLAP)
    kept = sorted((at, key) for key, at in seen.items() if at >= from_)[-MOST_SEEN:]
    return {
        "mark": walk["began"],
        "deep_at": walk["began"] if walk["deep"] else walk["deep_at"],
        "seen": {key: at for at, key in kept},
    }
