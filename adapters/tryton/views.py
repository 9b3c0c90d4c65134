"""Records as mappings see them: which of Tryton's fields a name needs, and what its value is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from adapters.tryton import block
from adapters.tryton.finding import key_mechanisms
from adapters.tryton.names import MECHANISMS, OPPORTUNITY, is_key
from adapters.tryton.schema import LINE, OF_PARTY
from adapters.tryton.values import moment, plain
from connector.model import Json

SALES: Final = "sales"
_OF_PERSON: Final = ("email", "phone", "mobile", "fax", "website")
BASE: Final = (
    "create_date", "write_date", "create_uid", "write_uid", "state", "party", "party.email", "contact", "contact.type",
    "contact.value",
)  # fmt: skip


def asked(object_name: str, names: Iterable[str]) -> list[str]:
    """The fields to read for these names."""
    found: list[str] = []
    for name in names:
        if name.startswith(LINE):
            found += ["comment"] if object_name == OPPORTUNITY else MECHANISMS
        elif name == SALES:
            found += [SALES, f"{SALES}.create_date"]
        else:
            found.append(name)
    return list(dict.fromkeys(found))


def value(object_name: str, row: Json, name: str, key: str | None = None) -> Any:
    """The value of a name on a record; `key` tells whose lines are meant where a party holds several persons'."""
    if name.startswith(LINE):
        return block.value_of(block.lines_of(comment(object_name, row, key)).get(name.removeprefix(LINE)))
    if name.startswith(OF_PARTY) and object_name == OPPORTUNITY:
        code = name.removeprefix(OF_PARTY)
        contact = row.get("contact.") or {}
        if code in _OF_PERSON and contact.get("type") == code:
            return contact.get("value") or None
        return plain((row.get("party.") or {}).get(code)) or None
    told = plain(row.get(name))
    return None if told == "" else told


def values(object_name: str, row: Json, names: Sequence[str], key: str | None = None) -> dict[str, Any]:
    """The values of these names."""
    return {name: value(object_name, row, name, key) for name in names}


def comment(object_name: str, row: Json, key: str | None) -> str | None:
    """The text that holds our lines."""
    if object_name == OPPORTUNITY:
        told = row.get("comment")
        return None if told is None else str(told)
    ours = key_mechanisms(row)
    mine = [one for one in ours if key is None or one["value"] == key]
    return str(mine[0].get("comment") or "") if mine else None


def email(row: Json) -> str | None:
    """The address of the person behind an opportunity: its contact's, else its party's."""
    told = value(OPPORTUNITY, row, f"{OF_PARTY}email")
    return None if told is None else str(told)


def key_of(row: Json, key: str | None) -> str | None:
    """Our key on an opportunity."""
    told = row.get(key) if key else None
    return str(told) if is_key(told) else None


def changed_at(row: Json) -> Any:
    """When a record changed last. `write_date` is null until the first change."""
    return moment(row.get("write_date") or row["create_date"])


def author(row: Json) -> str | None:
    """The id of the user who changed it last."""
    who = row.get("write_uid") or row.get("create_uid")
    return None if who is None else str(who)
