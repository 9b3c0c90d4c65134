"""A batch of writes becomes calls: creations together, the rest of the records one by one, tags and tasks together.

A call is all or nothing; what becomes of one that is refused: see `connector.adapter.Sending`. Nothing in Odoo keeps a
key single: whoever makes a record looks for it first, unless it was looked for since the last attempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from adapters.odoo import tags, tasks
from adapters.odoo.account import Account
from adapters.odoo.errors import BUSY, BUSY_S, DENIED
from adapters.odoo.resolving import resolve
from adapters.odoo.spec import LEAD, SPEC
from adapters.odoo.values import Encoder
from connector.adapter import Found, NotDone, Send, Sending
from connector.adapter.existing import exists, person_of, record_of
from connector.adapter.usable import FIELD_MISSING, check_write, stop_if_nothing_fits
from connector.errors import AuthError, LeadloopError, RecordError
from connector.model import LeadWrite, Outcome

NO_NAME: Final = "(not given)"


class Batch:
    """One batch of one database."""

    def __init__(self, account: Account, encoder: Encoder) -> None:
        self._account = account
        self._encoder = encoder
        self._bodies: dict[str, dict[str, Any]] = {}
        self._sending = _Sending()

    def write(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
        # Look-ups before a fresh lead is written are part of its writing; the engine mixes no others with it.
        with self._account.api.with_reserve(any(write.fresh for write in batch)):
            return self._written(batch)

    def _written(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        fit = [write for write in batch if self._sending.fits(write, self._check)]
        changes, creations, again = self._sorted([write for write in fit if write.kind == "record"])
        calls = [*self._beside([write for write in fit if write.kind != "record"])]
        if creations:
            self._account.memory.absent.difference_update(write.key for write in creations)
            self._sending.attempt(self._create, creations)
        for write in changes:
            self._sending.attempt(self._change, [write])
        for write in again:
            self._repeat(write, next(one for one in creations if one.key == write.key))
        for send, writes in calls:
            self._sending.attempt(send, writes)
        told = self._sending.outcomes_of(batch)
        self._stop_if_nothing_fits(told)
        return told

    # What is looked at before anything is sent.

    def _check(self, write: LeadWrite) -> None:
        """Can it be sent at all? Raises RecordError that says why not."""
        check_write(write, SPEC.capabilities.writes, "Odoo")
        if write.kind == "record":
            self._bodies[write.effect] = self._body(write)

    def _body(self, write: LeadWrite) -> dict[str, Any]:
        body = self._encoder.body(write.fields)
        key = self._account.key
        if key is not None and write.key:
            body[key.name] = write.key
        if write.record_id:
            return body
        if key is None:
            raise RecordError("the mapping names no key to make records under: set `key`", code="no_key")
        # Not said, Odoo takes our user for the salesperson, and guesses the type from the user's rights.
        return {"name": NO_NAME, "type": self._account.made_as, "user_id": False, **body}

    def _sorted(self, writes: Sequence[LeadWrite]) -> tuple[list[LeadWrite], list[LeadWrite], list[LeadWrite]]:
        """Changes, creations, and creations of a person for whom one is in the batch already.

        A record that carries our key is changed instead, as an upsert would; any other of the person is a conflict.
        """
        changes = [write for write in writes if write.record_id]
        creations: list[LeadWrite] = []
        again: list[LeadWrite] = []
        wanted = [write for write in writes if not write.record_id]
        there = self._there(wanted)
        for write in wanted:
            found = there.get(write.key)
            if found is not None and found.key == write.key:
                changes.append(self._at(write, found.id))
            elif found is not None:
                self._sending.outcomes[write.effect] = exists(write, (LEAD, found.id))
            elif any(one.key == write.key for one in creations):
                again.append(write)
            else:
                creations.append(write)
        return changes, creations, again

    def _there(self, wanted: Sequence[LeadWrite]) -> dict[str, Found]:
        """The records that these persons have, of those that nobody looked for since they were last tried."""
        doubtful = [write for write in wanted if write.key not in self._account.memory.absent]
        answers = resolve(self._account, [person_of(write) for write in doubtful]) if doubtful else ()
        return {answer.leadloop_id: mine for answer in answers if (mine := record_of(answer)) is not None}

    def _at(self, write: LeadWrite, record_id: str) -> LeadWrite:
        """The same write, as a change of a record that is there."""
        known = replace(write, record_id=record_id)
        self._bodies[write.effect] = self._body(known)
        return known

    def _beside(self, writes: Sequence[LeadWrite]) -> Iterable[tuple[Send, Sequence[LeadWrite]]]:
        """Calls for tags, tasks and notes, what they need read already; of deleted records none."""
        for name, on in dict.fromkeys((write.name, write.on) for write in writes if write.kind == "tag"):
            some = [write for write in writes if (write.kind, write.name, write.on) == ("tag", name, on)]
            yield tags.sender(self._account, name, on=on), some
        hanging = [write for write in writes if write.kind != "tag"]
        leads = tasks.leads_of(self._account, hanging)
        self._sending.gone([write for write in hanging if str(write.record_id) not in leads])
        for kind in ("task", "note"):
            some = [write for write in hanging if write.kind == kind and str(write.record_id) in leads]
            if some:
                yield tasks.sender(self._account, kind, leads), some

    # Calls.

    def _create(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        made = self._account.api.create(LEAD, [self._bodies[write.effect] for write in writes])
        return [
            Outcome(write.effect, "created", record_id=str(id_), object=LEAD)
            for write, id_ in zip(writes, made, strict=True)
        ]

    def _change(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        [write] = writes
        body = self._bodies[write.effect]
        self._account.api.write(LEAD, [int(str(write.record_id))], body)
        return [Outcome(write.effect, "updated", record_id=write.record_id, object=LEAD)]

    def _repeat(self, write: LeadWrite, first: LeadWrite) -> None:
        """A second creation of one person: a change of what the first one made, or what became of that."""
        told = self._sending.outcomes[first.effect]
        if told.status == "created" and told.record_id:
            self._sending.attempt(self._change, [self._at(write, told.record_id)])
        else:
            self._sending.outcomes[write.effect] = replace(told, effect=write.effect)

    def _stop_if_nothing_fits(self, told: Sequence[Outcome]) -> None:
        """What refuses every row is the mapping's or our user's, and nobody's record."""
        stop_if_nothing_fits(told, "Odoo", self._account.options.connection)
        if len(told) > 1 and all(one.code == DENIED for one in told):
            raise AuthError("Odoo lets this user write none of these records", code=DENIED, hint="check its rights")
        if any(one.code == FIELD_MISSING or str(one.code).startswith("builtins.") for one in told):
            self._account.forget()  # somebody may have made, renamed or removed a field


class _Sending(Sending):
    """Rows that were busy are to be sent again; nothing that Odoo says means that another record exists."""

    def status_of(self, refusal: Any) -> NotDone:
        return "rejected"

    def refuse(
        self, writes: Sequence[LeadWrite], status: NotDone, error: LeadloopError, *, wait_s: float | None = None,
        moved: bool = False,
    ) -> None:  # fmt: skip
        busy = BUSY_S if error.code in BUSY else None
        super().refuse(writes, status, error, wait_s=busy if wait_s is None else wait_s, moved=moved)

    def gone(self, writes: Sequence[LeadWrite]) -> None:
        """These hang on records that were deleted or merged."""
        self.refuse(writes, "rejected", RecordError("the record is there no more", code="gone"), moved=True)
