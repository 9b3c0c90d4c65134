"""Finding records: which of the CRM's records stands for a lead, and is there still none when one is to be made?

Known ids, our key and addresses are asked, merges and conversions followed; what is found is read, so that what sales
knows better stays.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Literal

from msgspec import Struct

from connector.adapter import Found, PersonKeys, Resolution
from connector.errors import RecordError, RetryableError
from connector.identity import is_leadloop_id, matching_emails
from connector.loop.context import Crm, Loop
from connector.loop.decisions import apply
from connector.loop.join import DUPLICATE, report_second, written_for_another
from connector.loop.looking import Failed, as_reject, ask_each
from connector.loop.plan import PLAN_AT_ONCE
from connector.loop.stuck import FIRST_WAIT, LONGEST_WAIT
from connector.loop.tally import Tally
from connector.model import CrmRecord, LeadWrite
from connector.state import audit, desired, outbox, people, reading
from connector.state import crm as crm_store
from connector.state.desired import Desired
from connector.state.restore import restored_at
from connector.state.store import Tx

LOOK_HOLDS: Final = timedelta(minutes=10)
"""How long it is believed that nobody has a record. A creation that was held, or waited for the platform, is older."""
TAKEN_HINT: Final = (
    "was the state lost? 'leadloop state restore FILE' with any backup; are they one person?"
    " 'leadloop identity join LEAD OTHER'; otherwise clear the key field in the CRM"
)
"""Keys are drawn once for each person: in a new state everybody has another one than the CRM knows."""
LASTING: Final = 3
"""Errors about a lead alone from which on a person is told, too."""
Answered = Literal["found", "absent", "refused", "named"]
"""`named`: the lead goes by the name that its record bears, and is looked for under that once more."""


def find_records(loop: Loop, crm: Crm, tally: Tally) -> int:
    """Look for the records of due leads that are linked to none; the number of leads that were found.

    About whom the CRM cannot be asked just now is looked for later, behind the others, and the line says so.
    """
    found = 0
    while not loop.stopping():
        persons = [person for person in _unresolved(loop.store.read(), loop, crm) if person not in tally.later]
        answers, failed = _ask(loop, crm, persons)
        if not (answers or failed.all):
            return found
        with loop.store.write(step=True) as tx:
            waiting = set(_unresolved(tx, loop, crm))  # one who was joined or erased meanwhile waits no more
            for one in answers:
                if one.person in waiting:
                    found += _take_answer(tx, loop, crm, one, tally) == "found"
            for person in waiting & failed.all.keys():
                _look_later(tx, loop, crm, person, failed, tally)
        tally.later.update(failed.all if answers else persons)  # a platform that answers about nobody is left alone
        tally.trouble = failed.last or tally.trouble
    return found


def look_again(loop: Loop, crm: Crm, tally: Tally) -> None:
    """Before a creation that waited is sent: has sales made the record meanwhile? Then that one is updated.

    One about which the CRM cannot be asked just now waits a little more.
    """
    while not loop.stopping():
        now = loop.world.now()
        persons = list(_waited(loop.store.read(), crm, now))
        if not persons:
            return
        answers, failed = _ask(loop, crm, persons)
        with loop.store.write(step=True) as tx:
            rows = _waited(tx, crm, now)
            for one in answers:
                if one.person in rows and (became := _take_answer(tx, loop, crm, one, tally)) != "absent":
                    why = f"looked for once more: {became}"
                    outbox.settle(tx, rows[one.person], "replaced", now, why=why)
                    if became == "found":
                        desired.due_again(tx, crm.name, one.person)
            for person in rows.keys() & set(persons) - {one.person for one in answers}:
                why = "the CRM could not be asked once more"
                outbox.settle(tx, rows[person], "planned", now, next_at=now + FIRST_WAIT, why=why)
        tally.trouble = failed.last or tally.trouble


def _unresolved(db: Tx, loop: Loop, crm: Crm) -> list[int]:
    return desired.to_look_for(db, crm.name, PLAN_AT_ONCE, loop.world.now())


def _waited(db: Tx, crm: Crm, now: datetime) -> dict[int, int]:
    """Creations that may go now and were looked for too long ago: outbox rows by person."""
    rows = outbox.creations_looked_for_before(db, crm.name, now - LOOK_HOLDS, now, PLAN_AT_ONCE)
    return {row.person: row.id for row in rows}


class _Answer(Struct, frozen=True):
    """What the CRM said of one lead: `chosen` is the record to write, `current` what that holds."""

    person: int
    key: PersonKeys
    told: Resolution | None
    chosen: Found | None
    current: Mapping[str, Any]
    refusal: RecordError | None = None
    """Why the CRM cannot be asked about this lead."""


def _ask(loop: Loop, crm: Crm, persons: Sequence[int]) -> tuple[list[_Answer], Failed]:
    """Answers, refusals of single leads among them, and the trouble of those who are to be asked for later."""
    keys = _all_keys(loop, crm, persons)
    told, failed = ask_each(crm.adapter.resolve, keys)
    shown = {found.key for answer in told.values() for found in answer.found if found.key}
    owners = people.persons_by_leadloop_id(loop.store.read(), shown)  # a key of whom was joined is the person's own
    stood = _stood(loop.store.read(), crm, persons)
    chosen = {person: _choose(person, owners, answer, stood.get(person, set())) for person, answer in told.items()}
    current, unread = _read_current(crm, keys, chosen)
    failed.add(unread)
    answers = [
        _Answer(person, keys[person], answer, chosen[person], current.get(person, {}))
        for person, answer in told.items()
        if chosen[person] is None or person in current
    ]
    refused = [person for person, error in failed.own.items() if not isinstance(error, RetryableError)]
    for person in refused:
        refusal = as_reject(failed.own.pop(person), keys[person].leadloop_id)
        answers.append(_Answer(person, keys[person], None, None, {}, refusal))
    return answers, failed


def _all_keys(loop: Loop, crm: Crm, persons: Sequence[int]) -> dict[int, PersonKeys]:
    with loop.store.write(step=True) as tx:
        return {person: _keys(tx, loop, crm, person) for person in persons}


def _keys(tx: Tx, loop: Loop, crm: Crm, person: int) -> PersonKeys:
    identities = people.identities_of(tx, person)
    records = [(system.partition(":")[2], key) for system, key, _ in identities if system.startswith(f"{crm.name}:")]
    shared = {source.name for source in loop.marketing if source.shares_records_with(crm)}
    records += [(crm.mapping.object, key) for system, key, _ in identities if system in shared]
    emails = matching_emails(people.emails_of(tx, person), loop.emails) if "email" in crm.mapping.match else []
    return PersonKeys(people.leadloop_id_of(tx, person), records, emails)


def _stood(db: Tx, crm: Crm, persons: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """The record that stood for each lead until it moved, and what that named when it was last seen."""
    wishes = desired.desired_of(db, persons)
    moved = {person: (one.object, one.moved_from) for (name, person), one in wishes.items() if name == crm.name}
    return {
        person: {(object_, id_), *crm_store.named_by(db, crm.name, object_, id_)}
        for person, (object_, id_) in moved.items()
        if id_ is not None
    }


def _choose(
    person: int, owners: Mapping[str, int], answer: Resolution | None, stood: Container[tuple[str, str]]
) -> Found | None:
    """The record to write: what became of the one that stood for the lead, else the best; none with another's key."""
    if answer is None:
        return None
    free = [found for found in answer.found if not found.key or owners.get(found.key) == person]
    same = (found for found in free if found.was in stood or (found.object, found.id) in stood)
    return next(same, free[0] if free else None)


