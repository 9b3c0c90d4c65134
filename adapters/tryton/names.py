"""Tryton's own names for what the adapter reads and writes, and the states of an opportunity."""

from __future__ import annotations

from typing import Final

OPPORTUNITY: Final = "sale.opportunity"
PARTY: Final = "party.party"
MECHANISM: Final = "party.contact_mechanism"
CATEGORY: Final = "party.category"
NOTE: Final = "ir.note"
OBJECTS: Final = (OPPORTUNITY, PARTY)

OPEN_STATES: Final = frozenset({"lead", "opportunity"})
"""In all others the server itself refuses changes of comment and description: the person goes on as the party."""

KEY_MARK: Final = "ll-"
"""How every leadloop_id begins: any other reference is sales' own."""
KEY_NAME: Final = "leadloop"
"""The name of the contact mechanism that holds our key and lines on a party."""
MECHANISMS: Final = tuple(f"contact_mechanisms.{name}" for name in ("type", "name", "value", "comment"))

Ref = tuple[str, str]
"""A record: its object and its id."""


def is_key(text: object) -> bool:
    """Is this a leadloop_id?"""
    return isinstance(text, str) and text.startswith(KEY_MARK)


def folded(text: object) -> str:
    """An address or name as it is compared."""
    return str(text or "").strip().casefold()
