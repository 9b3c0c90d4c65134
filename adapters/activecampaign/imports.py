"""Fields of many contacts at once: an import, which is taken at once and applied later.

An import finds contacts by their address and makes those that it does not find. So the addresses are read by id just
before; whoever is gone, or has none, is not imported. What became of a row is read from the contact afterwards: an
import gives no reasons, only the addresses that failed.
Source: https://developers.activecampaign.com/reference/bulk-import-contacts, …/bulk-import-status-info
Limits: 250 contacts and 399,999 bytes in one import; 100 imports a minute, refused by a 400.
Quirk:  keys of the answer come in either case; a status asked for at once is `false`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from adapters.activecampaign.asking import API, table
from adapters.activecampaign.fields import Fields
from adapters.activecampaign.people import People
from adapters.activecampaign.spec import IMPORTS
from adapters.activecampaign.writes import contact_id
from connector.adapter import Client
from connector.model import Json, LeadWrite, Outcome

PATH: Final = f"{API}/import/bulk_import"
STATUS: Final = f"{API}/import/info"
WORTH_IT: Final = 11
"""Below, contacts are updated one by one: imports are not meant for ten or fewer."""
MOST_BYTES: Final = 399_999
OVER: Final = ("completed", "failed", "interrupted")
_STANDARD: Final = {"firstName": "first_name", "lastName": "last_name", "phone": "phone"}
"""What an import calls the standard fields."""


class Status(Struct, frozen=True):
    """How far an import is; `failed` are the addresses that it did not take, in small letters."""

    is_over: bool
    failed: frozenset[str] = frozenset()


def is_importable(write: LeadWrite) -> bool:
    """May an import carry it? Not a fresh lead, which should not wait, nor a new address, which is the key here."""
    return not write.fresh and "email" not in write.fields


def send_import(client: Client, people: People, fields: Fields, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Hand over the fields of these contacts, in one import or, if it would grow too large, in several."""
    emails = people.emails([contact_id(write) for write in writes])
    rows = {write.effect: row for write in writes if (row := _row(fields, write, emails))}
    batches = {effect: batch for some in _pieces(rows) for effect, batch in _sent(client, some).items()}
    return [_outcome(write, emails, batches) for write in writes]


def status_of(client: Client, batch: str) -> Status:
    """How far an import is; one that is not known any more is over."""
    answer = client.request("GET", STATUS, params={"batchId": batch}, accept={404})
    if answer.status == 404:
        return Status(is_over=True)
    body = _small(table(answer))
    failed = body.get("failure")
    return Status(
        is_over=str(body.get("status")) in OVER,
        failed=frozenset(str(email).lower() for email in failed) if isinstance(failed, list) else frozenset(),
    )


def _row(fields: Fields, write: LeadWrite, emails: Mapping[str, str]) -> Json | None:
    email = emails.get(contact_id(write))
    if not email:
        return None
    standard, custom = fields.body_of(write.fields)
    row = {"email": email, **{_STANDARD[name]: value for name, value in standard.items()}}
    return {**row, "fields": [{"id": int(one["field"]), "value": one["value"]} for one in custom]}


def _pieces(rows: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    if len(json.dumps(_body(rows)).encode()) <= MOST_BYTES or len(rows) < 2:
        return [rows] if rows else []
    effects = list(rows)
    middle = len(effects) // 2
    halves = effects[:middle], effects[middle:]
    return [piece for half in halves for piece in _pieces({effect: rows[effect] for effect in half})]


def _sent(client: Client, rows: Mapping[str, Json]) -> dict[str, str | None]:
    """Effect → the import that carries it; None where the answer names none."""
    answer = client.request("POST", PATH, json=_body(rows), bucket=IMPORTS)
    batch = _small(table(answer)).get("batchid")
    return dict.fromkeys(rows, str(batch) if batch else None)


def _outcome(write: LeadWrite, emails: Mapping[str, str], batches: Mapping[str, str | None]) -> Outcome:
    id_ = contact_id(write)
    if id_ not in emails:
        text = "the contact is gone"
        return Outcome(write.effect, "rejected", record_id=id_, code="gone", text=text, moved=True)
    if write.effect not in batches:
        return Outcome(write.effect, "rejected", record_id=id_, code="no_address", text="the contact has no address")
    batch = batches[write.effect]
    if batch is None:
        return Outcome(write.effect, "unknown", record_id=id_, code="contract", text="the import has no number")
    return Outcome(write.effect, "pending", record_id=id_, poll={"batch": batch})


def _body(rows: Mapping[str, Json]) -> Json:
    return {"contacts": list(rows.values())}


def _small(body: Mapping[str, Any]) -> Json:
    return {name.lower(): value for name, value in body.items()}
