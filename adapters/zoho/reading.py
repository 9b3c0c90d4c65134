"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.zoho import views
from adapters.zoho.account import Account
from adapters.zoho.api import LEADS
from adapters.zoho.directory import Directory, Ref
from connector.model import Json, LeadWrite, ReadBack


def read_back(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """One answer per write of a record: by its id where that is known, else by the key that it is made under."""
    refs: dict[str, Ref] = {
        write.effect: (write.object or account.main, str(write.record_id)) for write in writes if write.record_id
    }
    refs |= _made(account, [write for write in writes if not write.record_id])
    rows: dict[Ref, Json] = {}
    for object_name in dict.fromkeys(kind for kind, _ in refs.values()):
        ids = [id_ for kind, id_ in refs.values() if kind == object_name]
        names = [name for write in writes for name in write.fields]
        found = account.api.by_ids(object_name, ids, views.asked(account, object_name, names))
        rows |= {(object_name, id_): row for id_, row in found.items()}
    return [_answer(account, write, refs.get(write.effect), rows) for write in writes]


def _made(account: Account, writes: Sequence[LeadWrite]) -> dict[str, Ref]:
    """Where the records are that these writes were to make; only our own key on one proves it."""
    directory = Directory(account, account.api)
    keys = [write.key for write in writes if write.key]
    directory.find(keys, [])
    by_key = _by_key(directory)
    missing = [key for key in keys if key not in by_key]
    if missing and account.main == LEADS:
        directory.find_hidden(missing, [])
        by_key = _by_key(directory)
    return {write.effect: by_key[write.key] for write in writes if write.key in by_key}


def _by_key(directory: Directory) -> dict[str, Ref]:
    """Records by their key; that of the object which is made counts before any other."""
    main = directory.account.main
    refs = sorted(directory.rows, key=lambda ref: ref[0] == main)
    return {key: ref for ref in refs if (key := directory.key_of(ref))}


def _answer(account: Account, write: LeadWrite, ref: Ref | None, rows: Mapping[Ref, Json]) -> ReadBack:
    row = rows.get(ref) if ref else None
    if ref is None or row is None:
        return ReadBack(write.effect, present=False, object=write.object or account.main)
    fields = {name: views.value(account, ref[0], row, name) for name in write.fields}
    return ReadBack(write.effect, present=True, record_id=ref[1], object=ref[0], fields=fields)
