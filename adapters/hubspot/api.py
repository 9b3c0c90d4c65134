"""The few calls that both adapters are made of, with the shapes of their answers checked.

Paths are those of v3, whose batches tell per row (207); HubSpot serves them until September 2027.
Quirk:  a batch's results come shuffled, and an id that was merged away may be left out without a word.
Quirk:  searches lag behind writes; look-ups by id, e-mail or a unique property do not pass through their index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

from msgspec import Struct, field

from adapters.hubspot.platform import SEARCH
from connector.adapter import Answer, Client
from connector.errors import ContractError, LeadloopError, RetryableError, UnknownOutcome
from connector.model import Json

Action = Literal["create", "update", "upsert"]

MAX_ROWS: Final = 100
MAX_WITH_HISTORY: Final = 50
MAX_FOUND: Final = 200
MAX_LISTED: Final = 100
MAX_SEARCH_CHARACTERS: Final = 3000
MAX_LINKS: Final = 1000
MISSING: Final = "OBJECT_NOT_FOUND"
"""How a batch words that a record is not there."""
OPTIONAL: Final = frozenset({"leads"})
"""Objects that only some plans have; others refuse the look at their properties."""


class Found(Struct, frozen=True):
    """One page of a search or a list. `next` is the token of the page after it; None: this was the last."""

    rows: Sequence[Json]
    next: str | None
    total: int | None = None


class Read(Struct, frozen=True):
    """Records that were asked for, those that are not there, and those that HubSpot, for some reason, did not tell."""

    rows: Sequence[Json]
    gone: frozenset[str] = frozenset()
    failed: Mapping[str, LeadloopError] = field(default_factory=dict)


class Api(Struct, frozen=True):
    """One account."""

    client: Client

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """One resource that answers with an object."""
        return _object(self.client.request("GET", path, params=params))

    def search(
        self, object_name: str, filters: Sequence[Json], properties: Sequence[str], limit: int, after: str | None
    ) -> Found:
        """Records that fit all filters, by ascending id."""
        body = search_body(filters, properties, limit)
        if after is not None:
            body["after"] = after
        path = f"/crm/v3/objects/{object_name}/search"
        return _page(_object(self.client.request("POST", path, json=body, bucket=SEARCH, safe=True)))

    def read(
        self,
        object_name: str,
        ids: Iterable[str],
        properties: Sequence[str],
        *,
        by: str | None = None,
        history: Sequence[str] = (),
        reserve: bool = False,
    ) -> Read:
        """Records by id, or by the unique property `by`. A merged record answers with its survivor, under its id."""
        rows: list[Json] = []
        gone: set[str] = set()
        failed: dict[str, LeadloopError] = {}
        for some in chunks(dict.fromkeys(ids), MAX_WITH_HISTORY if history else MAX_ROWS):
            asked: Json = {"inputs": [{"id": one} for one in some], "properties": list(properties)}
            asked["propertiesWithHistory"] = list(history)
            if by is not None:
                asked["idProperty"] = by
            path = f"/crm/v3/objects/{object_name}/batch/read"
            body = _object(self.client.request("POST", path, json=asked, safe=True, reserve=reserve))
            rows += _rows(body)
            gone.update(_told_missing(body))
            failed |= _told_failed(body)
        return Read(rows, frozenset(gone), failed)

    def one(self, object_name: str, record_id: str, properties: Sequence[str]) -> Json | None:
        """A record as it stands, the survivor of a merge for an old id; None when there is none."""
        path, asked = f"/crm/v3/objects/{object_name}/{quote(record_id, safe='')}", {"properties": ",".join(properties)}
        answer = self.client.request("GET", path, params=asked, accept=(404,))
        return None if answer.status == 404 else _object(answer)

    def listed(self, object_name: str, after: str | None, *, archived: bool, limit: int = MAX_LISTED) -> Found:
        """One page of all records, live or in the recycle bin, by id."""
        params: Json = {"limit": limit, "archived": "true" if archived else "false", "properties": "hs_object_id"}
        if after is not None:
            params["after"] = after
        return _page(self.get(f"/crm/v3/objects/{object_name}", params))

    def properties(self, object_name: str) -> list[Json] | None:
        """What the account knows of an object; None for an object that it, or the token, does not have."""
        # Asked once per process, and needed to write: it may be paid from the reserve.
        accept = (403, 404) if object_name in OPTIONAL else (404,)
        answer = self.client.request("GET", f"/crm/v3/properties/{object_name}", accept=accept, reserve=True)
        return None if answer.status in accept else _rows(_object(answer))

    def linked(self, object_name: str, to: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Ids of the records of another object that each of these is associated with."""
        found: dict[str, list[str]] = {}
        path = f"/crm/v4/associations/{object_name}/{to}/batch/read"
        for some in chunks(ids, MAX_LINKS):
            body = _object(self.client.request("POST", path, json={"inputs": [{"id": one} for one in some]}, safe=True))
            for row in _rows(body):
                found[str(row["from"]["id"])] = [str(one["toObjectId"]) for one in row.get("to") or ()]
        return found

    def save(self, object_name: str, action: Action, inputs: Sequence[Json], *, reserve: bool) -> Json:
        """One batch. Raises UnknownOutcome for an answer that cannot be read: the rows may well have been saved."""
        path = f"/crm/v3/objects/{object_name}/batch/{action}"
        answer = self.client.request("POST", path, json={"inputs": list(inputs)}, safe=False, reserve=reserve)
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("results", []), list):
            raise UnknownOutcome("HubSpot took the rows, its answer is no list of results")
        return body


def search_body(filters: Sequence[Json], properties: Sequence[str], limit: int) -> Json:
    """A search as it travels."""
    return {
        "filterGroups": [{"filters": list(filters)}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": limit,
    }


def is_too_long(filters: Sequence[Json], properties: Sequence[str]) -> bool:
    """Would a search for these properties exceed what HubSpot takes?"""
    return len(json.dumps(search_body(filters, properties, MAX_FOUND))) > MAX_SEARCH_CHARACTERS


def chunks(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """The items in lists of at most `size`."""
    whole = list(items)
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def _object(answer: Answer) -> Json:
    body = answer.json()
    if not isinstance(body, dict):
        raise ContractError("HubSpot answered with something that is no object")
    return body


def _rows(body: Json) -> list[Json]:
    rows = body.get("results")
    if not isinstance(rows, list):
        raise ContractError("HubSpot answered without 'results'")
    return rows


def _page(body: Json) -> Found:
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return Found(_rows(body), None if after is None else str(after), body.get("total"))


def _told_missing(body: Json) -> Iterator[str]:
    """Ids that a batch says are not there."""
    for error in body.get("errors") or ():
        if error.get("category") == MISSING:
            yield from _ids_of(error)


def _told_failed(body: Json) -> dict[str, LeadloopError]:
    """Ids that a batch was not able to tell of, with why."""
    return {
        one: RetryableError(f"HubSpot did not tell this record: {category}", code=category.lower())
        for error in body.get("errors") or ()
        if (category := str(error.get("category") or "unknown")) != MISSING
        for one in _ids_of(error)
    }


def _ids_of(error: Json) -> list[str]:
    return [str(one) for one in (error.get("context") or {}).get("ids") or ()]