def _read_current(
    crm: Crm, keys: Mapping[int, PersonKeys], chosen: Mapping[int, Found | None]
) -> tuple[dict[int, Mapping[str, Any]], Failed]:
    """What the chosen records hold in the fields where the CRM may win, and in those that we would write."""
    wanted = {}
    for person, found in chosen.items():
        if found is not None:
            names = {*crm.mapping.needs_current(found.object), *crm.mapping.fields_for(found.object)}
            fields, key = dict.fromkeys(sorted(names)), keys[person].leadloop_id
            wanted[person] = LeadWrite(f"look:{person}", "record", key, found.object, found.id, fields=fields)
    current: dict[int, Mapping[str, Any]] = {}
    failed = Failed()
    size = crm.spec.capabilities.batch
    for start in range(0, len(wanted), size):
        seen, unread = ask_each(crm.adapter.read_back, dict(islice(wanted.items(), start, start + size)))
        current |= {person: one.fields for person, one in seen.items()}
        failed.add(unread)
    return current, failed


def _take_answer(tx: Tx, loop: Loop, crm: Crm, one: _Answer, tally: Tally) -> Answered:
    now = loop.world.now()
    if (name := _name_of_before(tx, one)) is not None:
        _take_name(tx, crm, one.person, name, now)
        return "named"
    wish = desired.desired_of(tx, [one.person])[crm.name, one.person]
    if wish.looked_in_vain:
        reading.close_rejects(tx, crm.name, "record", [one.key.leadloop_id])
    record = None if one.chosen is None else (one.chosen.object, one.chosen.id)
    refusal = one.refusal or (record and written_for_another(tx, crm.name, one.person, record))
    if one.chosen is not None and refusal is None:
        _link(tx, loop, crm, wish, one.chosen, one.current, now)
        _report_second(tx, loop, crm, one, one.chosen, now)
        people.mark_dirty(tx, [one.person], level=2)
        return "found"
    why = refusal or _why_not_created(crm, one.told)
    # A lead that is lost or opted out, whose record is gone for good: nothing is made for it, and nobody needs to look.
    is_over = not wish.may_create and not (refusal or (one.told and one.told.found))
    if why is None and not is_over:
        desired.link(tx, crm.name, one.person, wish.object or crm.mapping.object, None, now)
        return "absent"
    outbox.withdraw(tx, crm.name, one.person, now, None)  # what hangs on the record has nothing to wait for
    if why is None or is_over:
        desired.let_go(tx, crm.name, one.person)
        return "refused"
    desired.refuse_wish(tx, crm.name, one.person)
    if why.code != "create_never":
        news = reading.add_reject(tx, crm.name, "record", one.key.leadloop_id, why, now, run=loop.run)
        tally.new_rejects += news
    return "refused"


