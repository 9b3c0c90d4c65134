"""Finding records: which of the CRM's records stands for a lead, and is there still none when one is to be made?

Known ids, our key and addresses are asked, merges and conversions followed; what is found is read, so that what sales
knows better stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

from connector.adapter import Found, PersonKeys, Resolution
from connector.errors import RecordError
from connector.identity import matching_emails
from connector.loop.context import Crm, Loop
from connector.loop.plan import PLAN_AT_ONCE
from connector.model import CrmRecord, LeadWrite
from connector.state import crm as crm_store
from connector.state import desired, outbox, people, reading
from connector.state.desired import Desired
from connector.state.store import Tx

LOOK_HOLDS: Final = timedelta(minutes=10)
"""How long it is believed that nobody has a record. A creation that was held, or waited for the platform, is older."""
TAKEN_HINT: Final = (
    "was the state lost? 'leadloop state restore' a backup; are they one person? 'leadloop identity join';"
    " otherwise clear the key field in the CRM"
)
"""Keys are drawn once for each person: in a new state everybody has another one than the CRM knows."""
Answered = Literal["found", "absent", "refused"]


def find_records(loop: Loop, crm: Crm) -> int:
    """Look for the records of due leads that are linked to none; the number of leads that were found."""
    found = 0
    while not loop.stopping():
        wanted = _unresolved(loop, crm)
        if not wanted:
            return found
        with loop.store.write(step=True) as tx:
            keys = [_keys(tx, loop, crm, one) for one in wanted]
        asked = _ask(crm, wanted, keys)
        with loop.store.write(step=True) as tx:
            found += sum(_take_answer(tx, loop, crm, one, asked) == "found" for one in asked.wanted)
    return found


def look_again(loop: Loop, crm: Crm) -> None:
    """Before a creation that waited is sent: has sales made the record meanwhile? Then that one is updated."""
    while not loop.stopping():
        now = loop.world.now()
        rows = outbox.creations_looked_for_before(loop.store.read(), crm.name, now - LOOK_HOLDS, now, PLAN_AT_ONCE)
        if not rows:
            return
        with loop.store.write(step=True) as tx:
            wishes = desired.desired_of(tx, [row.person for row in rows])
            wanted = [wishes[crm.name, row.person] for row in rows]
            keys = [_keys(tx, loop, crm, one) for one in wanted]
        asked = _ask(crm, wanted, keys)
        with loop.store.write(step=True) as tx:
            for row, one in zip(rows, wanted, strict=True):
                if (became := _take_answer(tx, loop, crm, one, asked)) != "absent":
                    outbox.settle(tx, row.id, "replaced", now, why=f"looked for once more: {became}")
                    desired.due_again(tx, crm.name, row.person)


def _unresolved(loop: Loop, crm: Crm) -> list[Desired]:
    due = desired.due_wishes(loop.store.read(), crm.name, PLAN_AT_ONCE, unresolved=True)
    return [one for one in due if one.record_id is None and one.resolved_at is None]


def _keys(tx: Tx, loop: Loop, crm: Crm, one: Desired) -> PersonKeys:
    identities = people.identities_of(tx, one.person)
    records = [(system.partition(":")[2], key) for system, key, _ in identities if system.startswith(f"{crm.name}:")]
    shared = {source.name for source in loop.marketing if source.shares_records_with(crm)}
    records += [(crm.mapping.object, key) for system, key, _ in identities if system in shared]
    emails = matching_emails(people.emails_of(tx, one.person), loop.emails) if "email" in crm.mapping.match else []
    return PersonKeys(people.leadloop_id_of(tx, one.person), records, emails)


def _choose(key: PersonKeys, answer: Resolution | None) -> Found | None:
    """The record to write: the best one that carries nobody else's key."""
    if answer is None:
        return None
    return next((found for found in answer.found if found.key in (None, "", key.leadloop_id)), None)


class _Asked(Struct, frozen=True):
    """What the CRM said of some leads, by person; `current` is what the records that were found hold."""

    wanted: Sequence[Desired]
    keys: Mapping[int, PersonKeys]
    answers: Mapping[int, Resolution | None]
    current: Mapping[str, Mapping[str, Any]]


