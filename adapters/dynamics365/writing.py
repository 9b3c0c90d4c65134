"""Making and changing records: upserts under our alternate key, changes by id, a hundred in one batch.

The parts of a batch are independent of each other. Each answers with the record's state after the change, so that a
lead which was qualified or merged meanwhile is noticed without asking; what is refused is looked at once more.
Source: https://learn.microsoft.com/power-apps/developer/data-platform/use-upsert-insert-update-record
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from adapters.dynamics365 import errors, odata, outcomes, tasks
from adapters.dynamics365.api import ROOT, Api
from adapters.dynamics365.multipart import Part, PartAnswer
from adapters.dynamics365.people import People
from adapters.dynamics365.schema import ACTIVE, Schema
from adapters.dynamics365.tables import PEOPLE, TABLES, Ref, is_qualified
from connector.adapter.sending import Sending
from connector.adapter.usable import check_write
from connector.errors import LeadloopError, RecordError
from connector.model import Json, LeadWrite, Outcome

MAX_PARTS = 100
"""Requests in one batch: the platform takes 1000, and gives up on what lasts longer than two minutes."""

NEVER_SENT = frozenset({outcomes.FIELD_MISSING, "bad_id", "bad_key", "bad_object", "bad_option", "read_only"})
"""Codes of rows that were refused before they went out: there is nothing to look at."""


class Writer(Struct):
    """Writes one batch of one connection. `key_tables` are the tables that carry our key in the column `key`."""

    api: Api
    schema: Schema
    key: str | None
    key_tables: Sequence[str]
    owners: Mapping[str, str] = field(default_factory=dict)
    standing: dict[str, Json] = field(default_factory=dict)
    """How the record of each effect stood after its change, as answered."""

    def write(self, batch: Sequence[LeadWrite]) -> dict[str, Outcome]:
        """Outcomes by effect. Raises only while certainly nothing was applied."""
        sending = Sending()
        usable = [write for write in batch if sending.fits(write, self.part)]
        self.owners = {
            **tasks.owners(self.api, [write for write in usable if not write.fresh]),
            **tasks.owners(self.api.with_reserve(), [write for write in usable if write.fresh]),
        }
        for fresh in (True, False):
            group = [write for write in usable if write.fresh is fresh]
            for start in range(0, len(group), MAX_PARTS):
                sending.attempt(partial(self.send, fresh=fresh), group[start : start + MAX_PARTS])
        told = sending.outcomes
        try:
            self._without_taken_keys(usable, told)
            self._with_key_faults(usable, told)
            self._with_missing_columns(usable, told)
            self._looked_at_again(usable, told)
        except LeadloopError:
            return told  # what became of the rows is known; what could not be looked at is told as it was answered
        return told

    def part(self, write: LeadWrite, *, with_key: bool = True) -> Part:
        """The request of a write. Raises RecordError for one that cannot be sent."""
        check_write(write, ("record", *tasks.SETS), "Dynamics")
        if write.kind in tasks.SETS:
            return tasks.part(write, self.owners.get(str(write.record_id)))
        table = TABLES.get(write.object)
        if table is None or table.name not in PEOPLE:
            raise RecordError("leadloop writes leads and contacts alone", code="bad_object")
        body = self.schema.body(table.name, write.fields)
        select = ",".join([table.id, *table.standing])
        wish = {"Prefer": "return=representation"}
        if write.record_id is None:
            path = odata.by_key(table.entity_set, str(self.key), write.key)
            return Part("PATCH", f"{ROOT}{path}?$select={select}", body, wish)
        if with_key and self.key and write.key and table.name in self.key_tables:
            body[self.key] = write.key
        path = odata.by_id(table.entity_set, write.record_id)
        return Part("PATCH", f"{ROOT}{path}?$select={select}", body, {**wish, "If-Match": "*"})

    def send(self, writes: Sequence[LeadWrite], *, fresh: bool, with_key: bool = True) -> list[Outcome]:
        """One batch."""
        parts = [self.part(write, with_key=with_key) for write in writes]
        answers = self.api.with_reserve(fresh).batch(parts)
        return [self._outcome(write, part, answer) for write, part, answer in zip(writes, parts, answers, strict=True)]

    def _outcome(self, write: LeadWrite, part: Part, answer: PartAnswer | None) -> Outcome:
        if write.kind != "record":
            return tasks.outcome(write, answer)
        if answer is None:
            return outcomes.unknown(write)
        if answer.status not in (200, 201, 204):
            return outcomes.of_refusal(write, write.object, answer, part.body or ())
        row: Json = answer.body if isinstance(answer.body, dict) else {}
        record_id = row.get(TABLES[write.object].id) or write.record_id
        if record_id is None:
            return outcomes.unknown(write)
        self.standing[write.effect] = row
        return outcomes.done(write, write.object, record_id, created=answer.status == 201)

    # What an answer alone does not tell.

    def _without_taken_keys(self, writes: Sequence[LeadWrite], told: dict[str, Outcome]) -> None:
        """Updates again without the key, where another record of the same person holds it: the score goes through."""
        taken = [
            write for write in writes
            if write.kind == "record" and write.record_id and told[write.effect].code in errors.CONFLICT
        ]  # fmt: skip
        sending = Sending()
        for fresh in (True, False):
            group = [write for write in taken if write.fresh is fresh]
            if group:
                sending.attempt(partial(self.send, fresh=fresh, with_key=False), group)
        told |= sending.outcomes

    def _with_key_faults(self, writes: Sequence[LeadWrite], told: dict[str, Outcome]) -> None:
        """Creations that were refused because their alternate key is not there, or not built yet, say so."""
        refused = [
            write for write in writes
            if write.kind == "record" and write.record_id is None and self._is_refused(told[write.effect])
            and told[write.effect].field is None
        ]  # fmt: skip
        for table in {write.object for write in refused}:
            if self.schema.key_state(table, str(self.key)) != ACTIVE:
                told |= {
                    write.effect: outcomes.missing_key(write, table, str(self.key))
                    for write in refused if write.object == table
                }  # fmt: skip

    def _with_missing_columns(self, writes: Sequence[LeadWrite], told: dict[str, Outcome]) -> None:
        """Rows refused for a column that is there no more, whatever the refusal is called."""
        named = [write for write in writes if write.kind == "record" and told[write.effect].field in write.fields]
        for table in {write.object for write in named if told[write.effect].code in errors.NO_SUCH_PROPERTY}:
            self.schema.forget(table)
        for write in named:
            if self.schema.find(write.object, str(told[write.effect].field)) is None:
                told[write.effect] = replace(told[write.effect], code=outcomes.FIELD_MISSING)

    def _looked_at_again(self, writes: Sequence[LeadWrite], told: dict[str, Outcome]) -> None:
        """Rows of leads that were closed, and refused ones: is the person somewhere else by now?"""
        doubtful = [write for write in writes if write.kind == "record" and self._is_doubtful(write, told)]
        if not doubtful:
            return
        people = People(self.api, self.key, self.key_tables)
        refs: dict[str, Ref] = {
            write.effect: (write.object, str(told[write.effect].record_id or write.record_id)) for write in doubtful
        }
        people.read_ids(refs.values())
        people.follow()
        for write in doubtful:
            ref, was = refs[write.effect], told[write.effect]
            if people.end_of(ref) != ref:
                told[write.effect] = outcomes.moved(
                    write, write.object, was.code or "moved", "the record was qualified, merged or deleted"
                )
            elif was.status == "rejected" and not people.is_open(ref):
                told[write.effect] = outcomes.closed(write, write.object)

    def _is_doubtful(self, write: LeadWrite, told: Mapping[str, Outcome]) -> bool:
        outcome = told[write.effect]
        if outcome.status in ("created", "updated"):
            row = self.standing.get(write.effect, {})
            return bool(row.get("merged")) or is_qualified(write.object, row)
        return self._is_refused(outcome) and not outcome.moved and write.record_id is not None

    def _is_refused(self, outcome: Outcome) -> bool:
        """Did the platform itself refuse this row, for what it says?"""
        is_final = outcome.status == "rejected" and outcome.retry_after_s is None
        return is_final and outcome.code not in {*NEVER_SENT, outcomes.FORBIDDEN}
