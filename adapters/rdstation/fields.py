"""The account's contact fields: which there are, and making those that feedback writes.

Source: https://developers.rdstation.com/reference/campos-personalizados
Quirk:  labels come by language (`{"pt-BR": …}`), `presentation_type` as a plain string.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from connector.adapter import Client
from connector.errors import ContractError, RemoteRefusal
from connector.model import Field, Json

PATH: Final = "/platform/contacts/fields"
TYPES: Final = {"STRING": "text", "INTEGER": "integer", "BOOLEAN": "boolean", "STRING[]": "multi"}
READ_ONLY: Final = frozenset({"available_for_mailing"})
BESIDE: Final = {"tags": "multi", "legal_bases": "list"}
"""What a contact's record holds besides the fields that the list of fields names, with its type."""
_INTEGERS: Final = ("_score", "_points", "_percent", "_cycle")
_BOOLEANS: Final = ("_is_mql", "_mql")


def fields_of(client: Client) -> list[Field]:
    """Standard and own (`cf_…`) fields, and what every record holds beside them."""
    found = [_field(item) for item in _items(client)]
    named = {field.name for field in found}
    return [
        *found,
        *(Field("", name, type=type_, writable=False) for name, type_ in BESIDE.items() if name not in named),
    ]


def make_fields(client: Client, plan: Sequence[str]) -> dict[str, str]:
    """Make the missing `cf_…` fields of the plan; field name → `exists`, `created`, or why not."""
    there = {str(item["api_identifier"]) for item in _items(client)}
    return {name: "exists" if name in there else _make(client, name) for name in plan}


def _items(client: Client) -> list[Json]:
    body: Any = client.request("GET", PATH, bucket="fields").json()
    items = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "api_identifier" in item for item in items):
        raise ContractError("the list of fields came without 'fields' or an 'api_identifier'")
    return items


def _field(item: Json) -> Field:
    rules = item.get("validation_rules") or {}
    options = {str(one["value"]): _text(one.get("label")) for one in rules.get("valid_options") or []}
    kind = TYPES.get(str(item.get("data_type")), str(item.get("data_type")).lower())
    name = str(item["api_identifier"])
    return Field(
        object="",
        name=name,
        label=_text(item.get("label")) or name,
        type="picklist" if options and kind == "text" else kind,
        options=options,
        writable=name not in READ_ONLY,
        unique=name == "email",
        custom=bool(item.get("custom_field")),
    )


def _text(label: Any) -> str:
    if isinstance(label, dict):
        return str(label.get("pt-BR") or next(iter(label.values()), ""))
    return str(label or "")


def _make(client: Client, name: str) -> str:
    if not name.startswith("cf_"):
        return "no standard field has this name, and own fields begin with cf_"
    label = {"pt-BR": name.removeprefix("cf_").replace("_", " ").capitalize()}
    data_type, shown_as = _kind(name)
    body = {
        "api_identifier": name, "data_type": data_type, "presentation_type": shown_as,
        "name": label, "label": label, "validation_rules": {},
    }  # fmt: skip
    try:
        client.request("POST", PATH, json=body, bucket="fields")
    except RemoteRefusal as refusal:
        return "exists" if refusal.code == "TAKEN" else f"{refusal.code}: {refusal.message}"
    return "created"


def _kind(name: str) -> tuple[str, str]:
    """A plan gives names only; they say what they hold, as the names of the starting mapping do."""
    if name.endswith(_INTEGERS):
        return "INTEGER", "NUMBER_INPUT"
    if name.endswith(_BOOLEANS):
        return "BOOLEAN", "CHECK_BOX"
    return "STRING", "TEXT_INPUT"
