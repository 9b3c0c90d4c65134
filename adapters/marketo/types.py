"""Custom activity types: which there are, and making the one that feedback tells decisions with.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/custom-activities
Limits: ten types, twenty attributes each.
Quirk:  a type is a draft until it is approved; one that was made in the user interface has `_c` at its name's end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.marketo.answers import rows_of
from adapters.marketo.refusals import told
from connector.adapter import Client
from connector.errors import AuthError, RemoteRefusal
from connector.model import Json

ALL: Final = "/rest/v1/activities/external/types.json"
ONE: Final = "/rest/v1/activities/external/type"
EFFECT: Final = "leadloopEffect"
"""The attribute that holds the write's own key: by it a lost answer is settled."""
PRIMARY: Final = "decision"
"""The part of an event that names it best, where the mapping tells it."""


def custom_types(client: Client) -> dict[str, Json]:
    """Approved custom activity types by API name, with and without its `_c`."""
    found: dict[str, Json] = {}
    for row in rows_of(client.request("GET", ALL)):
        if str(row.get("status", "")).startswith("approved") and "id" in row:
            name = str(row.get("apiName"))
            found |= {name.removesuffix("_c"): row, name: row}
    return found


def primary_of(kind: Mapping[str, Any]) -> str:
    """The API name of the type's primary attribute."""
    primary = kind.get("primaryAttribute")
    return str(primary.get("apiName")) if isinstance(primary, dict) else ""


def attributes_of(kind: Mapping[str, Any]) -> dict[str, str]:
    """API name → display name of the type's other attributes."""
    return {str(one.get("apiName")): str(one.get("name")) for one in told(kind, "attributes")}


def plan_types(client: Client, events: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What `make_types` would do; `activity NAME` → `exists` or `would_create`."""
    there = custom_types(client) if events else {}
    return {f"activity {name}": "exists" if name in there else "would_create" for name in events}


def make_types(client: Client, events: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Make the missing types with the parts that feedback tells; `activity NAME` → `exists`, `created`, or why not."""
    if not events:
        return {}
    there = custom_types(client)
    return {f"activity {name}": "exists" if name in there else _make(client, name, events[name]) for name in events}


def _make(client: Client, name: str, parts: Sequence[str]) -> str:
    primary = PRIMARY if PRIMARY in parts else next(iter(parts), PRIMARY)
    label = f"leadloop: {name}"
    kind = {
        "apiName": name, "name": label, "triggerName": label, "filterName": f"Was told {label}",
        "primaryAttribute": _attribute(primary),
    }  # fmt: skip
    others = [_attribute(part) for part in (*(part for part in parts if part != primary), EFFECT)]
    try:
        client.request("POST", f"{ONE}.json", json=kind)
        client.request("POST", f"{ONE}/{name}/attributes/create.json", json={"attributes": others})
        client.request("POST", f"{ONE}/{name}/approve.json")
    except RemoteRefusal as refusal:
        return f"{refusal.code}: {refusal.message}"
    except AuthError as refusal:
        return f"{refusal.code}: {refusal.message}; {refusal.hint}"
    return "created"


def _attribute(name: str) -> Json:
    return {"apiName": name, "name": name, "dataType": "string"}
