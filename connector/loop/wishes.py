"""How each lead's remote records should be: in the CRM that takes it, and in marketing automation.

A wish is worked out in the transaction of the score. It is due when the remote side would show something new: a stage,
a grade, the MQL mark, a field; for points that drift by decay alone only past the mapping's `push_when`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from connector.lifecycle import FORWARD, Placed, Standing
from connector.loop.context import Crm, Loop, Marketing
from connector.mapping import facts
from connector.model import Decision
from connector.scoring import score as compute
from connector.state import crm as crm_store
from connector.state import desired, leads, outbox
from connector.state.desired import Desired, Wish
from connector.state.store import Tx

if TYPE_CHECKING:
    from connector.loop.score import Lead

Happened = Callable[[Mapping[str, Any], str], Sequence[Any]]
"""What an event sets off, by the mapping of one side."""
ELSEWHERE = "another CRM has the lead"
MARK = ":"
"""Parts kind and name of a mark (tag, list) among the fields of a wish: `tag:MQL`."""


class Wisher:
    """Works out the wishes of one batch of leads, in its transaction."""

    def __init__(self, tx: Tx, loop: Loop, persons: Sequence[int], now: datetime) -> None:
        self._tx = tx
        self._loop = loop
        self._now = now
        self._desired = desired.desired_of(tx, persons)
        self._crm_of = leads.crm_of(tx, persons)
        self._held = {crm.name: outbox.held_of(tx, crm.name, persons) for crm in loop.crm}
        self._standings: list[tuple[int, Standing, str | None]] = []

    def wish(self, lead: Lead) -> None:
        """Keep the wishes of one lead, and where it stands."""
        crm = self._crm(lead)
        pushed = frozenset(self._wish_crm(crm, lead, lead.blocked)) | crm.protected if crm else frozenset[str]()
        for other in self._loop.crm:
            if other is not crm:
                self._wish_crm(other, lead, lead.blocked or ELSEWHERE)
        for source in self._loop.marketing:
            if source.mapping.feedback.kinds and source.spec.capabilities.writes:
                is_one = crm is not None and source.shares_records_with(crm)
                told = crm.tells(source.spec.name) if crm is not None else ()
                self._wish_marketing(source, lead, pushed if is_one else frozenset(), told)
        has = crm.name if crm and lead.standing.stage != "lead" else None
        self._standings.append((lead.dossier.person, lead.standing, has))

    def keep(self) -> None:
        """Write down where the leads of the batch stand."""
        leads.save_standings(self._tx, self._standings, self._loop.model.version)

    # The CRM.

    def _crm(self, lead: Lead) -> Crm | None:
        """The first CRM that takes the lead; the one that has it keeps it for the cycle."""
        name, cycle = self._crm_of.get(lead.dossier.person, (None, 0))
        if name is not None and cycle == lead.standing.cycle:
            return next((crm for crm in self._loop.crm if crm.name == name), None)
        values = dict(lead.person.attributes)
        return next((crm for crm in self._loop.crm if crm.takes(values)), None)

    def _wish_crm(self, crm: Crm, lead: Lead, blocked: str | None) -> Mapping[str, Any]:
        """The fields and marks that push writes for this lead; `blocked`: why no more than that it is not for sales."""
        before = self._desired.get((crm.name, lead.dossier.person))
        linked = before is not None and (before.have, before.record_id, before.moved_from) != (None, None, None)
        if not self._is_wanted(crm, lead, before, blocked, linked=linked) or not self._can_be_found(crm, lead):
            if before is not None:
                outbox.withdraw(self._tx, crm.name, lead.dossier.person, self._now, blocked)
            return {}
        is_mql = lead.standing.is_mql and blocked is None
        known = self._facts(lead, explain=blocked is None, is_mql=is_mql)
        object_ = before.object if before and before.object else crm.mapping.object
        want = crm.mapping.record(known, object=object_, current=self._current(crm, before))
        for effect in crm.mapping.effects(known):
            if effect.kind in crm.spec.capabilities.writes:
                want |= _mark(effect.kind, effect.name, effect.on, before)
        if blocked is not None:
            want = {name: value for name, value in want.items() if name in crm.consent_and_flag or _is_off(name, value)}
        effects = [] if blocked is not None else self._once(crm.name, lead, crm.once_on, self._tasks_and_notes(crm))
        changed = crm.mapping.changes(before.have if before else None, want)
        is_held = lead.dossier.person in self._held[crm.name]  # then that is to be what is wanted now
        due = bool(changed) or is_held or self._has_new(effects)
        may_create = is_mql or (crm.config.write == "all" and blocked is None)
        limited = blocked is not None
        self._keep(crm.name, object_, lead, want, effects, due=due, limited=limited, may_create=may_create)
        return want

    def _is_wanted(
        self, crm: Crm, lead: Lead, before: Desired | None, blocked: str | None, *, linked: bool
    ) -> bool:  # fmt: skip
        if blocked is not None:
            return linked
        if lead.standing.is_mql:
            return True
        if crm.config.write == "all":
            return True
        if crm.config.write == "mql":
            return before is not None and (before.moved_from is not None or (linked and _shows_mql(crm, before)))
        return linked

    def _can_be_found(self, crm: Crm, lead: Lead) -> bool:
        """A lead without address needs another key than the address."""
        has_email = any(role == "own" for _, role in lead.dossier.emails)
        return has_email or "leadloop_id" in crm.mapping.match

    def _current(self, crm: Crm, before: Desired | None) -> Mapping[str, Any] | None:
        if before is None or before.record_id is None:
            return None
        return crm_store.last_fields(self._tx, crm.name, before.object, before.record_id)

    def _tasks_and_notes(self, crm: Crm) -> Happened:
        return lambda known, event: crm.mapping.effects(known, event, self._now)

    # Marketing automation.

    def _wish_marketing(
        self, source: Marketing, lead: Lead, pushed: Collection[str], told: Collection[str] = ()
    ) -> None:
        """Where both sides are one record, what push writes is not said again, and what sales owns is left alone.

        Nor are events (`told`) that the CRM tells by itself.
        """
        contact = self._contact_of(source, lead.dossier.person)
        if contact is None:
            desired.not_due(self._tx, source.name, lead.dossier.person)
            return
        before = self._desired.get((source.name, lead.dossier.person))
        known = self._facts(lead, explain=source.tells_reasons, is_mql=lead.standing.is_mql)
        want: dict[str, Any] = {}
        for effect in source.mapping.feedback.state(known):
            want |= effect.fields if effect.kind == "field" else _mark(effect.kind, effect.name, effect.on, before)
        want = {name: value for name, value in want.items() if name not in pushed}
        effects = self._once(source.name, lead, source.once_on, source.mapping.feedback.happened)
        effects = [effect for effect in effects if not (effect["kind"] == "event" and effect["name"] in told)]
        if source.spec.stage_field in pushed:
            effects = [effect for effect in effects if effect["kind"] != "stage"]
        if pushed and not (want or effects):
            desired.not_due(self._tx, source.name, lead.dossier.person)  # what waited to be said is push's business now
        elif want or effects:
            if before is not None and before.record_id not in (None, contact):  # nobody told this one anything
                desired.forget_link(self._tx, source.name, lead.dossier.person)
                before = None
            due = _is_worth_telling(source, before, want, lead.score.points_mp) or self._has_new(effects)
            self._keep(source.name, "", lead, want, effects, due=due, limited=lead.blocked is not None)
            desired.link(self._tx, source.name, lead.dossier.person, "", contact, self._now)

    def _contact_of(self, source: Marketing, person: int) -> str | None:
        row = self._tx.execute(
            "SELECT id FROM contacts WHERE person_id = ? AND connection = ? AND gone_at IS NULL"
            " ORDER BY updated_at DESC, id LIMIT 1",
            (person, source.name),
        ).fetchone()
        return None if row is None else str(row[0])

    # Both.

    def _facts(self, lead: Lead, *, explain: bool, is_mql: bool, line: Placed | None = None) -> dict[str, Any]:
        if explain and not lead.score.receipt:
            acts = [act for act, _ in lead.dossier.acts]
            lead.score = compute(lead.person, acts, self._loop.model, self._now, lead.recycled, explain=True)
        standing = lead.standing
        cycle = standing.cycle if line is None else line.cycle
        values = {
            "id": lead.dossier.leadloop_id,
            "is_mql": is_mql,
            "stage": standing.stage,
            "cycle": cycle,
            "mql_at": standing.mql_at,
            "days_in_stage": max(0, (self._now - standing.since).days),
            "track": standing.track,
            "fast": standing.fast,
            "model_version": self._loop.model.version,
            "history": [f"{one.event.at:%Y-%m-%d} {one.event.kind}" for one in lead.placed],
        }
        decision = self._decision(lead, line)
        attributes = {name: value for name, value in lead.person.attributes.items() if not name.startswith("consent.")}
        return facts(lead.score, values, attributes, lead.consents, decision, lead.times)

    def _decision(self, lead: Lead, line: Placed | None) -> Decision | None:
        """The decision that a text may speak of: the event's own, or the newest that stands."""
        wanted = line.event.id if line is not None else lead.newest_decision_id
        if not wanted:
            return None
        row = self._tx.execute(
            "SELECT kind, at, reason, reason_text, actor, by, precision, decision_id FROM lifecycle WHERE id = ?",
            (wanted,),
        ).fetchone()
        if row is None or row["kind"] not in DECIDING:
            return None
        return leads.decision_of(self._tx, row)

    def _once(self, connection: str, lead: Lead, events: frozenset[str], happened: Happened) -> list[dict[str, Any]]:
        """What the events of this cycle, and the one that ended the last, set off; each once, by its own key."""
        found: list[dict[str, Any]] = []
        for line in lead.placed:
            if line.event.kind not in events or line.origin != "leadloop" or line.cycle < lead.standing.cycle - 1:
                continue
            if not line.moved and line.event.kind == "mql":
                continue
            known = self._facts(lead, explain=True, is_mql=lead.standing.is_mql, line=line)
            found += [
                {
                    "effect": _key(connection, lead.dossier.leadloop_id, line, effect),
                    "kind": effect.kind,
                    "name": effect.name,
                    "fields": dict(effect.fields),
                    "on": effect.on,
                    "cycle": line.cycle,
                }
                for effect in happened(known, line.event.kind)
            ]
        return _newest_stage_only(found)

    def _has_new(self, effects: Sequence[Mapping[str, Any]]) -> bool:
        keys = [str(effect["effect"]) for effect in effects]
        return bool(keys) and len(outbox.known_effects(self._tx, keys)) < len(set(keys))

    def _keep(
        self, connection: str, object_: str, lead: Lead, want: Mapping[str, Any],
        effects: Sequence[Mapping[str, Any]], *, due: bool, limited: bool, may_create: bool = True,
    ) -> None:  # fmt: skip
        standing = lead.standing
        fresh = standing.is_mql and (standing.fast or standing.pushed_at is None)
        desired.wish(
            self._tx,
            Wish(
                connection, lead.dossier.person, object_, want, effects, lead.score.points_mp,
                due=due, fresh=fresh, limited=limited, may_create=may_create,
            ),
            self._now,
        )  # fmt: skip


