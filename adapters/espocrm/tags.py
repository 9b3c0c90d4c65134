"""Tags are the values of one field, made by `prepare`: ours is put among those that sales set, or taken from them.

The field is written as a whole, so what a record holds is read first, in the batch that writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.espocrm.account import Account
from adapters.espocrm.reading import ref_of, rows_of
from connector.adapter.usable import FIELD_MISSING
from connector.errors import RecordError
from connector.model import Json, LeadWrite, ReadBack


def check(account: Account, write: LeadWrite) -> None:
    """Raises RecordError for a tag that cannot be put."""
    if not write.name:
        raise RecordError("a tag without a name", code="no_tag")
    column = account.schema.find(write.object or account.main, account.tag_field)
    if column is None:
        prepare = f"'leadloop prepare {account.options.connection}'"
        text = f"there is no field '{account.tag_field}' for tags: {prepare} makes it"
        raise RecordError(text, code=FIELD_MISSING, field=account.tag_field)
    if write.on and column.options and not column.free and write.name not in column.options:
        text = f"'{column.name}' has no option '{write.name}': add it"
        raise RecordError(text, code="bad_option", field=column.name)


def changed(account: Account, write: LeadWrite, row: Json) -> list[str] | None:
    """The tags that the record is to hold; None when it holds them already."""
    now = held(row.get(account.tag_field))
    if (write.name in now) is write.on:
        return None
    return [*now, write.name] if write.on else [one for one in now if one != write.name]


def read_back(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """Are the tags as they were wanted?"""
    rows = rows_of(account, [ref_of(account, write) for write in writes], [account.tag_field])
    found = []
    for write in writes:
        ref = ref_of(account, write)
        row = rows.get(ref)
        is_so = row is not None and (write.name in held(row.get(account.tag_field))) is write.on
        found.append(ReadBack(write.effect, is_so, record_id=ref[1] if is_so else None, object=ref[0]))
    return found


def held(value: Any) -> list[str]:
    """The tags in a field; blank it is null or an empty list."""
    return [str(one) for one in value] if isinstance(value, list) else []
