"""Two persons are one: what each knows is united, and a CRM that has a record of either is asked to merge them."""

from __future__ import annotations

from datetime import datetime

from connector.errors import RecordError
from connector.state import corrections, desired, people, reading
from connector.state.store import Tx


def join(tx: Tx, loser: int, winner: int, at: datetime, run: str | None = None) -> None:
    """Everything of the loser becomes the winner's; of two records in a CRM the winner's is written from now on."""
    pairs = desired.two_records(tx, loser, winner)
    for connection, *_ in pairs:
        corrections.nothing_contested(tx, connection, loser)
    people.join(tx, loser, winner)
    for connection, object_, record_id, other, other_id in pairs:
        error = RecordError(
            f"{object_} {record_id} is written; the same person also has {other} {other_id}",
            code="crm_duplicate",
            hint="merge them in the CRM; this closes then",
        )
        reading.add_reject(tx, connection, "crm_duplicate", people.leadloop_id_of(tx, winner), error, at, run=run)
