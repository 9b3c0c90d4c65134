"""E-mail events of the whole account, by closed windows of time.

Only what tells something of a person is asked for, type by type: what was sent and delivered is ten times as much.
Source: https://developers.hubspot.com/docs/api-reference/legacy/email-analytics-v1/guide
Quirk:  `offset` belongs to the same parameters and lives shortly: a window that was cut short is read from its start.
Quirk:  an id is unique only together with `created`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.hubspot.api import Api
from adapters.hubspot.forms import OVERLAP_MS
from adapters.hubspot.walking import ms
from connector.adapter import Page
from connector.adapter.cursors import reading
from connector.errors import ContractError
from connector.model import Json

PATH: Final = "/email/public/v1/events"
TYPES: Final = ("CLICK", "OPEN", "BOUNCE", "STATUSCHANGE", "SPAMREPORT")
A_PAGE: Final = 1000
WINDOW_MS: Final = 7 * 24 * 60 * 60 * 1000
FIRST_READ: Final = timedelta(days=365)
"""How far back a first read goes when the connection does not say `since`."""


def pages(api: Api, since: datetime | None, mark_ms: int | None) -> Iterator[tuple[Page[Json], int | None]]:
    """Pages of events; the mark stands beside the end of each window."""
    if not may_read(api):
        yield Page(why_zero="the token lacks the scope 'content': no e-mail event is read"), None
        return
    now = ms(api.client.now())
    with reading():
        start = mark_ms - OVERLAP_MS if mark_ms is not None else ms(since or api.client.now() - FIRST_READ)
    while start < now:
        end = min(start + WINDOW_MS, now)
        for type_ in TYPES:
            for events in _window(api, type_, start, end):
                yield Page([_act(one) for one in events]), None
        yield Page(), end
        start = end


def may_read(api: Api) -> bool:
    """Does the token have the scope, and the account such events?"""
    now = ms(api.client.now())
    params = {"startTimestamp": now - 1, "endTimestamp": now, "limit": 1}
    return api.client.request("GET", PATH, params=params, accept=(403,)).status != 403


def _window(api: Api, type_: str, start: int, end: int) -> Iterator[list[Json]]:
    offset: str | None = None
    while True:
        params: Json = {"eventType": type_, "startTimestamp": start, "endTimestamp": end, "limit": A_PAGE}
        if offset is not None:
            params["offset"] = offset
        body: Any = api.client.request("GET", PATH, params=params).json()
        if not isinstance(body, dict) or not isinstance(body.get("events"), list):
            raise ContractError("HubSpot answered about e-mail events without 'events'")
        yield body["events"]
        before, offset = offset, body.get("offset")
        if not body.get("hasMore"):
            return
        if not offset or offset == before:
            raise ContractError("HubSpot announced further e-mail events and named no new offset")


def _act(event: Json) -> Json:
    return {
        **event,
        "key": f"{event['id']}-{event['created']}",
        "email": event.get("recipient"),
        "at": event["created"],
    }
