"""How contacts look in answers, and how an edit is taken."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from connector.model import Json
from connector.testing.simulators.mautic import wording
from connector.testing.simulators.mautic.installation import TEXT_LENGTH, Installation, SimContact


def contact_record(installation: Installation, contact: SimContact, *, zoned: bool) -> Json:
    """A contact as lists and single answers show it."""
    values = {alias: contact.values.get(alias) for alias in installation.fields}
    core = {alias: {**field, "value": values[alias]} for alias, field in installation.fields.items()}
    return {
        "id": contact.id, "isPublished": True, "points": 0, "color": None, "createdBy": 1, "owner": None,
        "dateAdded": _told(contact.added_at, zoned=zoned),
        "dateModified": _told(contact.modified_at, zoned=zoned),
        "dateIdentified": _told(contact.identified_at, zoned=zoned),
        "lastActive": None,
        "fields": {"core": core, "social": [], "personal": [], "professional": [], "all": {"id": contact.id, **values}},
        "tags": [{"tag": tag} for tag in contact.tags],
        "stage": contact.stage,
        "doNotContact": list(contact.dnc),
        "utmtags": [], "ipAddresses": [], "frequencyRules": [],
    }  # fmt: skip


def edit(installation: Installation, contact: SimContact, body: Json) -> Json | None:
    """Apply an edit; the error of a value that is not taken, and then nothing is applied."""
    known = {name: value for name, value in body.items() if name in installation.fields}
    for name, value in known.items():
        if installation.fields[name]["type"] == "text" and len(str(value)) > TEXT_LENGTH:
            return wording.invalid(name, f"This value is too long. It should have {TEXT_LENGTH} characters or less.")
    kept = {name: value for name, value in known.items() if not _is_dropped(installation, name, value)}
    contact.values |= kept
    for tag in body.get("tags", []):
        _tag(contact, str(tag))
    installation.touched(contact)
    return None


def _is_dropped(installation: Installation, name: str, value: Any) -> bool:
    """Blank values are skipped, and so is whatever PHP reads as a number whose whole part is 0, in any field."""
    if value in ("", None):
        return True
    if installation.fields[name]["type"] == "boolean":
        return value in (False, 0, "0", "false")
    return re.fullmatch(r"\s*[-+]?0*(\.\d*)?\s*", str(value)) is not None


def _tag(contact: SimContact, tag: str) -> None:
    if tag.startswith("-"):
        contact.tags = [one for one in contact.tags if one != tag[1:]]
    elif tag not in contact.tags:
        contact.tags.append(tag)


def _told(at: datetime | None, *, zoned: bool) -> str | None:
    if at is None:
        return None
    whole = at.astimezone(UTC).replace(microsecond=0)
    return whole.isoformat() if zoned else whole.strftime("%Y-%m-%d %H:%M:%S")
