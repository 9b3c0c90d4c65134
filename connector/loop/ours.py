"""What is ours in the CRM's records and shows another value: written again once, then told and left alone.

A salesperson corrects a score, a workflow resets the MQL mark at each save. The CRM's own records tell of it, as they
are read for decisions anyway. A value that replaced ours after it was confirmed, by the CRM's clock, is one that the
ordinary plan writes over. Where it comes back, somebody insists: then a person is told, and nobody writes in circles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from connector.conditions import is_blank
from connector.errors import RecordError
from connector.loop.alike import alike
from connector.loop.context import Crm, Loop
from connector.loop.tally import Tally
from connector.model import CrmRecord
from connector.state import corrections, desired, outbox, people, reading
from connector.state.clock import stamp
from connector.state.corrections import CONTESTED, Correction
from connector.state.desired import Desired
from connector.state.store import Tx


class Seen(Struct, frozen=True):
    """The record that stands for a lead, and which of our fields show another value there."""

    person: int
    record: CrmRecord
    fields: Mapping[str, Any]


def compare(loop: Loop, crm: Crm, records: Sequence[CrmRecord]) -> list[Seen]:
    """The records of a page that say something of our fields. An adapter is asked for its words: no transaction yet.

    A CRM of files has none: what sales notes there stands in other files than ours.
    """
    if not crm.spec.network:
        return []
    db = loop.store.read()
    found = []
    for one, record in _ours_among(db, crm, records):
        names = crm.mapping.ours.get(record.object, ())
        fields = differing(names, one, record, partial(crm.adapter.shown, record.object))
        if fields or one.corrected:
            found.append(Seen(one.person, record, fields))
    return found


def differing(
    names: Iterable[str], one: Desired, record: CrmRecord, shown: Callable[[str, Any], Any]
) -> dict[str, Any]:
    """What stands in those of our fields that show neither what was confirmed nor what is wanted now.

    A value is ours in our words, or in the platform's, which `shown` tells. Where we have none, none is wrong.
    """
    have = one.have or {}
    found: dict[str, Any] = {}
    for name in names:
        if name in record.fields and name in one.want and not is_blank(have.get(name)):
            theirs = record.fields[name]
            ours = (have[name], one.want[name])
            if not any(alike(value, theirs) or alike(shown(name, value), theirs) for value in ours):
                found[name] = theirs
    return found


def settle(tx: Tx, loop: Loop, crm: Crm, found: Sequence[Seen], tally: Tally) -> None:
    """Forget what was confirmed and is not so any more; a second time for one value, park it instead."""
    wishes = desired.desired_of(tx, [seen.person for seen in found])
    for seen in found:
        one = wishes.get((crm.name, seen.person))
        if one is not None and _stands_for(one, seen.record) and _is_kept(crm, one):
            _Case(tx, loop, crm, one, seen).settle(tally)


class _Case:
    """One lead's record, in the transaction of its page."""

    def __init__(self, tx: Tx, loop: Loop, crm: Crm, one: Desired, seen: Seen) -> None:
        self._tx, self._loop, self._crm, self._one, self._record = tx, loop, crm, one, seen.record
        self._log = loop.log.bind(  # ids and names of fields, never what stands there
            run=loop.run, step="decisions", connection=crm.name, object=seen.record.object, record=seen.record.id
        )
        self._have = dict(one.have or {})
        self._shown = seen.fields
        self._known = {name: entry for name, entry in one.corrected.items() if not self._is_over(name, entry)}

    def settle(self, tally: Tally) -> None:
        now = self._loop.world.now()
        changed = list(self._changed())
        again = [name for name in changed if self._is_repeated(name)]
        contested = [name for name in again if not self._known[name].contested]
        corrected = [name for name in changed if name not in again]
        for name in contested:
            self._known[name] = replace(self._known[name], **self._told(name, now), contested=True)
        for name in corrected:
            self._known[name] = Correction(want=self._one.want[name], **self._told(name, now))
            del self._have[name]
        if self._known != self._one.corrected:
            corrections.keep(self._tx, self._crm.name, self._one.person, self._have, self._known)
        if corrected:
            people.mark_dirty(self._tx, [self._one.person], level=2)
            tally.corrected += 1
            self._log.info("corrected", fields=corrected)
        self._report(contested, now, tally)

    def _changed(self) -> Iterator[str]:
        """Our fields that somebody changed since they were confirmed, and that nothing of ours is about to write."""
        if not self._shown:
            return
        under_way = outbox.fields_under_way(self._tx, self._crm.name, self._one.person)
        changed_at = stamp(self._record.changed_at.replace(microsecond=0))
        for name in self._shown:
            if name in self._have and name not in under_way and changed_at > self._one.stood_at(name):
                yield name

    def _is_repeated(self, name: str) -> bool:
        """Was this very value written over what others put there once before?"""
        return name in self._known and alike(self._known[name].want, self._have[name])

    def _is_over(self, name: str, entry: Correction) -> bool:
        """Was a fight over this field given up: by a new value of ours, by the mapping, or by who changed it?"""
        if not entry.contested:
            return False
        is_ours = name in self._crm.mapping.ours.get(self._record.object, ())
        if not is_ours or not alike(entry.want, self._have.get(name)):
            return True
        shows_ours = name in self._record.fields and name not in self._shown
        return shows_ours and stamp(self._record.changed_at) > entry.changed_at

    def _told(self, name: str, now: datetime) -> dict[str, Any]:
        at = stamp(self._record.changed_at)
        return {"shown": self._shown[name], "changed_at": at, "known_at": stamp(now)}

    def _report(self, contested: Sequence[str], now: datetime, tally: Tally) -> None:
        """The one reject of this lead names every field that is contested now; without any it closes."""
        open_ = sorted(name for name, entry in self._known.items() if entry.contested)
        if contested:
            key = people.leadloop_id_of(self._tx, self._one.person)
            error = contest(self._record, open_)
            tally.new_rejects += reading.add_reject(
                self._tx, self._crm.name, CONTESTED, key, error, now, run=self._loop.run
            )
            self._log.warning("field contested", fields=list(contested), hint=error.hint)
        elif not open_ and any(entry.contested for entry in self._one.corrected.values()):
            corrections.nothing_contested(self._tx, self._crm.name, self._one.person)


