"""Who changed a record when, from the notes that EspoCRM keeps in its stream of audited fields.

A stream costs a call for each record. So it is read only where somebody else than leadloop changed the record last, no
longer ago than two days, and no further back than the window that is being read. Older changes are dated by the
record's own times, or by the look that sees them.
Source: espocrm/espocrm, application/Espo/Tools/Stream/Service.php: version 9 tells a new status in a note of type
Update, older ones in one of type Status; none tells the status before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.espocrm.account import Account
from adapters.espocrm.api import moment
from adapters.espocrm.columns import DERIVED, STAGE
from adapters.espocrm.directory import CONTACT_OF, CONVERTED, STATUS
from adapters.espocrm.spec import LEAD, OPPORTUNITY
from adapters.espocrm.values import decoded
from adapters.espocrm.views import of_stage
from connector.errors import AuthError
from connector.model import FieldChange, Json

RECENT: Final = timedelta(days=2)
STATUS_OF: Final[Mapping[str, str]] = {LEAD: STATUS, OPPORTUNITY: STAGE}
"""The field of each entity type that EspoCRM treats as its status."""
OWNER: Final = "assignedUserId"
MADE: Final = ("createdAccountId", CONTACT_OF, "createdOpportunityId", "convertedAt")
"""What a conversion fills in on the lead."""

Told = tuple[str, Any, Any]
"""An attribute, its value before (None: nobody says), its value after."""


def is_worth_asking(account: Account, row: Json, since: datetime) -> bool:
    """Did a person, or an automation, change this record within what is being read?"""
    if moment(row["modifiedAt"]) < max(since, account.api.client.now() - RECENT):
        return False
    return row["modifiedAt"] != row.get("createdAt") and row.get("modifiedById") != account.me


def of_record(
    account: Account, entity: str, row: Json, names: Sequence[str], since: datetime
) -> list[FieldChange] | None:
    """The changes of these fields since then, oldest first; None where our role may not read streams."""
    try:
        notes = account.api.stream(entity, str(row["id"]))
    except AuthError:
        return None
    notes.sort(key=lambda note: (str(note.get("createdAt")), int(note.get("number") or 0)))
    last: dict[str, Any] = {}
    found: list[FieldChange] = []
    for note in notes:
        for name, old, new in _with_links(entity, row, _told(entity, note)):
            old = last.get(name) if old is None else old
            last[name] = new
            if note.get("type") != "Create":
                found += _changes(account, entity, names, FieldChange(_at(note), name, old, new, _by(note)))
    return [change for change in found if change.at >= since]


def _told(entity: str, note: Json) -> Iterator[Told]:
    """What a note tells."""
    kind, data = note.get("type"), note.get("data")
    if not isinstance(data, dict):
        return
    status = str(data.get("field") or STATUS_OF.get(entity) or "")
    if kind == "Create" and data.get("statusValue"):
        yield str(data.get("statusField") or status), None, data["statusValue"]
    elif kind in ("Status", "Update") and data.get("value"):
        yield status, None, data["value"]
    if kind in ("Create", "Assign") and data.get(OWNER):
        yield OWNER, None, data[OWNER]
    attributes = data.get("attributes")
    if kind == "Update" and isinstance(attributes, dict):
        was, became = _object(attributes.get("was")), _object(attributes.get("became"))
        yield from ((name, was.get(name), new) for name, new in became.items())


def _with_links(entity: str, row: Json, told: Iterable[Told]) -> Iterator[Told]:
    """A conversion fills in what it made with the very save that sets the status; no note tells of these."""
    for one in told:
        if (entity, one[0], one[2]) == (LEAD, STATUS, CONVERTED):
            yield from ((name, None, row[name]) for name in MADE if row.get(name))
        yield one


def _changes(account: Account, entity: str, names: Sequence[str], told: FieldChange) -> Iterator[FieldChange]:
    column = account.schema.find(entity, told.field)
    old, new = decoded(column, told.old), decoded(column, told.new)
    if old == new:
        return
    if told.field in names:
        yield FieldChange(told.at, told.field, old, new, told.by)
    if entity == OPPORTUNITY and told.field == STAGE:
        for name in DERIVED:
            was, now = of_stage(account, name, old), of_stage(account, name, new)
            if name in names and was != now:
                yield FieldChange(told.at, name, was, now, told.by)


def _object(told: Any) -> Json:
    """An object of names and values; PHP tells an empty one as a list."""
    return told if isinstance(told, dict) else {}


def _at(note: Json) -> datetime:
    return moment(note.get("createdAt"))


def _by(note: Json) -> str | None:
    author = note.get("createdById")
    return str(author) if author else None
