"""What the weeks came to, from the store: the reports, one lead explained, and the totals."""

from __future__ import annotations

from connector.cli.demo.weeks import Totals
from connector.insight import explain, funnel, reasons, sources
from connector.loop.context import Loop
from connector.loop.score import examine, has_new_evidence
from connector.model import Json
from connector.state import people
from connector.state.leads import dossiers


def found(loop: Loop, totals: Totals) -> Json:
    """`{funnel, reasons, sources, lead, totals, files}`."""
    db = loop.store.read()
    return {
        "funnel": funnel(db),
        "reasons": reasons(db),
        "sources": sources(db),
        "lead": explained(loop, most_telling(loop)),
        "totals": totals.as_json(),
        "files": {"configuration": str(loop.config.path), "state": str(loop.config.state)},
    }


def most_telling(loop: Loop) -> int:
    """The lead whose life shows most: given back once and an MQL again, and of those the one that came furthest."""
    row = loop.store.read().execute(
        "SELECT l.person_id FROM lifecycle AS l JOIN leads AS s ON s.person_id = l.person_id"
        " WHERE l.kind = 'mql' AND l.implied = 0 AND l.origin = 'leadloop'"
        " ORDER BY l.cycle DESC, instr('lead mql accepted lost qualified won', s.stage) DESC, l.at, l.person_id LIMIT 1"
    )
    return int(row.fetchone()[0])


def explained(loop: Loop, person: int) -> Json:
    """One lead as `leadloop explain` tells it now."""
    db, now = loop.store.read(), loop.world.now()
    [dossier] = dossiers(db, [person])
    lead = examine(loop, dossier, now, loop.order, explain=True)
    document = explain(db, person, lead, loop.model, now, has_new_evidence=has_new_evidence(loop, lead))
    return document | {"email": people.emails_of(db, person)[0][0]}
