"""What a simulated installation holds: contacts, statistics, the audit log, fields, forms, stages, segments, notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from connector.model import Json

TEXT_LENGTH: Final = 64
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "form_submissions": ("form_id", "lead_id", "date_submitted", "referer", "page_id"),
    "page_hits": ("date_hit", "url", "url_title", "page_id", "email_id", "lead_id", "redirect_id", "code"),
    "email_stats": ("email_id", "lead_id", "date_sent", "is_read", "date_read", "open_count", "last_opened"),
    "asset_downloads": ("date_download", "asset_id", "lead_id"),
    "lead_donotcontact": ("lead_id", "date_added", "reason", "channel", "comments"),
    "audit_log": ("bundle", "object", "object_id", "action", "details", "date_added"),
}  # fmt: skip
STANDARD: Final = {
    "title": "lookup", "firstname": "text", "lastname": "text", "company": "text", "position": "text", "email": "email",
    "phone": "tel", "mobile": "tel", "city": "text", "state": "region", "country": "country", "website": "url",
    "preferred_locale": "locale", "points": "number",
}  # fmt: skip


def as_stored(at: datetime) -> str:
    """A time as the database holds it: UTC, without saying so."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


@dataclass(slots=True)
class SimContact:
    """One contact. `identified_at` None: a visitor whom nobody knows."""

    id: int
    added_at: datetime
    values: Json
    modified_at: datetime | None = None
    identified_at: datetime | None = None
    tags: list[str] = field(default_factory=list)
    stage: Json | None = None
    dnc: list[Json] = field(default_factory=list)
    segments: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def row(self) -> Json:
        """The contact as conditions see it: the columns of the database."""
        times = {"date_added": self.added_at, "date_modified": self.modified_at, "date_identified": self.identified_at}
        return {"id": self.id, **{name: as_stored(at) if at else None for name, at in times.items()}}


class Installation:
    """All of it. `moves_modified` False: edits leave `date_modified`, as one release does."""

    def __init__(self, clock: Callable[[], datetime], *, moves_modified: bool = True) -> None:
        self.clock = clock
        self.moves_modified = moves_modified
        self.contacts: dict[int, SimContact] = {}
        self.tables: dict[str, list[Json]] = {name: [] for name in COLUMNS}
        self.fields: dict[str, Json] = {}
        self.forms: dict[str, str] = {}
        self.emails: dict[str, str] = {}
        self.assets: dict[str, str] = {}
        self.answers: dict[int, Json] = {}
        self.stages: dict[str, str] = {"1": "Lead", "2": "MQL"}
        self.segments: dict[str, str] = {"1": "Newsletter", "2": "Sales ready"}
        self._sent: defaultdict[str, list[Json]] = defaultdict(list)
        """The rows of `form_submissions` by form."""
        self._hidden: dict[tuple[str, int], datetime] = {}
        self._numbers = count(1)
        self._ids: dict[str, count[int]] = defaultdict(lambda: count(1))
        for alias, kind in STANDARD.items():
            self.add_field(alias, kind, fixed=True)

    def add_field(self, alias: str, kind: str = "text", *, fixed: bool = False) -> Json:
        """A field of contacts; an alias that is taken gets a number."""
        while alias in self.fields:
            alias = f"{alias}1"
        self.fields[alias] = {
            "id": len(self.fields) + 1, "label": alias.capitalize(), "alias": alias, "type": kind, "isFixed": fixed,
            "isPublished": True, "isUniqueIdentifer": alias == "email", "isRequired": False, "properties": [],
        }  # fmt: skip
        return self.fields[alias]

    def add(self, values: Json, *, known: bool = True) -> SimContact:
        """A contact comes to be."""
        now = self.clock()
        contact = SimContact(next(self._numbers), now, values, now, now if known else None)
        self.contacts[contact.id] = contact
        self.log(contact.id, "create")
        return contact

    def touched(self, contact: SimContact, action: str = "update") -> None:
        """An edit: in the audit log, and in `date_modified` where the release moves it."""
        if self.moves_modified:
            contact.modified_at = self.clock()
        self.log(contact.id, action)

    def log(self, contact_id: int, action: str, details: str = "a:0:{}") -> None:
        """A line of the audit log."""
        self.happen(
            "audit_log", self.clock(), "date_added",
            bundle="lead", object="lead", object_id=contact_id, action=action, details=details,
        )  # fmt: skip

    def happen(
        self, table: str, at: datetime, column: str, *, visible_at: datetime | None = None, **columns: Any
    ) -> int:
        """A row of the statistics; its id is given out now, it shows from `visible_at`."""
        id_ = next(self._ids[table])
        row = dict.fromkeys(COLUMNS[table]) | {"id": id_, column: as_stored(at)} | columns
        self.tables[table].append(row)
        if table == "form_submissions":
            self._sent[str(row["form_id"])].append(row)
        if visible_at is not None:
            self._hidden[table, id_] = visible_at
        return id_

    def rows(self, table: str) -> list[Json]:
        """What the table shows now."""
        if not self._hidden:
            return self.tables[table]
        now = self.clock()
        return [row for row in self.tables[table] if self._hidden.get((table, row["id"]), now) <= now]

    def submissions(self, form_id: str) -> list[Json]:
        """What was sent with one form, as it shows now."""
        now = self.clock()
        hidden = {id_ for (table, id_), at in self._hidden.items() if table == "form_submissions" and at > now}
        return [row for row in self._sent[form_id] if row["id"] not in hidden] if hidden else self._sent[form_id]

    def remove(self, contact: SimContact) -> None:
        """A deletion: the rows of statistics stay, without their contact."""
        del self.contacts[contact.id]
        self._move(contact.id, None)
        self.log(contact.id, "delete")

    def merge(self, loser: SimContact, survivor: SimContact) -> None:
        """Two become one: rows move to the survivor, ids stay."""
        del self.contacts[loser.id]
        self._move(loser.id, survivor.id)
        self.log(loser.id, "merge", f'a:1:{{s:11:"merged_into";i:{survivor.id};}}')
        self.touched(survivor)

    def _move(self, old: int, new: int | None) -> None:
        for table, rows in self.tables.items():
            for row in rows if table != "audit_log" else ():
                if row.get("lead_id") == old:
                    row["lead_id"] = new
