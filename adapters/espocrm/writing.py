"""A batch of writes: one request each, after one look at the records that they are about.

A converted lead would take every change, where nobody looks at it any more: so it is refused as moved. EspoCRM's own
search for duplicates goes by name, too: a creation that only namesakes stand in the way of is sent again without it.
What becomes of a request that fails: see `connector.adapter.Sending`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from adapters.espocrm import tags, tasks
from adapters.espocrm.account import Account
from adapters.espocrm.api import Duplicates
from adapters.espocrm.directory import CONTACT_OF, STATUS, Ref, addresses, contact_of, folded
from adapters.espocrm.errors import BUSY_S, FORBIDDEN
from adapters.espocrm.reading import ref_of, rows_of
from adapters.espocrm.resolving import resolve
from adapters.espocrm.spec import LEAD, SPEC
from adapters.espocrm.values import encoded
from connector.adapter import Found, NotDone, Sending
from connector.adapter.existing import exists, person_of, record_of
from connector.adapter.usable import FIELD_MISSING, check_write, stop_if_nothing_fits
from connector.errors import AuthError, LeadloopError, RecordError, RemoteRefusal
from connector.model import Json, LeadWrite, Outcome


class Batch:
    """One batch of one installation."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._sending = _Sending()
        self._bodies: dict[str, Json] = {}
        self._rows: dict[Ref, Json] = {}
        self._there: dict[str, Found] = {}

    def write(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
        fit = [write for write in batch if self._sending.fits(write, self._check)]
        if not fit:
            told = list(self._sending.outcomes.values())
            stop_if_nothing_fits(told, "EspoCRM", self._account.options.connection)
        self._rows = self._targets([write for write in fit if write.record_id])
        self._there = self._found([write for write in fit if not write.record_id])
        for write in fit:
            self._sending.attempt(self._send, [write])
        told = self._sending.outcomes_of(batch)
        if len(told) > 1 and all(one.code == FORBIDDEN for one in told):
            raise AuthError("EspoCRM lets this user write none of these records", code=FORBIDDEN, hint="check its role")
        return told

    # What is looked at before anything is sent.

    def _check(self, write: LeadWrite) -> None:
        """Can it be sent at all? Raises RecordError that says why not."""
        check_write(write, SPEC.capabilities.writes, "EspoCRM")
        if write.kind == "tag":
            tags.check(self._account, write)
        if write.kind == "record":
            self._bodies[write.effect] = self._body(write)

    def _body(self, write: LeadWrite) -> Json:
        """A record carries our key from its first write on."""
        entity = write.object or self._account.main
        key = self._account.key_on(entity)
        if not (write.record_id or key):
            raise RecordError("the mapping names no key to make records under: set `key`", code="no_key")
        values: dict[str, Any] = {}
        for name, value in write.fields.items():
            column = self._account.schema.find(entity, name)
            if column is None:
                raise RecordError(f"{entity} has no field '{name}'", code=FIELD_MISSING, field=name)
            if not column.writable:
                raise RecordError(f"'{name}' is not written through the API", code="read_only", field=name)
            values[name] = encoded(column, value)
        return {**values, key: write.key} if key and write.key else values

    def _targets(self, writes: Sequence[LeadWrite]) -> dict[Ref, Json]:
        names = ("id", STATUS, CONTACT_OF, tasks.OWNER, self._account.tag_field)
        return rows_of(self._account, [ref_of(self._account, write) for write in writes], names)

    def _found(self, wanted: Sequence[LeadWrite]) -> dict[str, Found]:
        """The records that these persons have, of those that nobody looked for since they were last tried."""
        absent = self._account.absent
        doubtful = [write for write in wanted if write.key not in absent]
        answers = resolve(self._account, [person_of(write) for write in doubtful]) if doubtful else ()
        absent.difference_update(write.key for write in wanted)  # an absence serves one attempt
        return {answer.leadloop_id: mine for answer in answers if (mine := record_of(answer)) is not None}

    # Requests.

    def _send(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        [write] = writes
        try:
            return [self._change_of(write) if write.record_id else self._create(write)]
        except AuthError as error:
            if error.code != FORBIDDEN:
                raise
            raise RecordError("leadloop's user may not write this record", code=FORBIDDEN) from error

    def _change_of(self, write: LeadWrite) -> Outcome:
        ref = ref_of(self._account, write)
        row = self._rows.get(ref)
        if row is None or (ref[0] == LEAD and contact_of(row)):
            code, text = ("gone", "the record is there no more") if row is None else ("converted", "it was converted")
            return _rejected(write, code, text, moved=True)
        if write.kind == "tag":
            return self._tag(write, ref, row)
        if write.kind != "record":
            entity, body = tasks.body(self._account, write, row)
            made = self._account.api.create(entity, body, reserve=write.fresh, checked=True)
            return self._made(write, entity, made)
        self._account.api.change(*ref, self._bodies[write.effect], reserve=write.fresh)
        return Outcome(write.effect, "updated", record_id=ref[1], object=ref[0])

    def _tag(self, write: LeadWrite, ref: Ref, row: Json) -> Outcome:
        values = tags.changed(self._account, write, row)
        if values is None:
            return Outcome(write.effect, "unchanged", record_id=ref[1], object=ref[0])
        field = self._account.tag_field
        self._account.api.change(*ref, {field: values}, reserve=write.fresh)
        self._rows[ref] = {**row, field: values}  # another tag of the record may follow in this batch
        return Outcome(write.effect, "updated", record_id=ref[1], object=ref[0])

    def _create(self, write: LeadWrite) -> Outcome:
        """What carries our key is changed instead, as an upsert would; any other record of the person is a conflict."""
        there = self._there.get(write.key)
        if there is not None and there.key == write.key:
            return self._update(write, (there.object, there.id))
        if there is not None:
            return exists(write, (there.object, there.id))
        entity = write.object or self._account.main
        made = self._account.api.create(entity, self._bodies[write.effect], reserve=write.fresh)
        if isinstance(made, Duplicates):
            same = [(entity, str(row["id"])) for row in made if self._is_same(entity, row, write)]
            if same:
                return exists(write, *same)
            made = self._account.api.create(entity, self._bodies[write.effect], reserve=write.fresh, checked=True)
        outcome = self._made(write, entity, made)
        self._there[write.key] = Found(entity, str(outcome.record_id), by="key", key=write.key)
        return outcome

    def _update(self, write: LeadWrite, ref: Ref) -> Outcome:
        """The same write, as a change of a record that is there, which may be of another object."""
        known = replace(write, object=ref[0], record_id=ref[1])
        self._account.api.change(*ref, self._body(known), reserve=write.fresh)
        return Outcome(write.effect, "updated", record_id=ref[1], object=ref[0])

    def _is_same(self, entity: str, row: Mapping[str, Any], write: LeadWrite) -> bool:
        """Is this record the person's, and no namesake's? Lists tell one address of it, so the others are asked for."""
        key = self._account.key_on(entity)
        if key and row.get(key):
            return bool(row[key] == write.key)
        wanted = folded(write.email)
        first = folded(row.get("emailAddress"))
        return bool(wanted) and wanted in ({first} | addresses(self._account.api.one(entity, str(row["id"])) or {}))

    def _made(self, write: LeadWrite, entity: str, made: Json | Duplicates) -> Outcome:
        if isinstance(made, Duplicates):  # nobody asked for a check: something else stands in the way
            raise RecordError(f"EspoCRM refuses to make this {entity}", code="conflict")
        return Outcome(write.effect, "created", record_id=str(made["id"]), object=entity)


class _Sending(Sending):
    """One row a request. A change that meets a conflict meets somebody who holds the record."""

    def attempt(self, send: Any, writes: Sequence[LeadWrite]) -> None:
        try:
            super().attempt(send, writes)
        except RecordError as error:
            self._sent = True
            self.refuse(writes, "rejected", error)

    def status_of(self, refusal: RemoteRefusal) -> NotDone:
        return "rejected"

    def refuse(
        self, writes: Sequence[LeadWrite], status: NotDone, error: LeadloopError, *, wait_s: float | None = None,
        moved: bool = False,
    ) -> None:  # fmt: skip
        is_held = isinstance(error, RemoteRefusal) and error.means == "conflict"
        super().refuse(writes, status, error, wait_s=BUSY_S if is_held else wait_s, moved=moved)


def _rejected(write: LeadWrite, code: str, text: str, *, moved: bool = False) -> Outcome:
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=write.object, code=code, text=text, moved=moved
    )
