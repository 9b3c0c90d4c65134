"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adapters.espocrm import views
from adapters.espocrm.account import Account
from adapters.espocrm.api import condition
from adapters.espocrm.directory import Ref
from connector.model import Json, LeadWrite, ReadBack


def rows_of(account: Account, refs: Iterable[Ref], names: Sequence[str]) -> dict[Ref, Json]:
    """These records with these attributes; those that are no more are left out. One call for each object."""
    by_object: dict[str, list[str]] = {}
    for entity, id_ in dict.fromkeys(refs):
        by_object.setdefault(entity, []).append(id_)
    return {
        (entity, str(row["id"])): row
        for entity, ids in by_object.items()
        for row in account.api.every(entity, [condition("in", "id", ids)], views.asked(account, entity, names))
    }


def read_back(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """One answer per write of a record: by its id where that is known, else by the key that it is made under."""
    names = [name for write in writes for name in write.fields]
    known = {write.effect: ref_of(account, write) for write in writes if write.record_id}
    made = _made(account, [write for write in writes if not write.record_id])
    refs = {**known, **made}
    rows = rows_of(account, refs.values(), names)
    return [_answer(account, write, refs.get(write.effect), rows) for write in writes]


def ref_of(account: Account, write: LeadWrite) -> Ref:
    """The record that a write is about."""
    return write.object or account.main, str(write.record_id)


def _made(account: Account, writes: Sequence[LeadWrite]) -> dict[str, Ref]:
    """Where the records are that these writes were to make; only our own key on one proves it."""
    keys = sorted({write.key for write in writes if write.key})
    found: dict[str, Ref] = {}
    for entity in reversed(account.key_objects):  # the object that is made counts before any other
        field = account.key_on(entity)
        if keys and field is not None:
            rows = account.api.every(entity, [condition("in", field, keys)], ("id", field))
            found |= {str(row.get(field)): (entity, str(row["id"])) for row in rows}
    return {write.effect: found[write.key] for write in writes if write.key in found}


def _answer(account: Account, write: LeadWrite, ref: Ref | None, rows: Mapping[Ref, Json]) -> ReadBack:
    row = rows.get(ref) if ref else None
    if ref is None or row is None:
        return ReadBack(write.effect, present=False, object=write.object or account.main)
    fields = {name: views.value(account, ref[0], row, name) for name in write.fields}
    return ReadBack(write.effect, present=True, record_id=ref[1], object=ref[0], fields=fields)
