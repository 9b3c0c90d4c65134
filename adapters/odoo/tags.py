"""Tags are linked and unlinked one by one, never replaced as a set: those that sales set stay.

Source: https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html, "Command"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.odoo.account import Account
from adapters.odoo.reading import ids_of, rows_by_id
from adapters.odoo.spec import LEAD
from connector.adapter import Send
from connector.errors import RemoteRefusal
from connector.model import LeadWrite, Outcome, ReadBack

TAG: Final = "crm.tag"
UNLINK: Final = 3
LINK: Final = 4


def sender(account: Account, name: str, *, on: bool) -> Send:
    """One call that puts the tag on all these records, or takes it off. Makes the tag when it is first put on."""
    tag = account.memory.tags.get(name) or _tag_id(account, name)
    if tag is None and on:
        [tag] = account.api.create(TAG, [{"name": name}])
    if tag is not None:
        account.memory.tags[name] = tag

    def send(writes: Sequence[LeadWrite]) -> list[Outcome]:
        if tag is None:
            return [Outcome(one.effect, "unchanged", record_id=one.record_id, object=LEAD) for one in writes]
        command = [LINK if on else UNLINK, tag, 0]
        try:
            account.api.write(LEAD, ids_of(writes), {"tag_ids": [command]})
        except RemoteRefusal:
            account.memory.tags.pop(name, None)  # perhaps it is the tag that somebody deleted
            raise
        return [Outcome(one.effect, "updated", record_id=one.record_id, object=LEAD) for one in writes]

    return send


def seen(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """Are the tags as they were wanted?"""
    if not writes:
        return []
    rows = rows_by_id(account.api.read(LEAD, ids_of(writes), ("tag_ids",)))
    tags = {name: _tag_id(account, name) for name in {write.name for write in writes}}
    found = []
    for write in writes:
        row = rows.get(str(write.record_id))
        is_so = row is not None and (tags[write.name] in row["tag_ids"]) is write.on
        found.append(ReadBack(write.effect, is_so, record_id=write.record_id if is_so else None, object=LEAD))
    return found


def _tag_id(account: Account, name: str) -> int | None:
    """The tag of this name as it is written: Odoo lets two names differ in case alone."""
    rows = account.api.rows(TAG, [["name", "=", name]], ("name",), order="id asc", limit=1)
    return rows[0]["id"] if rows else None
