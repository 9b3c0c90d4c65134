"""What each outcome makes of its outbox row, the wish behind it, and the lead's life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import fields, replace

from connector.adapter import ToRead
from connector.errors import RecordError
from connector.loop.channel import Channel
from connector.loop.context import Loop
from connector.loop.handoff import hand_off
from connector.loop.join import report_second, written_for_another
from connector.loop.tally import Tally
from connector.model import Outcome
from connector.state import desired, leads, outbox, people, reading
from connector.state.erasure import remember_erased
from connector.state.outbox import Row
from connector.state.store import Tx

MOST_ATTEMPTS: Final = 6
"""How often a row that the platform asks to repeat (locks, limits per record) is sent before a person has to look.

As often within a day a record may have moved, or be told to exist elsewhere, so that it is written anew.
"""
POLL: Final = timedelta(seconds=30)
RECORD_KINDS: Final = ("record", "field")
MARK_KINDS: Final = ("tag", "list")


class Counts(Struct):
    """What a batch came to. Records are created, updated or unchanged; what hangs on them are `effects`."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    effects: int = 0
    rejected: int = 0
    new_rejects: int = 0
    unknown: int = 0

    def add_to(self, tally: Tally) -> None:
        """Into the step's line."""
        for one in fields(self):
            setattr(tally, one.name, getattr(tally, one.name) + getattr(self, one.name))


