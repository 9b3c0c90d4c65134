"""Changed leads as the engine takes them: the mapping's fields, who changed them, and their history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.odoo import walking
from adapters.odoo.account import Account, link_id
from adapters.odoo.history import Chatter, History
from adapters.odoo.spec import LEAD
from adapters.odoo.views import View, moment
from connector.adapter import Page
from connector.adapter.nameless import told_apart
from connector.adapter.seconds import BEGINNING, Mark
from connector.model import CrmRecord, Json

_ALWAYS: Final = ("write_date", "write_uid", "create_date", "email_normalized")
_TOLD_OF: Final = ("active", "probability", "stage_id", "team_id")
"""What other fields are told from when a row is led back through its history."""


class Walker:
    """Walks what changed. `page_rows` are the records of one page."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.history = History(account)
        self.page_rows = walking.PAGE_ROWS

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records, each with the mark that stands after it."""
        options = self.account.options
        names = options.fields.get(LEAD, ())
        key = (options.key,) if options.key and options.key in self.account.columns else ()
        codes = list(dict.fromkeys([*_ALWAYS, *_TOLD_OF, *key, *self.account.codes_of(names)]))
        mark = Mark.read(cursor, options.since or BEGINNING)
        for rows, following in walking.walk(self.account.api, codes, mark, self.page_rows):
            zero = None if rows else "no lead changed since the last read"
            sound, bad = told_apart(rows, LEAD, changed="write_date")
            yield Page(self._records(sound, names, mark), following.stored(), bad=bad, why_zero=zero)
            mark = following

    def _records(self, rows: Sequence[Json], names: Sequence[str], mark: Mark) -> list[CrmRecord]:
        if not rows:
            return []
        tags = self.account.tag_names(rows) if "tags" in names else {}
        view = View(self.account, tags)
        chatter = self.history.of(rows, mark.since)
        return [self._record(row, names, view, chatter.get(row["id"], Chatter())) for row in rows]

    def _record(self, row: Json, names: Sequence[str], view: View, chatter: Chatter) -> CrmRecord:
        changed_by = str(link_id(row["write_uid"]) or "") or None
        if changed_by is None or not self.account.is_person(changed_by):
            changed_by = self.history.last_person(chatter) or changed_by
        key = self.account.options.key
        return CrmRecord(
            object=LEAD,
            id=str(row["id"]),
            fields=view.fields(row, names),
            changed_at=moment(row["write_date"]),
            changed_by=changed_by,
            email=row.get("email_normalized") or None,
            key=row.get(key) or None if key else None,
            history=self.history.changes(row, chatter, view, self.account.options.historic(LEAD)),
            created_at=moment(row["create_date"]),
            precision="poll",
        )
