"""Score and qualify: what each marked lead is worth now, where it stands, and how its remote records should be.

One transaction a batch: totals, life and wishes of a lead change together or not at all. Only the marked are touched,
and those whose `next_change_at` has come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from connector.lifecycle import BACK, Event, Placed, Standing, fold, may_enter, may_leave, may_leave_at, wait_over_at
from connector.loop import merge
from connector.loop.context import Loop
from connector.loop.in_force import is_in_force
from connector.loop.tally import Tally
from connector.loop.wishes import Wisher
from connector.model import ATTRIBUTES, DECISION_KINDS, Consent, Person, Recycled, Score
from connector.scoring import Verdict, newest_counting_at, qualify, sort
from connector.scoring import score as compute
from connector.state import leads
from connector.state.clock import moment
from connector.state.leads import Dossier
from connector.state.store import Tx

BATCH = 250


class Lead(Struct):
    """One lead while it is worked out."""

    dossier: Dossier
    person: Person
    times: Mapping[str, str]
    consents: Mapping[str, Consent]
    blocked: str | None
    standing: Standing
    recycled: Sequence[Recycled]
    score: Score
    verdicts: Mapping[str, Verdict]
    placed: Sequence[Placed] = ()

    @property
    def newest_decision_id(self) -> int:
        """The log line of the newest decision; 0 when there is none."""
        deciding = [line.event.id for line in self.placed if line.event.by == "sales"]
        return deciding[-1] if deciding else 0


def score_step(loop: Loop) -> list[Tally]:
    """Score every marked lead; one line. A run that a reload overtook leaves them to the rules in force now."""
    tally = Tally("score")
    order = {source.name: rank for rank, source in enumerate(loop.marketing)}
    while not loop.stopping():
        with loop.store.write(step=True) as tx:
            persons = leads.due_people(tx, loop.world.now(), BATCH) if is_in_force(tx, loop) else []
            if not persons:
                break
            _score_batch(tx, loop, persons, order, tally)
    if not tally.read:
        tally.why_zero = "no lead changed and none had a date come"
    return [tally]


def _score_batch(tx: Tx, loop: Loop, persons: Sequence[int], order: Mapping[str, int], tally: Tally) -> None:
    now = loop.world.now()
    wisher = Wisher(tx, loop, persons, now)
    scores: list[tuple[int, Score, Any, datetime | None]] = []
    for dossier in leads.dossiers(tx, persons):
        lead = examine(loop, dossier, now, order)
        was = lead.standing
        for step in (_leave, _enter):  # in this order: who leaves one track may be let in by another
            if events := step(loop, lead, now):
                _log(tx, loop, lead, events)
        wisher.wish(lead)
        scores.append((dossier.person, lead.score, verdicts_as_json(lead.verdicts), next_change_at(loop, lead, now)))
        tally.read += 1
        tally.saved += 1
        tally.created += lead.standing.is_mql and not was.is_mql
    wisher.keep()
    leads.save_scores(tx, scores, loop.model.version, now)
    tally.updated = tally.saved - tally.created


def examine(loop: Loop, dossier: Dossier, now: datetime, order: Mapping[str, int], *, explain: bool = False) -> Lead:
    """Everything the model and the lifecycle say of a lead at a moment; writes nothing."""
    values, times = merge.attributes(dossier, order)
    consents = merge.consent([told for *_, told in dossier.contacts])
    known = {**values, **{f"consent.{lane}": word for lane, word in consents.items()}}
    person = Person(known)
    standing, placed = fold(dossier.events, dossier.created_at)
    recycled = recycled_by(loop, placed)
    acts = [act for act, _ in dossier.acts]
    hits = sort(person, acts, loop.model)
    score = compute(person, acts, loop.model, now, recycled, explain=explain, hits=hits)
    verdicts = qualify(
        score,
        person,
        acts,
        loop.model,
        now,
        standing={standing.track: standing.stage == "mql"},
        last_decision_at=standing.decided_at if standing.decided_by == "sales" else None,
        hits=hits,
    )
    rules = loop.config.consent
    blocked = merge.blocked_by(consents, unknown=rules.unknown, email_denied=rules.email_denied)
    return Lead(dossier, person, times, consents, blocked, standing, recycled, score, verdicts, placed)


def recycled_by(loop: Loop, placed: Sequence[Placed]) -> list[Recycled]:
    """The rejections that make older acts worth less, by what the model says of their reasons: at most one a cycle.

    Of a cycle the newest decision stands (a reason added later, a lead set aside for nurturing, a rejection taken
    back), and it speaks of what was done before the lead was given back.
    """
    newest = {line.cycle: line.event for line in placed if line.event.kind in DECISION_KINDS}
    ended_at = {line.cycle: line.event.happened_by for line in placed if line.moved and line.event.kind in BACK}
    return [
        Recycled(ended_at.get(cycle, event.happened_by), rule.factor)
        for cycle, event in newest.items()
        if event.kind in BACK and (rule := loop.model.recycle_after(event.reason)).factor < 1
    ]


def _leave(loop: Loop, lead: Lead, now: datetime) -> list[Event]:
    """The machine takes back an MQL that its track no longer passes."""
    verdict = lead.verdicts.get(lead.standing.track)
    if verdict is None or not verdict.leaves:
        return []
    stay_days = loop.model.qualification[lead.standing.track].stay_days
    if not may_leave(lead.standing, now, stay_days=stay_days):
        return []
    return [Event("left", now, now, track=lead.standing.track)]


def _enter(loop: Loop, lead: Lead, now: datetime) -> list[Event]:
    """The machine makes it an MQL, and SQL by hand-raise, be it an MQL already or not."""
    if lead.blocked is not None:
        return []
    if lead.standing.stage == "mql":
        asks = any(verdict.fast and verdict.stage == "qualified" for verdict in lead.verdicts.values())
        return [Event("qualified", now, now, fast=True, track=lead.standing.track)] if asks else []
    track = entering_track(loop, lead, now)
    if track is None:
        return []
    verdict = lead.verdicts[track]
    entered = Event("mql", now, now, fast=verdict.fast, track=track)
    if verdict.stage != "qualified":
        return [entered]
    return [entered, Event("qualified", now, now, fast=True, track=track)]


def entering_track(loop: Loop, lead: Lead, now: datetime) -> str | None:
    """The track on which the lead becomes qualified now; None when it does not, or may not yet.

    What a rejection asks for (a wait, something new, a field filled in) holds back points, not a hand raised since.
    """
    passed = [name for name, verdict in lead.verdicts.items() if verdict.is_]
    if not passed or lead.standing.stage != "lead":
        return None
    rule = loop.model.recycle_after(lead.standing.reason)
    by_points_too = may_enter(
        lead.standing,
        now,
        wait_days=rule.wait_days,
        has_new_evidence=has_new_evidence(loop, lead),
        meets_require=not missing(lead.person, rule.require),
    )
    return next((name for name in passed if by_points_too or lead.verdicts[name].fast), None)


def missing(person: Person, require: Sequence[str]) -> list[str]:
    """Which of the required attributes are blank."""
    return [name for name in require if person.attributes.get(name) in (None, "")]


def has_new_evidence(loop: Loop, lead: Lead) -> bool:
    """Since the last rejection: an act that counts, or another value of what the model asks or we have a word for."""
    new_since, known_at = lead.standing.new_since, lead.standing.rejected_known_at
    if new_since is None or known_at is None:
        return True
    changed = any(moment(line[2]) > known_at for line in lead.dossier.contacts)
    if changed and _asked(loop, lead.dossier) != _asked(loop, _as_known(loop, lead.dossier.person, known_at)):
        return True
    at_hand = min(new_since, known_at)  # what was known by then is not new, though dated later: a webinar to come
    acts = [act for act, learned in lead.dossier.acts if moment(learned) > at_hand]
    newest = newest_counting_at(lead.person, acts, loop.model)
    return newest is not None and newest > new_since


def _as_known(loop: Loop, person: int, at: datetime) -> Dossier:
    [dossier] = leads.dossiers(loop.store.read(), [person], known_by=at)
    return dossier


def _asked(loop: Loop, dossier: Dossier) -> dict[str, Any]:
    """The values that may speak for a lead anew. Others are left out: tags and stages of marketing's own, which may be
    what we told it, kept as `custom.…` of which the model knows nothing.
    """
    values, _ = merge.attributes(dossier, loop.order)
    used = loop.model.attributes_used
    return {name: value for name, value in values.items() if name in ATTRIBUTES or name in used}


def _log(tx: Tx, loop: Loop, lead: Lead, events: Sequence[Event]) -> None:
    dossier = lead.dossier
    dossier.events.extend(events)
    lead.standing, lead.placed = fold(dossier.events, dossier.created_at)
    for line in lead.placed:
        if line.event in events:
            leads.add_event(tx, dossier.person, line, stage_after(line), model=loop.model.version)


def stage_after(line: Placed) -> str:
    """The stage that an event of the log stands for."""
    return {"left": "lead", "pushed": "mql", "rejected": "lead", "recycled": "lead"}.get(
        line.event.kind, line.event.kind
    )


def next_change_at(loop: Loop, lead: Lead, now: datetime) -> datetime | None:
    """When this lead can next change without anything new: by decay, by a wait that ends, by a stay that ends."""
    dates = [lead.score.next_change_at]
    if lead.standing.stage == "lead" and lead.standing.rejected_at is not None:
        dates.append(wait_over_at(lead.standing, loop.model.recycle_after(lead.standing.reason).wait_days))
    verdict = lead.verdicts.get(lead.standing.track)
    if lead.standing.stage == "mql" and verdict is not None and verdict.leaves:
        dates.append(may_leave_at(lead.standing, loop.model.qualification[lead.standing.track].stay_days))
    return min((date for date in dates if date is not None and date > now), default=None)


def verdicts_as_json(verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    """The machine's verdict per track, as the store keeps it."""
    return {
        name: {"is": verdict.is_, "fast": verdict.fast, "by": verdict.by, "short_by_mp": verdict.short_by_mp}
        for name, verdict in verdicts.items()
    }
