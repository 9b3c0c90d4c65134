"""Further addresses that marketing has for a contact: acts under them are the same person's.

Platforms that name acts by address go on telling those of a contact that was merged away under its old one. Such an
address finds acts; a record in a CRM is found by a person's own addresses alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from connector.loop.context import Loop, Marketing
from connector.loop.join import join
from connector.model import Contact, Json
from connector.state import contacts as store_contacts
from connector.state import people
from connector.state.erasure import erased_among
from connector.state.store import Tx

_BETWEEN: Final = re.compile(r"[;,\s]+")


def save_further_addresses(
    tx: Tx,
    loop: Loop,
    source: Marketing,
    read: Sequence[tuple[Contact, Json]],
    persons: Mapping[str, int],
    at: datetime,
) -> None:
    """Keep the further addresses of these contacts (`persons`: whose each is, by contact id).

    Who was known by acts under such an address alone is this person. An address that a contact of somebody else has as
    well stays theirs: marketing tells of a merge by itself.
    """
    for contact, raw in read:
        for key in _keys(loop, raw.get(source.spec.contact_further_emails or "")):
            person = people.who_is(tx, persons[contact.id])[0]
            other = people.person_by(tx, people.EMAIL, key)
            if other == person or erased_among(tx, [(people.EMAIL, key)]):
                continue
            if other is not None:
                if store_contacts.has_any(tx, other):
                    continue
                join(tx, other, person, at, loop.run)
            people.add_identities(tx, [(people.EMAIL, key, person, "alias")], at)


def _keys(loop: Loop, told: object) -> list[str]:
    """Addresses of a list, or of one text with something between them; shared mailboxes are nobody's."""
    texts = told if isinstance(told, list) else _BETWEEN.split(told) if isinstance(told, str) else []
    return [key for text in texts if (key := loop.emails.joining_key(text)) is not None]
