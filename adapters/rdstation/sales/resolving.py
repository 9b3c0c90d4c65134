"""Which deal is this person's? The one that we know or that carries our key; else any open deal of their contact.

Who has an address is looked for by it, and of the contacts found the deals are read. Deals are looked through for our
key only where there is no address to look for: that is a walk in version 1. Won and lost deals of other times are left
alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from adapters.rdstation.sales.api import Api
from adapters.rdstation.sales.columns import DEAL, Column
from adapters.rdstation.sales.directory import Directory
from adapters.rdstation.sales.rows import Contact, Deal
from adapters.rdstation.sales.views import View
from connector.adapter import Found, PersonKeys, Resolution

By = Literal["id", "key", "email"]


@dataclass(slots=True)
class Resolver:
    """Resolves persons one by one; what one walk brought serves all of them. `match` is the mapping's order of keys."""

    api: Api
    view: View
    key: Column | None
    directory: Directory
    match: Sequence[str]
    _is_fresh: bool = field(default=False, init=False)

    def resolve(self, person: PersonKeys) -> tuple[Resolution, Contact | None]:
        """The person's deals, best first, and the contact that a new deal would hang on."""
        known = [str(id_) for kind, id_ in person.records if kind == DEAL]
        there = {id_: deal for id_ in known if (deal := self.api.deal(id_)) is not None}
        contacts = self._contacts(person)
        found: dict[str, Found] = {}
        for deal, by in self._candidates(person, there, contacts):
            key = self.view.key_of(deal)
            by = "key" if by == "email" and key == person.leadloop_id else by
            found.setdefault(deal.id, Found(DEAL, deal.id, by=by, key=key))
        gone = [(DEAL, id_) for id_ in known if id_ not in there]
        return Resolution(person.leadloop_id, list(found.values()), gone), contacts[0] if contacts else None

    def _contacts(self, person: PersonKeys) -> list[Contact]:
        if "email" not in self.match:
            return []
        found = (contact for email in person.emails for contact in self.api.contacts_with(email.strip().lower()))
        return list({contact.id: contact for contact in found}.values())

    def _candidates(
        self, person: PersonKeys, known: dict[str, Deal], contacts: Sequence[Contact]
    ) -> Iterator[tuple[Deal, By]]:
        yield from ((deal, "id") for deal in known.values())
        for word in self.match:
            if word == "leadloop_id" and not contacts and not known and not self._has_address(person):
                yield from ((deal, "key") for deal in self._with_key(person.leadloop_id))
            elif word == "email":
                for contact in contacts:
                    deal = self._of_contact(contact, person, known)
                    if deal is not None:
                        yield deal, "email"

    def _has_address(self, person: PersonKeys) -> bool:
        return "email" in self.match and bool(person.emails)

    def _with_key(self, key: str) -> list[Deal]:
        if self.key is None:
            return []
        found = self.api.deals_with_key(self.key.code, key)
        if found is None:
            self._walk()
            found = [deal for id_ in self.directory.with_key(key) if (deal := self.api.deal(id_)) is not None]
        return [deal for deal in found if self.view.key_of(deal) == key]

    def _of_contact(self, contact: Contact, person: PersonKeys, known: dict[str, Deal]) -> Deal | None:
        """The one deal of a contact that stands for this person: known, else ours, else the newest open one."""
        if contact.deals is None:
            self._walk()
        ids = self.directory.of_contact(contact.id) if contact.deals is None else contact.deals
        own = next((known[id_] for id_ in ids if id_ in known), None)
        if own is not None:
            return own
        deals = [deal for id_ in ids if (deal := self.api.deal(id_)) is not None]
        deals.sort(key=lambda deal: deal.created_at, reverse=True)
        ours = (deal for deal in deals if self.view.key_of(deal) == person.leadloop_id)
        return next(ours, None) or next((deal for deal in deals if deal.is_open), None)

    def _walk(self) -> None:
        if not self._is_fresh:
            self.directory.refresh(self.api)
            self._is_fresh = True
