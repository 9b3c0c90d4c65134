"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.tryton import block, views
from adapters.tryton.account import Account
from adapters.tryton.api import Domain
from adapters.tryton.names import OBJECTS, OPPORTUNITY
from adapters.tryton.schema import LINE, Column
from adapters.tryton.values import encoded, plain
from connector.errors import RecordError
from connector.model import Json, LeadWrite, ReadBack


def read_back(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """One answer per write of a record: by its id, else by the key that it was to be made under."""
    answers: dict[str, ReadBack] = {}
    for object_name in OBJECTS:
        group = [write for write in writes if write.object == object_name]
        by_id = _by_id(account, object_name, group)
        by_key = _by_key(account, group) if object_name == OPPORTUNITY else {}
        for write in group:
            row = by_id.get(str(write.record_id)) if write.record_id else by_key.get(write.key)
            answers[write.effect] = _answer(account, write, row)
    return [answers.get(write.effect) or _answer(account, write, None) for write in writes]


def _by_id(account: Account, object_name: str, writes: Sequence[LeadWrite]) -> dict[str, Json]:
    ids = sorted({int(one) for write in writes if (one := str(write.record_id)).isdigit()})
    rows = _rows(account, object_name, [["id", "in", ids]], writes) if ids else ()
    return {str(row["id"]): row for row in rows}


def _by_key(account: Account, writes: Sequence[LeadWrite]) -> dict[str, Json]:
    key = account.options.key
    keys = [write.key for write in writes if not write.record_id]
    rows = _rows(account, OPPORTUNITY, [[key, "in", keys]], writes) if keys and key else ()
    return {str(row.get(key or "")): row for row in reversed(list(rows))}


def _rows(account: Account, object_name: str, domain: Domain, writes: Iterable[LeadWrite]) -> list[Json]:
    named = {name: account.schema.find(object_name, name) for write in writes for name in write.fields}
    names = {name for name, column in named.items() if column is not None and column.part != "key"}
    base = (*views.BASE, *filter(None, [account.options.key])) if object_name == OPPORTUNITY else ()
    return account.api.rows(object_name, domain, [*base, *views.asked(object_name, sorted(names))])


def _answer(account: Account, write: LeadWrite, row: Json | None) -> ReadBack:
    if row is None:
        return ReadBack(write.effect, present=False, object=write.object)
    fields = {name: _value(account, write, row, name, sent) for name, sent in write.fields.items()}
    return ReadBack(write.effect, present=True, record_id=str(row["id"]), object=write.object, fields=fields)


def _value(account: Account, write: LeadWrite, row: Json, name: str, sent: Any) -> Any:
    """What stands there; in the words of the write where that is what the write would make of the field."""
    column = account.schema.find(write.object, name)
    if column is not None and column.part == "key":
        return write.key
    stands = views.value(write.object, row, name, write.key or None)
    if column is None or sent is None:
        return stands
    if name.startswith(LINE):
        return sent if block.worded(sent) == block.worded(stands) else stands
    return sent if settled(column, sent) == stands else stands


def settled(column: Column, value: Any) -> Any:
    """What a field tells once this value of ours stands there; the value itself where the field does not take it."""
    if column.part == "line":
        return block.value_of(block.worded(value))
    try:
        return plain(encoded(column, value))
    except RecordError:
        return value
