"""What people did: the statistics' tables, one after the other.

Four tables grow by id. Mails sent (`email_stats`) change when they are opened, so they are read by the time of the last
opening; an opening that was followed by another between two reads is not seen. Acts of visitors whom nobody knows are
left out; when such a visitor is known at last, what they did before is read then.

Cursor: `tables`, the place in each (see `tables`); `opens`, the time to read openings from, and the walk's `after` and
`began`; `known_at`, until when the newly known were asked for.
Source: https://devdocs.mautic.org/en/latest/rest_api/stats.html
Quirk:  all values are texts, times UTC without saying so; a merge moves rows to the survivor, ids stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, field

from adapters.mautic import people
from adapters.mautic.asking import FAR_BACK, Where, as_asked, moment, one_of, told_utc
from adapters.mautic.naming import Names, answers_of
from adapters.mautic.tables import LATE, high, new_rows, place_at, read_table
from connector.adapter import Client, Page, ToRead
from connector.adapter.cursors import reading
from connector.errors import ContractError
from connector.model import Json

EVENTS: Final = {
    "form_submissions": ("form.submitted", "date_submitted"),
    "page_hits": ("page.hit", "date_hit"),
    "asset_downloads": ("asset.download", "date_download"),
    "lead_donotcontact": ("lead.donotcontact", "date_added"),
}
"""Table → the word of Mautic's own timeline, and the column of its time."""
OPENS: Final = "email_stats"
NAMED: Final = {
    "form_submissions": ("forms", "form_id"),
    "asset_downloads": ("assets", "asset_id"),
    OPENS: ("emails", "email_id"),
}
"""Table → whose names its acts carry, and the column of the number."""
BEFORE_KNOWN: Final = ("form_submissions", "page_hits", "asset_downloads")
CHANGING: Final = frozenset({"form_submissions", "lead_donotcontact"})
"""Acts that change the contact: it is read again, whether or not its `date_modified` moved."""
AT_ONCE: Final = 100
BORN_KNOWN: Final = timedelta(seconds=2)