STEP_MP = 5_000
"""Marketing automation is told of points that moved by five, as `push_when` is for CRMs where it is not said."""
DECIDING = frozenset({*FORWARD, "rejected", "recycled"})


def _shows_mql(crm: Crm, before: Desired) -> bool:
    return any(before.known.get(name) is True for name in crm.consent_and_flag)


def _is_worth_telling(source: Marketing, before: Desired | None, want: Mapping[str, Any], points_mp: int) -> bool:
    """Does marketing show something else than it should? Drift by decay alone waits for a step of points."""
    if before is None or before.have is None:
        return bool(want)
    changed = {name for name, value in want.items() if before.have.get(name) != value}
    moved_mp = abs(points_mp - (before.have_points_mp or 0))
    return bool(changed - source.drifting) or (bool(changed) and moved_mp >= STEP_MP)


def _mark(kind: str, name: str, on: bool, before: Desired | None) -> dict[str, Any]:
    """A mark as part of a wish. One that was never set needs no taking away."""
    key = f"{kind}{MARK}{name}"
    may_be_borne = before is not None and (bool((before.have or {}).get(key)) or key in before.marks_before)
    return {key: on} if on or may_be_borne else {}


def _is_off(name: str, value: Any) -> bool:
    """Is it a mark that is to be taken away?"""
    return value is False and name.startswith(f"tag{MARK}")


REPEATABLE: Final = frozenset({"stage", "tag", "list"})
"""What does no harm when it is done a second time: after a merge the survivor is brought there, too."""


def _key(connection: str, leadloop_id: str, line: Placed, effect: Any) -> str:
    """What an event sets off, once. Of a lead that was joined into this one it was set off under that lead's name."""
    event = line.event
    if event.lead and effect.kind not in REPEATABLE:
        once, _, _ = effect.once_key.rpartition(":")
        return f"{connection}:{event.lead}:{once}:{event.lead_cycle}"
    return f"{connection}:{leadloop_id}:{effect.once_key}"


def _newest_stage_only(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of several moves of the marketing stage only the newest is still true."""
    stages = [effect for effect in effects if effect["kind"] == "stage"]
    return [effect for effect in effects if effect["kind"] != "stage" or effect is stages[-1]]
