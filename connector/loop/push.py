"""Push: make the CRM's records as they should be. Find the record, plan the effects, send them in batches.

A lead whose record is not known yet is looked for first, following merges and conversions; what is found is read, so
that what sales knows better stays. Only then is a missing one created. What goes beyond the blast guard is held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.adapter import Found, PersonKeys, Resolution
from connector.config import Guard
from connector.errors import RecordError
from connector.identity import matching_emails
from connector.loop.channel import Channel
from connector.loop.context import Crm, Loop
from connector.loop.plan import PLAN_AT_ONCE, Planner
from connector.loop.send import send, still_open
from connector.loop.tally import Tally
from connector.model import CrmRecord, LeadWrite
from connector.state import crm as crm_store
from connector.state import operation, outbox, people, reading
from connector.state.outbox import Desired
from connector.state.store import Tx

SMALLEST_GUARDED = 100
"""A share of changes is only worth holding from this many records on; below it a normal day looks like a flood."""


def push(loop: Loop, crm: Crm, tally: Tally) -> None:
    """All due wishes of one CRM: found, planned, sent."""
    if operation.is_paused(loop.store.read(), crm.name):
        tally.why_zero = "paused: 'leadloop resume' lets it write again"
        return
    find_records(loop, crm)
    plan_due(loop, crm, tally)
    send(loop, channel(crm), tally)
    if not (tally.created or tally.updated or tally.rejected or tally.held or tally.why_zero):
        tally.why_zero = still_open(loop, crm.name) or "every record is as it should be"


def channel(crm: Crm) -> Channel:
    """The CRM as the sender sees it."""
    return Channel(
        crm.name, "crm", crm.spec, crm.adapter.write, crm.adapter.read_back, crm.adapter.client.now, crm.workers
    )


# Finding records.


def find_records(loop: Loop, crm: Crm) -> int:
    """Look for the records of due leads that are linked to none; the number of leads that were found."""
    found = 0
    while not loop.stopping():
        wanted = _unresolved(loop, crm)
        if not wanted:
            return found
        with loop.store.write(step=True) as tx:
            keys = [_keys(tx, loop, crm, one) for one in wanted]
        answers = {answer.leadloop_id: answer for answer in crm.adapter.resolve(keys)}
        chosen = [(one, key, answers.get(key.leadloop_id)) for one, key in zip(wanted, keys, strict=True)]
        current = _read_current(crm, chosen)
        with loop.store.write(step=True) as tx:
            for one, key, answer in chosen:
                found += _take_answer(tx, loop, crm, one, key, answer, current)
    return found


def _unresolved(loop: Loop, crm: Crm) -> list[Desired]:
    due = outbox.due_wishes(loop.store.read(), crm.name, PLAN_AT_ONCE, unresolved=True)
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


def _read_current(
    crm: Crm, chosen: Sequence[tuple[Desired, PersonKeys, Resolution | None]]
) -> dict[str, Mapping[str, Any]]:
    """What the found records hold in the fields where the CRM may win, and in those that we would write."""
    writes = []
    for one, key, answer in chosen:
        found = _choose(key, answer)
        if found is not None:
            names = {*crm.mapping.needs_current(found.object), *crm.mapping.fields_for(found.object)}
            fields = dict.fromkeys(sorted(names))
            writes.append(
                LeadWrite(f"look:{one.person}", "record", key.leadloop_id, found.object, found.id, fields=fields)
            )
    size = crm.spec.capabilities.batch
    current: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(writes), size):
        for seen in crm.adapter.read_back(writes[start : start + size]):
            current[seen.effect] = seen.fields
    return current


def _take_answer(
    tx: Tx,
    loop: Loop,
    crm: Crm,
    one: Desired,
    key: PersonKeys,
    answer: Resolution | None,
    current: Mapping[str, Mapping[str, Any]],
) -> bool:
    now = loop.world.now()
    found = _choose(key, answer)
    if found is not None:
        _link(tx, crm, one, found, current.get(f"look:{one.person}", {}), now)
        _report_second(tx, loop, crm, key, found, answer, now)
        people.mark_dirty(tx, [one.person], level=2)
        return True
    why = _why_not_created(crm, answer)
    if why is None:
        outbox.link(tx, crm.name, one.person, one.object or crm.mapping.object, None, now)
    else:
        outbox.refuse_wish(tx, crm.name, one.person)
        if why.code != "create_never":
            reading.add_reject(tx, crm.name, "record", key.leadloop_id, why, now, run=loop.run)
    return False


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
            hint="are they one person? 'leadloop identity join'; otherwise clear the key field in the CRM",
        )
    if crm.config.create == "never":
        return RecordError("no record, and this connection makes none", code="create_never")
    return None


def _link(tx: Tx, crm: Crm, one: Desired, found: Found, fields: Mapping[str, Any], now: datetime) -> None:
    outbox.link(tx, crm.name, one.person, found.object, found.id, now)
    people.add_identities(tx, [(people.crm_system(crm.name, found.object), found.id, one.person, "own")], now)
    if found.was is not None:
        people.add_identities(
            tx, [(people.crm_system(crm.name, found.was[0]), found.was[1], one.person, "merged")], now
        )
    if fields:
        kept = {**crm_store.last_fields(tx, crm.name, found.object, found.id), **fields}
        crm_store.save_looked_at(tx, crm.name, CrmRecord(found.object, found.id, kept, now), now)
        outbox.show(tx, crm.name, one.person, {name: fields[name] for name in fields if name in one.want})


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


# Planning what is due.


def plan_due(loop: Loop, crm: Crm, tally: Tally) -> None:
    """Turn due wishes into outbox rows; beyond the blast guard they are held."""
    planner = Planner(loop, crm.name, "crm", "record", _budget(loop, crm))
    while not loop.stopping() and planner.plan_some(tally):
        pass


def _budget(loop: Loop, crm: Crm) -> tuple[float, float]:
    """How many creations and changes this run may send to this connection."""
    guard: Guard | None = crm.config.guard
    if guard is None:
        return float("inf"), float("inf")
    linked = (
        loop.store.read()
        .execute("SELECT count(*) FROM desired WHERE connection = ? AND record_id IS NOT NULL", (crm.name,))
        .fetchone()[0]
    )
    return guard.creates, max(SMALLEST_GUARDED, linked * guard.changes_percent / 100)
