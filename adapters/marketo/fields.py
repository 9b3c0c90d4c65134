"""The account's lead fields: which there are, of which type, and making those that feedback writes.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads (describe,
        lead fields)
Quirk:  the API name of a field can never be changed or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adapters.marketo.answers import rows_of
from adapters.marketo.refusals import told
from connector.adapter import Client
from connector.errors import AuthError, ContractError, RemoteRefusal
from connector.model import Field, Json

DESCRIBE: Final = "/rest/v1/leads/describe2.json"
MAKE: Final = "/rest/v1/leads/schema/fields.json"
MOST_MADE: Final = 100
ALWAYS: Final = ("id", "email", "createdAt", "updatedAt")
TYPES: Final = {
    "string": "text", "text": "text", "email": "text", "phone": "text", "url": "text", "integer": "integer",
    "score": "integer", "percent": "integer", "float": "number", "currency": "number", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "lead_function": "text", "reference": "reference",
}  # fmt: skip
_WHOLE: Final = ("integer", "score", "percent", "reference")
_NUMBERS: Final = ("_score", "_points", "_percent", "_cycle")
_BOOLEANS: Final = ("_is_mql", "_mql")


def described(client: Client) -> dict[str, Json]:
    """The description of every lead field, by its API name."""
    rows = rows_of(client.request("GET", DESCRIBE))
    fields = told(rows[0], "fields") if rows else []
    if not fields or not all(isinstance(one.get("name"), str) for one in fields):
        raise ContractError("the description of leads came without 'fields' or their names")
    return {one["name"]: one for one in fields}


def as_field(item: Mapping[str, Any]) -> Field:
    """One field in our words."""
    length = item.get("length")
    return Field(
        object="",
        name=item["name"],
        label=str(item.get("displayName") or ""),
        type=TYPES.get(str(item.get("dataType")), str(item.get("dataType") or "text")),
        max_length=length if isinstance(length, int) and length > 0 else None,
        writable=bool(item.get("updateable", True)),
        unique=item["name"] == "id",
    )


def reads(wanted: Sequence[str], there: Mapping[str, Json]) -> list[str]:
    """The fields to ask for: those that the mapping names and the account has, and what every record needs."""
    return list(dict.fromkeys((*ALWAYS, *(name for name in wanted if name in there))))


def typed(item: Mapping[str, Any] | None) -> Callable[[str], Any]:
    """Reads a cell of a bulk file as the type that the same field has in an answer; what does not fit stays a text."""
    kind = str((item or {}).get("dataType"))
    if kind == "boolean":
        return lambda text: {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    number = int if kind in _WHOLE else float if kind in ("float", "currency") else None
    return (lambda text: _number(number, text)) if number else str


def _number(kind: Callable[[str], Any], text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text


def make_fields(client: Client, plan: Sequence[str]) -> dict[str, str]:
    """Make the missing fields of the plan; field name → `exists`, `created`, or why not."""
    there = described(client)
    missing = [name for name in dict.fromkeys(plan) if name not in there]
    made: dict[str, str] = {}
    for start in range(0, len(missing), MOST_MADE):
        made |= _make(client, missing[start : start + MOST_MADE])
    return {name: "exists" if name in there else made[name] for name in plan}


def _make(client: Client, names: Sequence[str]) -> dict[str, str]:
    """One call; one that is refused for a field among several is repeated field by field."""
    body = {"input": [{"displayName": _label(name), "name": name, "dataType": _kind(name)} for name in names]}
    try:
        rows = rows_of(client.request("POST", MAKE, json=body))
    except RemoteRefusal as refusal:
        if len(names) > 1:
            return {name: why for one in names for name, why in _make(client, [one]).items()}
        return {names[0]: f"{refusal.code}: {refusal.message}"}
    except AuthError as refusal:
        return dict.fromkeys(names, f"{refusal.code}: {refusal.message}; {refusal.hint}")
    status = {str(row.get("name")): str(row.get("status")) for row in rows}
    return {name: "created" if status.get(name) == "created" else "the answer does not name it" for name in names}


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _kind(name: str) -> str:
    """A plan gives names only; they say what they hold, as the names of the starting mapping do."""
    if name.endswith(_NUMBERS):
        return "integer"
    if name.endswith("_at"):
        return "datetime"
    return "boolean" if name.endswith(_BOOLEANS) else "string"
