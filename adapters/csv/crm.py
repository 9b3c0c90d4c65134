"""Files as CRM: leads go to `leads.csv`, what sales decided comes from files that sales exports.

Source: RFC 4180 and what exports make of it; text as found in the wild.
Limits: none. A batch costs one rewrite of `leads.csv`, so that batches are large.
Quirk:  `leads.csv` is ours alone and holds only what we wrote; what sales noted is read from other files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace

from adapters.csv.cells import as_text
from adapters.csv.decisions import LEAD, DecisionColumns
from adapters.csv.files import Source
from adapters.csv.leads_file import LeadsFile, Rows
from adapters.csv.look import check_source, columns_of
from adapters.csv.walk import Walk
from connector.adapter import (
    Capabilities,
    CheckLine,
    CrmAdapter,
    CrmSpec,
    FieldOutcome,
    FieldPlan,
    Found,
    Option,
    Options,
    Page,
    PersonKeys,
    Resolution,
)
from connector.adapter.client import Client
from connector.errors import LeadloopError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack

FILE = "leads.csv"
KEY = "leadloop_id"
OUR_IDS = "ll-"
"""How leadloop_ids begin. Other ids of a person are names in files of decisions, not lines of `leads.csv`."""
EMAIL_COLUMNS = ("email", "e-mail")

SPEC = CrmSpec(
    name="csv",
    title="CSV files",
    network=False,
    options=(
        Option(name="folder", help="where leads.csv is kept; ours alone, relative to leadloop.yaml", required=True),
        Option(name="decisions", help="which files hold what sales decided, as a pattern, in any folder"),
        Option(name="decisions_key", help="their column that names the lead: leadloop_id, or an id of marketing"),
        Option(name="decisions_email", help="their column that holds the e-mail, if any", default="email"),
    ),
    capabilities=Capabilities(
        writes=("record",), batch=10_000, partial="per_row", upsert=True, objects=(LEAD,), makes_fields=True
    ),
    account=("folder",),
    main_object=LEAD,
    source="https://www.rfc-editor.org/rfc/rfc4180",
    read_on="2026-11-22",
)  # fmt: skip


class CsvCrm(CrmAdapter):
    """Keeps one line per lead; its id is `leadloop_id`, so that a lead can be written twice without a duplicate."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self._file = LeadsFile(self._folder / FILE, options.key or KEY)

    def check(self) -> Sequence[CheckLine]:
        lines = [self._check_folder()]
        if self.options.values.get("decisions"):
            lines += [*check_source(self._decisions, self._columns.key), *self._check_asked()]
        return lines

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the contract's name; one kind here
        """The columns of `leads.csv`, those that the mapping will add, and those of the newest file of decisions."""
        mine = dict.fromkeys([self._file.key, *self._named, *self._file.columns()])
        noted = dict.fromkeys(self._noted_columns())
        return [
            Field(LEAD, name, label=name, writable=name != self._file.key, unique=name == self._file.key)
            for name in {**mine, **noted}
        ]

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        """Every column exists as soon as a lead is written with it."""
        return [FieldOutcome(field, "exists", f"a column of {FILE}") for field in plan]

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        rows = self._file.rows()
        by_email = self._by_email(rows) if "email" in self.options.match else {}
        return [self._resolution(person, rows, by_email) for person in keys]

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        """Put the batch into the file, in one rewrite; none when every cell stands there already."""
        old = self._file.rows()
        rows = dict(old)
        outcomes = [self._put(write, rows) for write in batch]
        if any(outcome.status in ("created", "updated") for outcome in outcomes):
            self._file.replace(rows, self._columns_with(batch))
        return outcomes

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        rows = self._file.rows()
        return [self._standing(write, rows) for write in writes]

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """What sales noted, from the files of decisions that changed."""
        if not self.options.values.get("decisions"):
            return iter([Page(why_zero="no `decisions` files are configured")])
        columns = self._columns
        skip = frozenset([self._file.path])
        walk = Walk(self._decisions, columns.key, columns.record, self.client.now, columns.named, skip=skip)
        return walk.pages(cursor)

    def _check_folder(self) -> CheckLine:
        there = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            return CheckLine("fail", f"{there} cannot be written", "let the user of leadloop write there")
        try:
            return CheckLine("ok", f"{self._folder / FILE}: {len(self._file.rows())} leads")
        except LeadloopError as error:
            return CheckLine("fail", error.message, error.hint)

    def _check_asked(self) -> Iterator[CheckLine]:
        """A column that tells decisions and is not there is no mistake of a line: nothing would ever be decided."""
        try:
            there = self._noted_columns()
        except LeadloopError:
            return  # told already
        lacking = [f"'{name}'" for name in self.options.asked.get(LEAD, ()) if there and name not in there]
        if lacking:
            what = f"the newest file of decisions has no column {', '.join(lacking)}: what asks for it never fits"
            yield CheckLine("warn", what, "name the column so, or correct `when` under `decisions` in the mapping")

    def _noted_columns(self) -> Sequence[str]:
        if not self.options.values.get("decisions"):
            return ()
        return columns_of(self._decisions, self._columns.named, skip=[self._file.path])

    def _by_email(self, rows: Rows) -> Mapping[str, str]:
        column = next((name for name in self._file.columns() if name.casefold() in EMAIL_COLUMNS), None)
        return {row[column].strip().lower(): key for key, row in rows.items() if column and row.get(column)}

    def _resolution(self, person: PersonKeys, rows: Rows, by_email: Mapping[str, str]) -> Resolution:
        found = {key: Found(LEAD, key, "id", key=key) for _, key in person.records if key in rows}
        ours = [key for _, key in person.records if key.startswith(OUR_IDS)]
        gone = [(LEAD, key) for key in ours if key not in rows]
        if person.leadloop_id in rows:
            found.setdefault(person.leadloop_id, Found(LEAD, person.leadloop_id, "key", key=person.leadloop_id))
        for email in person.emails:
            if key := by_email.get(email.strip().lower()):
                found.setdefault(key, Found(LEAD, key, "email", key=key))
        return Resolution(person.leadloop_id, tuple(found.values()), tuple(gone))

    def _put(self, write: LeadWrite, rows: Rows) -> Outcome:
        key = write.record_id or write.key
        old = rows.get(key)
        if old is None and write.record_id:
            text = f"{FILE} no longer holds this lead"
            return Outcome(write.effect, "rejected", record_id=key, object=LEAD, code="gone", text=text, moved=True)
        cells = {name: as_text(value) for name, value in write.fields.items() if name != self._file.key}
        if old is None:
            rows[key] = cells
            return Outcome(write.effect, "created", record_id=key, object=LEAD)
        if all(old.get(name, "") == text for name, text in cells.items()):
            return Outcome(write.effect, "unchanged", record_id=key, object=LEAD)
        rows[key] = {**old, **cells}
        return Outcome(write.effect, "updated", record_id=key, object=LEAD)

    def _standing(self, write: LeadWrite, rows: Rows) -> ReadBack:
        key = write.record_id or write.key
        row = rows.get(key)
        if row is None:
            return ReadBack(write.effect, present=False)
        stored = {**row, self._file.key: key}
        # A file knows text alone: what was written as 5 or true is given back as that, not as "5" or "true".
        fields = {
            name: value if stored.get(name, "") == as_text(value) else stored.get(name, "")
            for name, value in write.fields.items()
        }
        return ReadBack(write.effect, present=True, record_id=key, object=LEAD, fields=fields)

    def _columns_with(self, batch: Sequence[LeadWrite]) -> list[str]:
        """Columns in the mapping's order, then what the file has from an earlier mapping: nothing is dropped."""
        used = dict.fromkeys(self._file.columns())
        for write in batch:
            used.update(dict.fromkeys(write.fields))
        used.pop(self._file.key, None)
        return [*(name for name in self._named if name in used), *(name for name in used if name not in self._named)]

    @property
    def _folder(self) -> Path:
        return self.options.base_dir / str(self.options.values["folder"])

    @property
    def _named(self) -> Sequence[str]:
        """The columns that the mapping names, in its order."""
        return self.options.fields.get(LEAD) or self.options.fields.get("") or ()

    @property
    def _decisions(self) -> Source:
        source = Source.at(self._folder, str(self.options.values["decisions"]))
        return replace(source, may_be_missing=source.folder == self._folder)

    @property
    def _columns(self) -> DecisionColumns:
        values = self.options.values
        return DecisionColumns(
            key=str(values.get("decisions_key") or self._file.key),
            lead=self._file.key,
            email=str(values.get("decisions_email") or "email"),
            fields=tuple(self._named),
        )
