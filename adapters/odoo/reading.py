"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.odoo.account import Account, link_id
from adapters.odoo.columns import Column
from adapters.odoo.spec import LEAD
from adapters.odoo.values import Encoder
from adapters.odoo.views import View, decoded
from connector.errors import RecordError
from connector.model import Json, LeadWrite, ReadBack


def read_back(account: Account, encoder: Encoder, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """One answer per write of a record: by its id, else by the key that it was to be made under."""
    codes = account.codes_of(name for write in writes for name in write.fields)
    by_id = _by_id(account, [write for write in writes if write.record_id], codes)
    by_key = _by_key(account, [write for write in writes if not write.record_id], codes)
    rows = {
        write.effect: by_id.get(str(write.record_id)) if write.record_id else by_key.get(write.key) for write in writes
    }
    present = [row for row in rows.values() if row is not None]
    asks_tags = any("tags" in write.fields for write in writes)
    view = View(account, account.tag_names(present) if asks_tags else {})
    return [_answer(account, encoder, view, write, rows[write.effect]) for write in writes]


def ids_of(writes: Sequence[LeadWrite]) -> list[int]:
    """The records that these writes name."""
    return sorted({int(write.record_id) for write in writes if write.record_id and write.record_id.isdigit()})


def _by_id(account: Account, writes: Sequence[LeadWrite], codes: Sequence[str]) -> dict[str, Json]:
    return {str(row["id"]): row for row in account.api.read(LEAD, ids_of(writes), codes or ["id"])}


def _by_key(account: Account, writes: Sequence[LeadWrite], codes: Sequence[str]) -> dict[str, Json]:
    key = account.key
    if key is None or not writes:
        return {}
    domain = [[key.name, "in", [write.key for write in writes]]]
    rows = account.api.rows(LEAD, domain, [*codes, key.name], order="id desc")
    return {row[key.name]: row for row in rows}


def _answer(account: Account, encoder: Encoder, view: View, write: LeadWrite, row: Json | None) -> ReadBack:
    if row is None:
        return ReadBack(write.effect, present=False, object=LEAD)
    fields = {name: _value(account, encoder, view, row, name, sent) for name, sent in write.fields.items()}
    return ReadBack(write.effect, present=True, record_id=str(row["id"]), object=LEAD, fields=fields)


def _value(account: Account, encoder: Encoder, view: View, row: Json, name: str, sent: Any) -> Any:
    """What stands there; in the words of the write where that is what the write would make of the field."""
    stands = view.value(row, name)
    column = account.columns.get(name)
    if column is None or sent is None:
        return stands
    if not column.relation:
        return sent if settled(encoder, column, sent) == stands else stands
    try:
        return sent if encoder.value(column, sent) == (link_id(row[column.codes[0]]) or False) else stands
    except RecordError:
        return stands


def settled(encoder: Encoder, column: Column, value: Any) -> Any:
    """What a field tells once this value of ours stands there; the value itself where the field does not take it.

    A link to another record is told by itself alone: to know what a name stands for, the database is asked.
    """
    if column.relation:
        return value
    try:
        return decoded(column, encoder.value(column, value))
    except RecordError:
        return value


def rows_by_id(rows: Sequence[Json]) -> Mapping[str, Json]:
    """Records by the ids that writes name them with."""
    return {str(row["id"]): row for row in rows}