class Acts(Struct):
    """Reads these tables. `known` remembers who is a known person, for as long as the adapter lives."""

    client: Client
    names: Names
    tables: Sequence[str]
    since: datetime | None
    size: int
    known: set[str] = field(default_factory=set)

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """New acts of all tables. One that may not be read is told when the others are done."""
        stood: Json = cursor or {"tables": {}, "opens": {}}
        began = self.client.now()
        if "known_at" in stood:
            yield from self._newly_known(stood)
        refused = []
        for table in self.tables:
            pages = self._opens(stood) if table == OPENS else self._new(table, stood)
            if pages is None:
                refused.append(table)
                continue
            for page in pages:
                stood = page.cursor or stood
                yield page
        yield Page(cursor={**stood, "known_at": began.isoformat()})
        if refused:
            raise ContractError(
                f"Mautic does not show the statistics {', '.join(refused)} to this user",
                code="not_allowed",
                hint="give the user's role the right to view them, or list the others under 'tables'",
            )

    def _new(self, table: str, stood: Json) -> Iterator[Page[Json]] | None:
        place = stood["tables"].get(table) or place_at(self.client.now())
        pages = new_rows(self.client, table, place, self._since(EVENTS[table][1]), self.size)
        return None if pages is None else self._pages(table, stood, pages)

    def _pages(self, table: str, stood: Json, pages: Iterator[tuple[list[Json], Json]]) -> Iterator[Page[Json]]:
        for rows, place in pages:
            stood = {**stood, "tables": {**stood["tables"], table: place}}
            acts = self._acts(table, rows)
            again = {act["contact_id"]: moment(act["at"]) for act in acts} if table in CHANGING else {}
            to_read = [ToRead("contacts", id_, changed_at=at) for id_, at in again.items()]
            yield Page(records=acts, cursor=stood, to_read=to_read)

    def _opens(self, stood: Json) -> Iterator[Page[Json]] | None:
        """Mails opened since the last walk began, by id."""
        with reading():
            opens = dict(stood["opens"])
            opens = {"began": self.client.now().isoformat(), "after": 0, "from": opens.get("from"), **opens}
        first = self._opened(opens)
        return None if first is None else self._open_pages(stood, opens, first)

    def _open_pages(self, stood: Json, opens: Json, rows: list[Json] | None) -> Iterator[Page[Json]]:
        while rows:
            opens = {**opens, "after": int(rows[-1]["id"])}
            yield Page(records=self._acts(OPENS, rows), cursor={**stood, "opens": opens})
            rows = self._opened(opens) if len(rows) == self.size else None
        with reading():
            begin = datetime.fromisoformat(opens["began"]) - LATE
        yield Page(cursor={**stood, "opens": {"from": begin.isoformat()}})

    def _opened(self, opens: Json) -> list[Json] | None:
        with reading():
            begin = datetime.fromisoformat(opens["from"]) if opens["from"] else self.since
            after = int(opens["after"])
        since = as_asked(begin) if begin else FAR_BACK
        either = (Where("last_opened", "gte", since), Where("date_read", "gte", since))
        asked = [Where("id", "gt", after), Where(either=either)]
        return read_table(self.client, OPENS, asked, limit=self.size)

    def _newly_known(self, stood: Json) -> Iterator[Page[Json]]:
        """What people did before they were known, as far as those rows were passed over."""
        since = as_asked(datetime.fromisoformat(stood["known_at"]) - LATE)
        lately = [Where("date_identified", "gte", since)]
        for records in people.walk(self.client, lately, 0, AT_ONCE, people.page_with()):
            ids = [record["id"] for record in records if _was_unknown(record)]
            for table in BEFORE_KNOWN if ids else ():
                if table in self.tables and table in stood["tables"]:
                    yield from self._earlier(table, ids, high(stood["tables"][table]))

    def _earlier(self, table: str, ids: Sequence[str], top: int) -> Iterator[Page[Json]]:
        after, rows = 0, None
        while rows is None or len(rows) == self.size:
            asked = [Where("id", "gt", after), Where("id", "lte", top), one_of("lead_id", ids)]
            rows = read_table(self.client, table, [*asked, *self._since(EVENTS[table][1])], limit=self.size) or []
            if rows:
                after = int(rows[-1]["id"])
                yield Page(records=self._acts(table, rows))

    def _since(self, column: str) -> list[Where]:
        return [Where(column, "gte", as_asked(self.since))] if self.since else []

    def _acts(self, table: str, rows: Sequence[Json]) -> list[Json]:
        """The rows of known people as acts: `key`, `event`, `contact_id`, `at`, `name`, and the row's own columns."""
        known = self._known([str(row["lead_id"]) for row in rows if row.get("lead_id")])
        ours = [row for row in rows if str(row.get("lead_id")) in known]
        answers = self._answers(ours) if table == "form_submissions" else {}
        return [act for row in ours for act in self._acts_of(table, row, answers)]

    def _acts_of(self, table: str, row: Json, answers: Json) -> Iterator[Json]:
        said: Json = {**row, "contact_id": str(row["lead_id"])}
        if table in NAMED:
            kind, column = NAMED[table]
            said["name"] = self.names.name_of(kind, str(row[column])) if row.get(column) else None
        if table == OPENS:
            for at in sorted({at for column in ("date_read", "last_opened") if (at := told_utc(row.get(column)))}):
                yield {**said, "key": f"{OPENS}:{row['id']}:{at}", "event": "email.read", "at": at}
            return
        event, column = EVENTS[table]
        said |= {"key": f"{table}:{row['id']}", "event": event, "at": told_utc(row.get(column))}
        yield {**said, "results": answers.get(str(row["id"]), {})} if table == "form_submissions" else said

    def _known(self, ids: Sequence[str]) -> set[str]:
        new = sorted({id_ for id_ in ids if id_ not in self.known}, key=int)
        if new:
            self.known |= people.identified(self.client, new)
        return self.known

    def _answers(self, rows: Sequence[Json]) -> dict[str, Any]:
        forms: dict[str, list[int]] = {}
        for row in rows:
            forms.setdefault(str(row["form_id"]), []).append(int(row["id"]))
        found: dict[str, Any] = {}
        for form_id, ids in forms.items():
            found |= answers_of(self.client, form_id, min(ids), max(ids))
        return found


def _was_unknown(record: Json) -> bool:
    """Was this contact a visitor whom nobody knew, before?"""
    added, known = moment(record["dateAdded"]), moment(record["dateIdentified"])
    return added is None or known is None or known - added > BORN_KNOWN
