"""Deals and contacts as version 1 tells and takes them.

Times carry an offset; the monthly amount is spelt `amount_montly`, so the total is read; a record comes bare or wrapped
in its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.rdstation.sales.rows import (
    LOST,
    ONGOING,
    PAUSED,
    WON,
    Contact,
    Deal,
    Move,
    entries,
    id_of,
    moment,
    readable,
    text_of,
    told_at,
)
from connector.errors import UnknownOutcome
from connector.model import Json


@readable("deal")
def deal_of(row: Json) -> Deal:
    """A deal of version 1; what this answer does not tell is None."""
    stage = row.get("deal_stage") or {}
    pipeline = row.get("deal_pipeline") or {}
    reason = row.get("deal_lost_reason") or {}
    contacts = row.get("contacts")
    told = None if not isinstance(contacts, list) else tuple(contact_of(one) for one in contacts)
    return Deal(
        id=id_of(row) or "",
        name=str(row.get("name") or ""),
        status=status_of(row),
        created_at=told_at(row, "created_at"),
        updated_at=told_at(row, "updated_at"),
        stage_id=id_of(stage),
        pipeline_id=id_of(pipeline) or text_of(stage.get("deal_pipeline_id")),
        owner_id=id_of(row.get("user")),
        lost_reason_id=text_of(row.get("deal_lost_reason_id")) or id_of(reason),
        lost_reason=text_of(reason.get("name")),
        lost_note=text_of(row.get("deal_lost_note")),
        total_price=row.get("amount_total"),
        rating=row.get("rating"),
        closed_at=text_of(row.get("closed_at")),
        custom={_field_id(one): one.get("value") for one in row.get("deal_custom_fields") or ()},
        contact_ids=None if told is None else tuple(one.id for one in told),
        contacts=told,
        moves=_moves(row.get("deal_stage_histories") or ()),
    )


@readable("contact")
def contact_of(row: Json) -> Contact:
    """A contact of version 1."""
    deals = row.get("deals")
    return Contact(
        id=str(id_of(row)),
        name=text_of(row.get("name")),
        job_title=text_of(row.get("title")),
        emails=entries(row.get("emails"), "email"),
        phones=entries(row.get("phones"), "phone"),
        deals=None if not isinstance(deals, list) else tuple(str(id_of(one)) for one in deals if id_of(one)),
        raw=row,
    )


def status_of(row: Json) -> str:
    """`win` has three states: null is open, and only false is lost."""
    win = row.get("win")
    if win is True:
        return WON
    if win is False:
        return LOST
    return PAUSED if row.get("hold") else ONGOING


def _field_id(entry: Json) -> str:
    return str(entry.get("custom_field_id") or id_of(entry.get("custom_field")))


def _moves(histories: Sequence[Json]) -> tuple[Move, ...]:
    moves = [Move(str(one["deal_stage_id"]), moment(one["start_date"])) for one in histories if one.get("start_date")]
    return tuple(sorted(moves, key=lambda move: move.at))


def bare(body: Json, name: str) -> Json:
    """A record, whether it comes bare or wrapped in its name."""
    inner = body.get(name)
    return inner if isinstance(inner, dict) and id_of(inner) else body


def made(row: Json) -> Json:
    if id_of(row) is None:
        raise UnknownOutcome("RD Station CRM took the write and did not say which record it made")
    return row


def custom_body(custom: Mapping[str, Any]) -> Json:
    if not custom:
        return {}
    return {"deal_custom_fields": [{"custom_field_id": code, "value": value} for code, value in custom.items()]}


def contact_body(values: Mapping[str, Any]) -> Json:
    body: Json = {name: values[ours] for ours, name in (("name", "name"), ("job_title", "title")) if ours in values}
    if "email" in values:
        body["emails"] = [{"email": values["email"]}] if values["email"] else []
    if "phone" in values:
        body["phones"] = [{"phone": values["phone"], "type": "cellphone"}] if values["phone"] else []
    return body
