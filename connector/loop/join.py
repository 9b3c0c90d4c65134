"""Two persons are one: what each knows is united, and a CRM that has a record of either is asked to merge them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connector.errors import RecordError
from connector.lifecycle import fold
from connector.state import corrections, desired, leads, people, reading
from connector.state.store import Tx

CLASH: Final = "identity_clash"
"""Code of the reject of a contact whose id and address name two persons."""
DUPLICATE: Final = "crm_duplicate"
"""Stream and code of the reject that tells a person of several records of one lead."""


def join(tx: Tx, loser: int, winner: int, at: datetime, run: str | None = None) -> None:
    """Everything of the loser becomes the winner's; of two records in a CRM the winner's is written from now on.

    The CRM that has the lead which came furthest keeps it.
    """
    crm = leads.crm_of_the_furthest(tx, [winner, loser])
    pairs = desired.two_records(tx, loser, winner)
    for connection, *_ in pairs:
        corrections.nothing_contested(tx, connection, loser)
    people.join(tx, loser, winner, at)
    if crm is not None:
        [dossier] = leads.dossiers(tx, [winner])
        leads.fix_crm(tx, winner, crm, fold(dossier.events, dossier.created_at)[0])
    reading.hand_over_rejects(
        tx, people.leadloop_id_of(tx, loser), people.leadloop_id_of(tx, winner), (DUPLICATE, corrections.CONTESTED)
    )
    for connection, object_, record_id, other, other_id in pairs:
        report_second(tx, connection, winner, (object_, record_id), [(other, other_id)], at, run)
    _read_clashes_again(tx, winner)


def _read_clashes_again(tx: Tx, person: int) -> None:
    """A contact that was parked since its address was the other's belongs to this one person now."""
    for system, key, _ in people.identities_of(tx, person):
        if reading.is_parked(tx, system, "contacts", key, CLASH):
            reading.want_read_again(tx, system, key)


def report_second(
    tx: Tx,
    connection: str,
    person: int,
    written: tuple[str, str],
    others: Sequence[tuple[str, str]],
    at: datetime,
    run: str | None,
) -> None:
    """Tell a person that a lead has other records beside the one that is written: each as (object, id)."""
    object_, record_id = written
    ids = ", ".join(f"{other} {other_id}" for other, other_id in others)
    error = RecordError(
        f"{object_} {record_id} is written; the same person also has {ids}",
        code=DUPLICATE,
        hint="merge them in the CRM; this closes then",
    )
    reading.add_reject(tx, connection, DUPLICATE, people.leadloop_id_of(tx, person), error, at, run=run)


def written_for_another(tx: Tx, connection: str, person: int, record: tuple[str, str]) -> RecordError | None:
    """Why a record (object, id) is not written for this lead: it is for another one.

    A record may bear several addresses, and so be found for two leads before the key of either stands in it.
    """
    object_, id_ = record
    other = people.person_by(tx, people.crm_system(connection, object_), id_)
    if other is None or other == person or desired.linked_record(tx, connection, other) != record:
        return None
    name, of_other = people.leadloop_id_of(tx, person), people.leadloop_id_of(tx, other)
    return RecordError(
        f"the record {object_} {id_} is written for the lead {of_other}",
        code="crm_record_taken",
        hint=f"are they one person? 'leadloop identity join {of_other} {name}'; otherwise take one's address off the"
        " other's record in the CRM, then 'leadloop rejects replay'",
    )
