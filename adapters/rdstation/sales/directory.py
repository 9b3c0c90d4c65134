"""All deals that were ever told, by the key that they carry and by their contacts.

Neither version finds everything by a filter: version 1 knows none for custom fields, version 2 none for contacts. So
where it is needed the deals are walked once, and from then on only what changed is read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from adapters.rdstation.sales.api import Api
from adapters.rdstation.sales.rows import Deal
from adapters.rdstation.sales.scanning import BEGINNING
from adapters.rdstation.sales.views import View

OVERLAP: Final = timedelta(minutes=5)
"""How far a walk reaches back into the one before, for what shows late."""


class Directory:
    """What one process has walked. It holds ids and keys alone."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._mark: datetime = BEGINNING
        self._by_key: dict[str, set[str]] = {}
        self._by_contact: dict[str, set[str]] = {}
        self._terms: dict[str, tuple[str | None, tuple[str, ...]]] = {}

    def refresh(self, api: Api) -> None:
        """Read what changed since the last time; at first everything."""
        begun = api.client.now()
        for step in api.changed(self._mark):
            for deal in step.deals:
                self._add(deal)
        self._mark = max(self._mark, begun - OVERLAP)

    def with_key(self, key: str) -> list[str]:
        """The ids of deals that carry a key."""
        return sorted(self._by_key.get(key, ()))

    def of_contact(self, contact_id: str) -> list[str]:
        """The ids of a contact's deals."""
        return sorted(self._by_contact.get(contact_id, ()))

    def _add(self, deal: Deal) -> None:
        old_key, old_contacts = self._terms.get(deal.id, (None, ()))
        if old_key:
            self._by_key[old_key].discard(deal.id)
        for one in old_contacts:
            self._by_contact[one].discard(deal.id)
        key, contacts = self._view.key_of(deal), deal.contact_ids or ()
        self._terms[deal.id] = key, contacts
        if key:
            self._by_key.setdefault(key, set()).add(deal.id)
        for one in contacts:
            self._by_contact.setdefault(one, set()).add(deal.id)