def contest(record: CrmRecord, fields: Sequence[str]) -> RecordError:
    """What a person is told of a fight that is not fought."""
    names = ", ".join(fields)
    return RecordError(
        f"{record.object} {record.id}: {names} was changed again after leadloop had corrected it, and is left so until"
        " leadloop's value changes",
        code=CONTESTED,
        field=names,
        hint=f"look in the CRM for a workflow or rule that sets {names} when a record is saved, then"
        " 'leadloop rejects replay'; or let the CRM win: 'wins: crm' on its line of the mapping",
    )


def _ours_among(db: Tx, crm: Crm, records: Sequence[CrmRecord]) -> Iterator[tuple[Desired, CrmRecord]]:
    """The wishes whose record is on the page and holds something that we confirmed; other records are sales' own."""
    for object_ in crm.mapping.objects:
        by_id = {record.id: record for record in records if record.object == object_}
        persons = people.identified(db, people.crm_system(crm.name, object_), by_id) if by_id else {}
        wishes = desired.desired_of(db, list(persons.values())) if persons else {}
        for id_, person in persons.items():
            one = wishes.get((crm.name, person))
            if one is not None and one.have is not None and _stands_for(one, by_id[id_]):
                yield one, by_id[id_]


def _stands_for(one: Desired, record: CrmRecord) -> bool:
    return one.have is not None and (one.object, one.record_id) == (record.object, record.id)


def _is_kept(crm: Crm, one: Desired) -> bool:
    """Does the ordinary plan keep this record current? With `write: mql` only while it is to carry the MQL mark."""
    flags = crm.consent_and_flag & one.want.keys()
    return crm.config.write != "mql" or not flags or any(one.want[name] is True for name in flags)
