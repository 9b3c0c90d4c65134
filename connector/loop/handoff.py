"""The hand-over of an MQL to sales: the moment from which decisions count, and the receipt of that moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.lifecycle import Event, fold
from connector.loop.context import Loop
from connector.loop.score import examine, stage_after
from connector.state import leads
from connector.state.store import Tx


def hand_off(tx: Tx, loop: Loop, connection: str, persons: Sequence[int], at: datetime) -> None:
    """The first confirmed push of a cycle of these leads: freeze the receipt, and let decisions count from here on.

    It is dated by the CRM's clock (`at`), to the second as CRMs date their history, since decisions are compared with
    it.
    """
    model, now = loop.model.version, loop.world.now()
    for dossier in leads.dossiers(tx, persons):
        lead = examine(loop, dossier, now, loop.order, explain=True)
        if lead.standing.mql_at is None or lead.standing.pushed_at is not None:
            continue
        receipt = leads.freeze(tx, dossier.person, lead.score, model, "handoff", now)
        pushed = Event("pushed", at.replace(microsecond=0), now, track=lead.standing.track)
        dossier.events.append(pushed)
        _, placed = fold(dossier.events, dossier.created_at)
        [line] = [line for line in placed if line.event is pushed]
        leads.add_event(
            tx, dossier.person, line, stage_after(line), connection=connection, receipt_id=receipt, model=model
        )
        leads.was_pushed(tx, dossier.person, pushed.at)