class Settler:
    """Settles rows of one channel in one transaction; `counts` is what it came to."""

    def __init__(self, tx: Tx, loop: Loop, channel: Channel) -> None:
        self._tx = tx
        self._loop = loop
        self._channel = channel
        self._now = loop.world.now()
        self._handed_off: list[int] = []
        self.counts = Counts()

    def settle(self, rows: Sequence[Row], outcomes: Sequence[Outcome]) -> Counts:
        """Each claimed row by its own outcome; a row without one is unknown."""
        by_effect = {outcome.effect: outcome for outcome in outcomes}
        for row in rows:
            outcome = by_effect.get(row.write.effect) or Outcome(row.write.effect, "unknown", code="no_result")
            person, was_erased = people.who_is(self._tx, row.person)
            if was_erased:
                self._settle_erased(row, outcome)
            else:
                self._settle(replace(row, person=person), outcome)
        if self._handed_off:
            hand_off(self._tx, self._loop, self._channel.name, self._handed_off, self._channel.clock())
            self._handed_off.clear()
        return self.counts

    def _settle(self, row: Row, outcome: Outcome) -> None:
        if outcome.status in ("created", "updated", "unchanged"):
            self._confirmed(row, outcome)
        elif outcome.status == "unknown":
            self._unknown(row, outcome)
        elif outcome.status == "pending":
            outbox.settle(self._tx, row.id, "pending", self._now, poll=outcome.poll, next_at=self._now + POLL)
        elif outcome.status == "conflict":
            self._conflict(row, outcome)
        else:
            self._rejected(row, outcome)

    def _settle_erased(self, row: Row, outcome: Outcome) -> None:
        """Who was erased while the request was under way: nothing of the answer is kept, and nothing is sent again."""
        if outcome.status in ("unknown", "pending"):
            self._settle(row, outcome)
            return
        arrived = outcome.status in ("created", "updated", "unchanged")
        outbox.settle(self._tx, row.id, "confirmed" if arrived else "rejected", self._now, code=outcome.code)
        if arrived and outcome.record_id is not None:
            system = people.crm_system(self._channel.name, outcome.object or row.write.object)
            remember_erased(self._tx, [(system, outcome.record_id)], self._now)  # it is not read back in as a decision

    def _unknown(self, row: Row, outcome: Outcome) -> None:
        lag = timedelta(seconds=self._channel.spec.capabilities.visible_after_s)
        outbox.settle(
            self._tx, row.id, "unknown", self._now, code=outcome.code, text=outcome.text, next_at=self._now + lag
        )
        self.counts.unknown += 1

    def _confirmed(self, row: Row, outcome: Outcome) -> None:
        outbox.settle(self._tx, row.id, "confirmed", self._now, record_id=outcome.record_id)
        if reading.has_open_rejects(self._tx, self._channel.name, row.write.kind):
            reading.close_rejects(self._tx, self._channel.name, row.write.kind, [self._lead(row)])
        if row.write.kind in RECORD_KINDS:
            setattr(self.counts, outcome.status, getattr(self.counts, outcome.status) + 1)
            self._record_stands(row, outcome)
            return
        self.counts.effects += 1
        if row.write.kind in MARK_KINDS:
            mark = {f"{row.write.kind}:{row.write.name}": row.write.on}
            self._holds(row, mark, None, None)

    def _record_stands(self, row: Row, outcome: Outcome) -> None:
        record_id = outcome.record_id or row.write.record_id
        object_ = outcome.object or row.write.object
        is_crm = self._channel.side == "crm"
        if row.creates and record_id is not None and self._is_second(row, (object_, record_id)):
            return
        if is_crm and record_id is not None:
            system = people.crm_system(self._channel.name, object_)
            people.add_identities(self._tx, [(system, record_id, row.person, "own")], self._now)
        # A record that was told to have moved while this was under way is not taken for the lead's again.
        if record_id is None or not desired.moved_from(self._tx, self._channel.name, row.person, record_id):
            if record_id is not None:
                desired.link(self._tx, self._channel.name, row.person, object_, record_id, self._now)
            stood_at = self._channel.clock() if is_crm else None  # what changes there later is somebody else's doing
            self._holds(row, row.write.fields, row.points_mp, stood_at)
        if is_crm and not row.limited and leads.awaits_push(self._tx, row.person):
            self._handed_off.append(row.person)

    def _is_second(self, row: Row, made: tuple[str, str]) -> bool:
        """Has the lead another record by now: that of somebody who was joined into it while this one was made?"""
        name = self._channel.name
        written = desired.linked_record(self._tx, name, row.person)
        if written is None or written == made:
            return False
        people.add_identities(self._tx, [(people.crm_system(name, made[0]), made[1], row.person, "own")], self._now)
        report_second(self._tx, name, row.person, written, [made], self._now, self._loop.run)
        return True

    def _holds(self, row: Row, written: Mapping[str, Any], points_mp: int | None, stood_at: datetime | None) -> None:
        """What was written stands there; a lead that was worked out while it was under way is worked out again."""
        name = self._channel.name
        at = row.planned_at
        if desired.settle_wish(self._tx, name, row.person, written, points_mp, self._now, stood_at, at):
            people.mark_dirty(self._tx, [row.person], level=2)

    def _lead(self, row: Row) -> str:
        """The leadloop_id of a row's person: what rejects are known by."""
        return people.leadloop_id_of(self._tx, row.person)

    def _conflict(self, row: Row, outcome: Outcome) -> None:
        if len(outcome.existing) == 1 and not self._goes_round(row):
            taken = written_for_another(self._tx, self._channel.name, row.person, outcome.existing[0])
            if taken is None:
                self.found_instead(row, outcome.existing[0])
            else:
                refused = Outcome(row.write.effect, "rejected", code=taken.code, text=taken.message, hint=taken.hint)
                self._rejected(row, refused)
            return
        ids = ", ".join(f"{object_} {id_}" for object_, id_ in outcome.existing) or "not named"
        text = f"several records stand for this person: {ids}"
        self._rejected(row, Outcome(row.write.effect, "rejected", code="crm_ambiguous", text=text))

    def found_instead(self, row: Row, existing: tuple[str, str]) -> None:
        """The record exists already: link it, and let the wish be worked out again as an update of it."""
        object_, record_id = existing
        outbox.settle(self._tx, row.id, "replaced", self._now, why=f"{object_} {record_id} exists")
        desired.link(self._tx, self._channel.name, row.person, object_, record_id, self._now)
        desired.due_again(self._tx, self._channel.name, row.person)
        people.mark_dirty(self._tx, [row.person], level=2)

    def _rejected(self, row: Row, outcome: Outcome) -> None:
        if outcome.moved and not self._goes_round(row):
            why = "the record moved: converted, merged or deleted"
            outbox.settle(self._tx, row.id, "replaced", self._now, code=outcome.code, why=why)
            self._look_again(row)
            return
        if outcome.retry_after_s is not None and row.attempts + 1 < MOST_ATTEMPTS:
            again = self._now + timedelta(seconds=outcome.retry_after_s * 2 ** min(row.attempts, 5))
            outbox.send_again(self._tx, row.id, self._now, code=outcome.code, text=outcome.text, next_at=again)
            return
        outbox.settle(self._tx, row.id, "rejected", self._now, code=outcome.code, text=outcome.text)
        if row.write.kind in RECORD_KINDS:
            desired.refuse_sent(self._tx, self._channel.name, row.person)
        self.counts.rejected += 1
        self.counts.new_rejects += self._report(row, outcome)

    def _goes_round(self, row: Row) -> bool:
        """Was this lead written anew again and again? Then what is found is not what can be written."""
        since = self._now - timedelta(days=1)
        return outbox.sent_in_vain(self._tx, self._channel.name, row.person, since) + 1 >= MOST_ATTEMPTS

    def _look_again(self, row: Row) -> None:
        """The record is not where it was: the CRM is asked for the person, marketing for the contact.

        Marketing is not written to by address meanwhile: that would make a contact again which somebody deleted.
        """
        name = self._channel.name
        if self._channel.side == "crm":
            desired.forget_link(self._tx, name, row.person)
        elif row.write.record_id is not None:
            desired.not_due(self._tx, name, row.person)
            reading.want_read(self._tx, name, [ToRead("contacts", row.write.record_id)])
        people.mark_dirty(self._tx, [row.person], level=2)

    def give_up(self, row: Row) -> None:
        """Nobody could tell for a day what became of this write: a person has to look."""
        text = f"{self._channel.name} never showed whether this {row.write.kind} arrived"
        outcome = Outcome(row.write.effect, "rejected", code=outbox.UNCONFIRMED, text=text)
        outbox.settle(self._tx, row.id, "rejected", self._now, code=outcome.code, text=text)
        if row.creates:
            desired.look_again(self._tx, self._channel.name, row.person)
        self.counts.rejected += 1
        self.counts.new_rejects += self._report(row, outcome)

    def _report(self, row: Row, outcome: Outcome) -> bool:
        error = RecordError(
            outcome.text or "the platform refused this write",
            code=outcome.code or "refused",
            field=outcome.field,
            hint=outcome.hint
            or f"correct the value or the mapping ('leadloop check {self._channel.name}' says what does not fit),"
            " then 'leadloop rejects replay'",
        )
        return reading.add_reject(
            self._tx, self._channel.name, row.write.kind, self._lead(row), error, self._now, run=self._loop.run
        )
