"""Deals, contacts and fields as version 2 tells and takes them. Custom fields stand under their slug."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.rdstation.sales.api import FieldRow
from adapters.rdstation.sales.rows import Contact, Deal, entries, id_of, readable, text_of, told_at
from connector.model import Json


@readable("deal")
def deal_of(row: Json) -> Deal:
    """A deal of version 2."""
    contacts = row.get("contact_ids")
    return Deal(
        id=id_of(row) or "",
        name=str(row.get("name") or ""),
        status=str(row.get("status")),
        created_at=told_at(row, "created_at"),
        updated_at=told_at(row, "updated_at"),
        stage_id=text_of(row.get("stage_id")),
        pipeline_id=text_of(row.get("pipeline_id")),
        owner_id=text_of(row.get("owner_id")),
        lost_reason_id=text_of(row.get("lost_reason_id")),
        lost_note=text_of(row.get("lost_note")),
        total_price=row.get("total_price"),
        rating=row.get("rating"),
        closed_at=text_of(row.get("closed_at")),
        custom=dict(row.get("custom_fields") or {}),
        contact_ids=None if not isinstance(contacts, list) else tuple(str(one) for one in contacts),
    )


@readable("contact")
def contact_of(row: Json) -> Contact:
    """A contact of version 2."""
    deals = row.get("deal_ids")
    return Contact(
        id=str(id_of(row)),
        name=text_of(row.get("name")),
        job_title=text_of(row.get("job_title")),
        emails=entries(row.get("emails"), "email"),
        phones=entries(row.get("phones"), "phone"),
        deals=None if not isinstance(deals, list) else tuple(str(one) for one in deals),
        raw=row,
    )


def quoted(text: str) -> str:
    """A value as RDQL takes it: in quotes, so that no sign of it is read as an operator."""
    return json.dumps(text, ensure_ascii=False)


def field_of(row: Json) -> FieldRow:
    """Fields are written and filtered by their slug, which some answers call `api_identifier`."""
    options = row.get("options") or ()
    return FieldRow(
        code=str(row.get("slug") or row.get("api_identifier") or id_of(row)),
        label=str(row.get("name") or row.get("label")),
        type=str(row.get("type") or row.get("field_type")),
        options=tuple(_wording(one) for one in options),
        required=row.get("required") is True,
    )


def _wording(option: Any) -> str:
    return str(option.get("label") or option.get("value")) if isinstance(option, dict) else str(option)


def contact_body(values: Mapping[str, Any]) -> Json:
    body: Json = {name: values[name] for name in ("name", "job_title") if name in values}
    if "email" in values:
        body["emails"] = [{"email": values["email"]}] if values["email"] else []
    if "phone" in values:
        body["phones"] = [{"phone": values["phone"], "type": "mobile"}] if values["phone"] else []
    return body
