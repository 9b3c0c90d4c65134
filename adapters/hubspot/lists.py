"""Membership of static lists: HubSpot's nearest thing to a tag.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/lists
Quirk:  a list that HubSpot fills by a filter takes nobody; lists are named in the mapping by name or by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from adapters.hubspot import outcomes
from adapters.hubspot.api import Api
from adapters.hubspot.records import CONTACTS
from connector.adapter.batching import Told, interrupted
from connector.errors import LeadloopError, RemoteRefusal, UnknownOutcome
from connector.model import LeadWrite, ReadBack

_CONTACT_TYPE: Final = "0-1"


def change(api: Api, writes: Sequence[LeadWrite]) -> Told:
    """Put contacts on lists and take them off; one call per list and direction."""
    told: Told = {}
    for name, on in dict.fromkeys((write.name, write.on) for write in writes):
        same = [write for write in writes if (write.name, write.on) == (name, on)]
        try:
            told |= _change(api, name, same, on=on)
        except LeadloopError as error:
            if not told:
                raise
            told |= {write.effect: interrupted(write, error) for write in same}
    return told


def _change(api: Api, name: str, writes: Sequence[LeadWrite], *, on: bool) -> Told:
    list_id = _id_of(api, name)
    if list_id is None:
        text = f"the account has no list of contacts called '{name}'"
        return {write.effect: outcomes.unusable(write, "unknown_list", text) for write in writes}
    path = f"/crm/v3/lists/{list_id}/memberships/{'add' if on else 'remove'}"
    ids = list(dict.fromkeys(str(write.record_id) for write in writes))
    fresh = any(write.fresh for write in writes)
    try:
        body = api.client.request("PUT", path, json=ids, safe=False, reserve=fresh).json()
    except UnknownOutcome:
        return {write.effect: outcomes.unknown(write) for write in writes}
    except RemoteRefusal as refusal:
        return {write.effect: outcomes.of_refusal(write, CONTACTS, refusal) for write in writes}
    missing = _named(body, "Missing")
    changed = _named(body, "Added" if on else "Removed")
    return {
        write.effect: outcomes.moved(write, CONTACTS)
        if write.record_id in missing
        else outcomes.done(write, CONTACTS, str(write.record_id), created=False)
        if write.record_id in changed
        else outcomes.unchanged(write, CONTACTS)
        for write in writes
    }


def read_back(api: Api, writes: Sequence[LeadWrite]) -> Iterator[ReadBack]:
    """Is each contact on its list, or off it, as the write wants it?"""
    for write in writes:
        list_id = _id_of(api, write.name)
        path = f"/crm/v3/lists/records/{_CONTACT_TYPE}/{write.record_id}/memberships"
        answer = api.client.request("GET", path, accept=(404,))
        rows = answer.json().get("results") or () if answer.status != 404 else ()
        is_on = any(str(row.get("listId")) == list_id for row in rows)
        yield ReadBack(write.effect, present=answer.status != 404 and is_on is write.on, record_id=write.record_id)


def _id_of(api: Api, name: str) -> str | None:
    if name.isdigit():
        return name
    path = f"/crm/v3/lists/object-type-id/{_CONTACT_TYPE}/name/{quote(name, safe='')}"
    answer = api.client.request("GET", path, accept=(404,))
    return None if answer.status == 404 else str(answer.json()["list"]["listId"])


def _named(body: Any, word: str) -> frozenset[str]:
    """Ids under `recordIds…`; older answers spell it `recordsIds…`."""
    told = body if isinstance(body, dict) else {}
    return frozenset(
        str(one) for spelling in ("recordIds", "recordsIds") for one in told.get(f"{spelling}{word}") or ()
    )
