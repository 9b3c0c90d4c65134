"""What a simulated account holds: contacts, their fields, tags and lists, the activity log, notes, imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector.model import Json

ZONE: Final = ZoneInfo("America/Chicago")
NEVER: Final = "0000-00-00 00:00:00"
TEXT_LENGTH: Final = 255


def shown(at: datetime) -> str:
    """A time as answers show it."""
    return at.astimezone(ZONE).replace(microsecond=0).isoformat()


@dataclass(slots=True)
class SimContact:
    """One contact. `values` are custom fields by id, `tags` association id → tag id, `lists` list id → row."""

    id: int
    added_at: datetime
    updated_at: datetime
    standard: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    lists: dict[str, Json] = field(default_factory=dict)
    job: Json | None = None
    data: Json | None = None
    bounces: list[Json] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SimImport:
    """One import: its rows, when it will be through, what became of them then."""

    rows: list[Json]
    ready_at: datetime
    success: list[str] = field(default_factory=list)
    failure: list[str] = field(default_factory=list)
    is_applied: bool = False


class Account:
    """All of it. Ids count up in each table."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.contacts: dict[int, SimContact] = {}
        self.tables: dict[str, dict[str, Json]] = defaultdict(dict)
        self.log: list[Json] = []
        self.log_of: defaultdict[str, list[Json]] = defaultdict(list)
        """The same rows by contact."""
        self.tracked_of: defaultdict[str, list[Json]] = defaultdict(list)
        self.imports: dict[str, SimImport] = {}
        self.fetched_at: dict[int, datetime] = {}
        self._ids: dict[str, count[int]] = defaultdict(lambda: count(1))

    def row(self, table: str, **columns: Any) -> Json:
        """A row of a table, with an id of its own."""
        id_ = str(next(self._ids[table]))
        row = {**columns, "id": id_}
        self.tables[table][id_] = row
        return row

    def named(self, table: str, name: str, column: str = "name") -> str:
        """The id of what has this name; made when there is none."""
        found = next((id_ for id_, row in self.tables[table].items() if row[column] == name), None)
        return found or str(self.row(table, **{column: name})["id"])

    def number(self, table: str) -> str:
        """The next id of a table whose rows stand elsewhere."""
        return str(next(self._ids[table]))

    def add_field(self, perstag: str, kind: str = "text", options: tuple[str, ...] = ()) -> Json:
        """A custom field; a tag that is taken gets a number."""
        taken = {row["perstag"] for row in self.tables["fields"].values()}
        while perstag in taken:
            perstag = f"{perstag}_1"
        return self.row("fields", title=perstag.capitalize(), type=kind, perstag=perstag, isrequired="0", known=options)

    def field_id(self, perstag: str) -> str:
        """The id of a custom field; KeyError when there is none."""
        found = [id_ for id_, row in self.tables["fields"].items() if row["perstag"] == perstag]
        if not found:
            raise KeyError(perstag)
        return found[0]

    def add(self, **standard: str) -> SimContact:
        """A contact comes to be."""
        now = self.clock()
        contact = SimContact(int(self.number("contacts")), now, now, standard)
        self.contacts[contact.id] = contact
        return contact

    def by_email(self, email: str) -> SimContact | None:
        """The contact of an address."""
        wanted = email.lower()
        return next((one for one in self.contacts.values() if one.standard.get("email", "").lower() == wanted), None)

    def set(self, contact: SimContact, field_id: str, value: str) -> None:
        """A custom field takes a value; a choice passes over what it does not offer."""
        options = self.tables["fields"][field_id]["known"]
        if not options or value in options:
            contact.values[field_id] = value

    def touched(self, contact: SimContact) -> None:
        """A change that moves the time of update."""
        contact.updated_at = self.clock()

    def happen(
        self, contact_id: str, kind: str, at: datetime, *, action: str = "", visible_at: datetime | None = None,
        reference: tuple[str, str] | None = None,
    ) -> Json:  # fmt: skip
        """A row of the activity log, which shows from `visible_at`."""
        model, number = reference or ("", "")
        row = {
            "id": self.number("activities"), "at": at, "visible_at": visible_at or at, "subscriberid": contact_id,
            "reference_type": kind, "reference_id": number, "reference_action": action, "model": model,
        }  # fmt: skip
        self.log.append(row)
        self.log_of[contact_id].append(row)
        return row

    def apply_imports(self, refused: Collection[str] = ()) -> None:
        """Imports whose time has come go through, without these addresses."""
        for one in self.imports.values():
            if not one.is_applied and one.ready_at <= self.clock():
                one.is_applied = True
                for row in one.rows:
                    self._import(one, row, refused)

    def _import(self, one: SimImport, row: Json, refused: Collection[str]) -> None:
        too_long = any(len(str(item["value"])) > TEXT_LENGTH for item in row.get("fields", ()))
        if "@" not in row["email"] or row["email"] in refused or too_long:
            one.failure.append(row["email"])
            return
        contact = self.by_email(row["email"]) or self.add(email=row["email"])
        for item in row.get("fields", ()):
            self.set(contact, str(item["id"]), str(item["value"]))
        self.touched(contact)
        one.success.append(str(contact.id))
