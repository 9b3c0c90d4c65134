"""The account's contact fields: which there are, and making those that feedback writes.

Source: https://devdocs.mautic.org/en/latest/rest_api/fields.html
Quirk:  a field whose alias exists already is made as `alias1` and reported as a success.
Quirk:  a write passes over 0 and false, so the fields that we make are texts: they take a word for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.mautic.asking import rows
from adapters.mautic.people import BESIDE
from adapters.mautic.refusals import listed
from adapters.mautic.spec import BATCH
from connector.adapter import Client
from connector.errors import AuthError, RemoteRefusal
from connector.model import Field, Json

PATH: Final = "/api/fields/contact"
TYPES: Final = {
    "text": "text", "textarea": "text", "html": "text", "email": "text", "tel": "text", "url": "text",
    "number": "number", "boolean": "boolean", "date": "date", "datetime": "datetime", "select": "picklist",
    "multiselect": "multi", "lookup": "text", "country": "text", "region": "text", "locale": "text", "timezone": "text",
}  # fmt: skip
TEXT_LENGTH: Final = 64
"""What a text field holds unless it was made longer."""


def fields_of(client: Client) -> list[Field]:
    """The fields of contacts, and what a record holds beside them (read-only)."""
    found = [_field(item) for item in described(client)]
    names = {field.name for field in found}
    return found + [Field("", name, writable=False) for name in BESIDE if name not in names]


def described(client: Client) -> list[Json]:
    """Every field as Mautic describes it."""
    found: list[Json] = []
    while True:
        answer = client.request("GET", PATH, params={"start": len(found), "limit": BATCH})
        page = rows(answer, "fields")
        found += page
        if len(page) < BATCH:
            return found


def make_fields(client: Client, plan: Sequence[str]) -> dict[str, str]:
    """Make the missing fields of the plan, as texts; field name → `exists`, `created`, or why not."""
    there = {str(item["alias"]) for item in described(client)}
    return {name: "exists" if name in there else _make(client, name) for name in plan}


def _make(client: Client, name: str) -> str:
    body = {"label": name.replace("_", " ").capitalize(), "alias": name, "type": "text", "isPublished": True}
    try:
        answer = client.request("POST", f"{PATH}/new", json=body).json()
    except (RemoteRefusal, AuthError) as refusal:
        return f"{refusal.code}: {refusal.message}"
    made = answer.get("field") if isinstance(answer, dict) else None
    alias = made.get("alias") if isinstance(made, dict) else None
    return "created" if alias == name else f"Mautic made '{alias}' instead: delete it, and look for another '{name}'"


def _field(item: Mapping[str, Any]) -> Field:
    kind = str(item.get("type"))
    properties = item.get("properties")
    options = listed(properties.get("list")) if isinstance(properties, dict) else []
    limit = item.get("charLengthLimit")
    length = limit if isinstance(limit, int) and limit > 0 else TEXT_LENGTH
    return Field(
        object="",
        name=str(item["alias"]),
        label=str(item.get("label") or ""),
        type=TYPES.get(kind, kind),
        options={str(one["value"]): str(one.get("label")) for one in options if isinstance(one, dict)},
        max_length=length if kind == "text" else None,
        required=bool(item.get("isRequired")),
        unique=bool(item.get("isUniqueIdentifer") or item.get("isUniqueIdentifier")),
        custom=not item.get("isFixed"),
    )
