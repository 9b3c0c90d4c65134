"""Contacts: pages by id, single ones, and who is gone.

A record is flattened: custom fields by their names, the standard ones, and beside them what `fields.BESIDE` lists:
`tags` by name, `lists` with their status, `subscription` (what the lists come to), `accounts` with the job title there,
`contactData` (where the contact's address on the net lies, and the campaign that brought it).
Source: https://developers.activecampaign.com/reference/list-all-contacts, …/get-contact
Quirk:  what belongs to a contact comes beside it in lists of its own, told apart by `contact`; a single contact does
        not carry its tags. A filter that is not known is ignored, and everybody is returned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from adapters.activecampaign.asking import API, everything, is_given, is_last, moment, rows, table
from adapters.activecampaign.fields import STANDARD, Fields, as_read
from adapters.activecampaign.naming import Names
from adapters.activecampaign.spec import PAGE
from connector.adapter import Answer, Client, ContactAnswer
from connector.errors import ContractError
from connector.model import Json

PATH: Final = f"{API}/contacts"
PARTS: Final = ("fieldValues", "contactTags", "contactLists", "accountContacts", "contactData")
"""What comes beside contacts when it is asked for."""
_KEPT: Final = (*STANDARD, "orgname", "cdate", "udate", "deleted", "bounced_hard", "bounced_soft")
_SUBSCRIPTIONS: Final = {"1": "subscribed", "2": "unsubscribed", "0": "unconfirmed", "3": "bounced"}
"""Status on a list; the first that any of a contact's lists has is what they come to."""


class People(Struct):
    """Reads contacts of one account."""

    client: Client
    fields: Fields
    names: Names

    def walk(self, filters: Mapping[str, Any], after: int, size: int) -> Iterator[tuple[int, list[Json]]]:
        """Records that fit, by id from `after` on, each page with its last id: rows that change move nobody else."""
        while True:
            asked = {**filters, **_page(size), "orders[id]": "ASC", "id_greater": after}
            answer = self.client.request("GET", PATH, params=asked)
            found = rows(answer, "contacts")
            ids = ids_after(found, after)
            if ids:
                after = ids[-1]
                yield after, self._records(answer, found)
            if not ids or is_last(answer, len(ids)):
                return

    def read(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        """One answer per id."""
        for start in range(0, len(ids), PAGE):
            some = ids[start : start + PAGE]
            found = {record["id"]: record for record in self._by_ids(some)}
            for id_ in some:
                record = found.get(id_) or self.single(id_)
                gone = record is None or is_gone(record)
                yield ContactAnswer(id_, "gone" if gone else "whole", record=None if gone else record)

    def single(self, id_: str) -> Json | None:
        """One record; None when the contact is deleted or was merged into another."""
        answer = self.client.request("GET", f"{PATH}/{id_}", accept={404})
        if answer.status == 404:
            return None
        row = table(answer).get("contact")
        if not isinstance(row, dict):
            raise ContractError(f"contact {id_} came without 'contact'")
        return self._flat(row, self._parts(answer))

    def emails(self, ids: Sequence[str]) -> dict[str, str]:
        """Addresses of these contacts as they are now; whoever is gone is left out."""
        return {
            answer.id: str(answer.record["email"] or "")
            for answer in self.read(ids)
            if answer.record is not None
        }  # fmt: skip

    def _by_ids(self, ids: Sequence[str]) -> list[Json]:
        answer = self.client.request("GET", PATH, params={"ids[]": list(ids), **_page(PAGE)})
        found = rows(answer, "contacts")
        if {str(row.get("id")) for row in found} - set(ids):
            return []  # the filter was ignored: each is asked for alone
        return self._records(answer, found)

    def _records(self, answer: Answer, found: Sequence[Json]) -> list[Json]:
        parts = self._parts(answer)
        if len(parts) == len(PARTS):
            return [self._flat(row, parts) for row in found]
        alone = [self.single(str(_number(row))) for row in found]  # a list that does not bring along what it should
        return [record for record in alone if record is not None]

    def _parts(self, answer: Answer) -> dict[str, dict[str, list[Json]]]:
        body = table(answer)
        for account in body.get("accounts") or ():
            self.names.learn("accounts", account)
        return {name: _by_contact(body[name]) for name in PARTS if isinstance(body.get(name), list)}

    def _flat(self, row: Json, parts: Mapping[str, Mapping[str, list[Json]]]) -> Json:
        id_ = str(_number(row))
        values, tags, lists, accounts, data = (
            parts[name].get(id_, []) if name in parts else self._asked_for(id_, name) for name in PARTS
        )
        record: Json = {self.fields.name_of(str(one["field"])): as_read(one.get("value")) for one in values}
        return record | {
            **{name: row.get(name) for name in _KEPT},
            "id": id_,
            "udate": row.get("udate") if moment(row.get("udate")) else None,
            "tags": [name for one in tags if (name := self.names.name_of("tags", one.get("tag")))],
            "lists": [{"id": str(one.get("list")), "status": str(one.get("status"))} for one in lists],
            "subscription": _subscription(lists),
            "accounts": [self._account(one) for one in accounts],
            "contactData": data[0] if data else {},
        }

    def _asked_for(self, id_: str, name: str) -> list[Json]:
        """What the answer did not bring along; a contact without data has none."""
        return [] if name == "contactData" else list(everything(self.client, f"contacts/{id_}/{name}", name))

    def _account(self, one: Json) -> Json:
        return {"name": self.names.name_of("accounts", one.get("account")), "jobTitle": one.get("jobTitle")}


def ids_after(found: Sequence[Json], after: int) -> list[int]:
    """Ids of a page. Raises ContractError when they do not rise from `after` on: then pages by id would miss some."""
    ids = [_number(row) for row in found]
    if ids != sorted(ids) or (ids and ids[0] <= after):
        raise ContractError("contacts came in another order than by id", code="not_by_id")
    return ids


def is_gone(row: Mapping[str, Any]) -> bool:
    """Is a contact that is still shown deleted already?"""
    return str(row.get("deleted")) == "1"


def _page(size: int) -> Json:
    """`status` -1: whoever is on no list, or has left it, counts too."""
    return {"status": -1, "limit": size, "include": ",".join(PARTS)}


def _number(row: Json) -> int:
    if not is_given(row.get("id")):
        raise ContractError("a contact came without its 'id'")
    return int(row["id"])


def _by_contact(found: Sequence[Json]) -> dict[str, list[Json]]:
    grouped: dict[str, list[Json]] = defaultdict(list)
    for one in found:
        grouped[str(one.get("contact"))].append(one)
    return grouped


def _subscription(lists: Sequence[Json]) -> str | None:
    """Whoever is on one list may be mailed; whoever left all of them has opted out."""
    statuses = {str(one.get("status")) for one in lists}
    return next((word for status, word in _SUBSCRIPTIONS.items() if status in statuses), None)