def _ask(crm: Crm, wanted: Sequence[Desired], keys: Sequence[PersonKeys]) -> _Asked:
    told = {answer.leadloop_id: answer for answer in crm.adapter.resolve(keys)}
    answers = {one.person: told.get(key.leadloop_id) for one, key in zip(wanted, keys, strict=True)}
    by_person = {one.person: key for one, key in zip(wanted, keys, strict=True)}
    return _Asked(wanted, by_person, answers, _read_current(crm, by_person, answers))


def _read_current(
    crm: Crm, keys: Mapping[int, PersonKeys], answers: Mapping[int, Resolution | None]
) -> dict[str, Mapping[str, Any]]:
    """What the found records hold in the fields where the CRM may win, and in those that we would write."""
    writes = []
    for person, key in keys.items():
        found = _choose(key, answers[person])
        if found is not None:
            names = {*crm.mapping.needs_current(found.object), *crm.mapping.fields_for(found.object)}
            fields = dict.fromkeys(sorted(names))
            writes.append(LeadWrite(f"look:{person}", "record", key.leadloop_id, found.object, found.id, fields=fields))
    size = crm.spec.capabilities.batch
    current: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(writes), size):
        for seen in crm.adapter.read_back(writes[start : start + size]):
            current[seen.effect] = seen.fields
    return current


def _take_answer(tx: Tx, loop: Loop, crm: Crm, one: Desired, asked: _Asked) -> Answered:
    now = loop.world.now()
    key, answer = asked.keys[one.person], asked.answers[one.person]
    found = _choose(key, answer)
    if found is not None:
        _link(tx, crm, one, found, asked.current.get(f"look:{one.person}", {}), now)
        _report_second(tx, loop, crm, key, found, answer, now)
        people.mark_dirty(tx, [one.person], level=2)
        return "found"
    why = _why_not_created(crm, answer)
    if why is None:
        desired.link(tx, crm.name, one.person, one.object or crm.mapping.object, None, now)
        return "absent"
    desired.refuse_wish(tx, crm.name, one.person)
    if why.code != "create_never":
        reading.add_reject(tx, crm.name, "record", key.leadloop_id, why, now, run=loop.run)
    return "refused"


def _why_not_created(crm: Crm, answer: Resolution | None) -> RecordError | None:
    if answer is not None and answer.gone:
        return RecordError(
            "the CRM's record of this lead was deleted; it is not made again",
            code="crm_record_deleted",
            hint="restore it in the CRM, or 'leadloop rejects drop' to leave it so",
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


def _link(tx: Tx, crm: Crm, one: Desired, found: Found, fields: Mapping[str, Any], now: datetime) -> None:
    desired.link(tx, crm.name, one.person, found.object, found.id, now)
    people.add_identities(tx, [(people.crm_system(crm.name, found.object), found.id, one.person, "own")], now)
    if found.was is not None:
        people.add_identities(
            tx, [(people.crm_system(crm.name, found.was[0]), found.was[1], one.person, "merged")], now
        )
    if fields:
        kept = {**crm_store.last_fields(tx, crm.name, found.object, found.id), **fields}
        crm_store.save_looked_at(tx, crm.name, CrmRecord(found.object, found.id, kept, now), now)
        desired.show(tx, crm.name, one.person, {name: fields[name] for name in fields if name in one.want})


def _report_second(
    tx: Tx, loop: Loop, crm: Crm, key: PersonKeys, found: Found, answer: Resolution | None, now: datetime
) -> None:
    others = [
        other for other in (answer.found if answer else ()) if (other.object, other.id) != (found.object, found.id)
    ]
    if not others:
        reading.close_rejects(tx, crm.name, "crm_duplicate", [key.leadloop_id])
        return
    ids = ", ".join(f"{other.object} {other.id}" for other in others)
    error = RecordError(
        f"{found.object} {found.id} is written; the same person also has {ids}",
        code="crm_duplicate",
        hint="merge them in the CRM; this closes then",
    )
    reading.add_reject(tx, crm.name, "crm_duplicate", key.leadloop_id, error, now, run=loop.run)