def _name_of_before(tx: Tx, one: _Answer) -> str | None:
    """The name under which a state that was lost had this lead, where a backup took its place since.

    Its record bears that name, found by address, and nobody in this state has it: one that was made after the backup.
    """
    since = restored_at(tx)
    if since is None or one.chosen is not None or one.told is None or not people.made_since(tx, one.person, since):
        return None
    names = {found.key for found in one.told.found if found.key}
    if len(names) != 1 or people.persons_by_leadloop_id(tx, names):
        return None
    (name,) = names
    return name if is_leadloop_id(name) else None


def _take_name(tx: Tx, crm: Crm, person: int, name: str, now: datetime) -> None:
    before = people.take_name(tx, person, name)
    audit.record(tx, "leadloop", "name taken back", name, {"connection": crm.name, "was": before}, now)
    outbox.drop_unsent(tx, person, now, "the lead goes by the name of before the restore")
    reading.close_rejects(tx, crm.name, "record", [before])
    desired.look_again(tx, crm.name, person)
    desired.due_again(tx, crm.name, person)
    people.mark_dirty(tx, [person], level=2)


def _look_later(tx: Tx, loop: Loop, crm: Crm, person: int, failed: Failed, tally: Tally) -> None:
    """Later, behind the others; where it is the lead's own trouble less and less often, and in time as a reject."""
    now = loop.world.now()
    if person in failed.open:
        desired.look_behind(tx, crm.name, person, now)
        return
    in_vain = desired.look_later(tx, crm.name, person, now, FIRST_WAIT, LONGEST_WAIT)
    if in_vain >= LASTING:
        key = people.leadloop_id_of(tx, person)
        why = as_reject(failed.own[person], key)
        tally.new_rejects += reading.add_reject(tx, crm.name, "record", key, why, now, run=loop.run)


def _why_not_created(crm: Crm, answer: Resolution | None) -> RecordError | None:
    if answer is not None and answer.gone:
        return RecordError(
            "the CRM's record of this lead was deleted; it is not made again",
            code="crm_record_deleted",
            hint="restore it in the CRM, or 'leadloop rejects drop NUMBER' to leave it so",
        )
    if answer is not None and answer.found:
        return RecordError(
            f"the record {answer.found[0].object} {answer.found[0].id} carries another lead's key",
            code="crm_key_taken",
            hint=TAKEN_HINT,
        )
    if crm.config.create == "never":
        return RecordError("no record, and this connection makes none", code="create_never")
    return None


def _link(tx: Tx, loop: Loop, crm: Crm, one: Desired, found: Found, fields: Mapping[str, Any], now: datetime) -> None:
    desired.link(tx, crm.name, one.person, found.object, found.id, now)
    taken_up = crm_store.give_decisions(tx, crm.name, found.object, found.id, one.person)
    if taken_up:  # what sales did with the record before marketing knew the person
        apply(tx, loop, crm.name, one.person, taken_up, now)
    people.add_identities(tx, [(people.crm_system(crm.name, found.object), found.id, one.person, "own")], now)
    if found.was is not None:
        people.add_identities(
            tx, [(people.crm_system(crm.name, found.was[0]), found.was[1], one.person, "merged")], now
        )
    if fields:
        kept = {**crm_store.last_fields(tx, crm.name, found.object, found.id), **fields}
        crm_store.save_looked_at(tx, crm.name, CrmRecord(found.object, found.id, kept, now), now)
        desired.show(tx, crm.name, one.person, {name: fields[name] for name in fields if name in one.want})


def _report_second(tx: Tx, loop: Loop, crm: Crm, one: _Answer, found: Found, now: datetime) -> None:
    records = [(other.object, other.id) for other in (one.told.found if one.told else ())]
    others = [record for record in records if record != (found.object, found.id)]
    if others:
        report_second(tx, crm.name, one.person, (found.object, found.id), others, now, loop.run)
    else:
        reading.close_rejects(tx, crm.name, DUPLICATE, [one.key.leadloop_id])
