"""One account as one connection uses it: its API, its names and ids, and what this process looked up and made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from adapters.rdstation.sales.api import Api
from adapters.rdstation.sales.columns import Column
from adapters.rdstation.sales.directory import Directory
from adapters.rdstation.sales.resolving import Resolver
from adapters.rdstation.sales.rows import Contact, Deal
from adapters.rdstation.sales.schema import Schema
from adapters.rdstation.sales.views import View
from connector.adapter import Options, PersonKeys, Resolution

CONTACT_HOLDS: Final = timedelta(hours=1)
"""How long a contact is believed when all that is asked is whose deal it is."""
LOOK_HOLDS: Final = timedelta(minutes=10)
"""How long a look-up may be old when a deal is made on its word."""


class Memory(Struct):
    """What this process looked up and made: searches may not show it yet. By leadloop_id where nothing else is said."""

    looks: dict[str, datetime] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    known: dict[str, tuple[datetime, Contact | None]] = field(default_factory=dict)
    """Contacts of deals that were told, by their own ids, and when they were read."""


class Account:
    """What the parts of the adapter share."""

    def __init__(self, api: Api, options: Options) -> None:
        self.api = api
        self.options = options
        self.schema = Schema(api.with_reserve(True))  # without names no fresh MQL can be written
        self.view = View(self.schema, options.key)
        self.directory = Directory(self.view)
        self.memory = Memory()

    @property
    def pipeline(self) -> str | None:
        """The pipeline that new deals go to, by name or id; None: the account's first."""
        told = self.options.values.get("pipeline")
        return str(told) if told else None

    def key_column(self) -> Column | None:
        """The field that holds our key."""
        return self.schema.find(self.options.key) if self.options.key else None

    def resolve(self, people: Sequence[PersonKeys], api: Api | None = None) -> list[Resolution]:
        """Who is where? Remembers that these were looked for, and the contacts that were found."""
        resolver = self._resolver(api or self.api)
        answers = []
        for person in people:
            answer, contact = resolver.resolve(person)
            self.memory.looks[person.leadloop_id] = self.api.client.now()
            self.memory.contacts.pop(person.leadloop_id, None)
            if contact is not None:
                self.memory.contacts[person.leadloop_id] = contact
            answers.append(answer)
        return answers

    def made_under(self, leadloop_id: str) -> str | None:
        """The deal that carries a key, looked for by nothing else: what nobody hangs on is found, too."""
        answer, _ = self._resolver(self.api).resolve(PersonKeys(leadloop_id))
        return answer.found[0].id if answer.found else None

    def looked_lately(self, leadloop_id: str) -> bool:
        """Was this person looked for so lately that a deal may be made on its word?"""
        at = self.memory.looks.get(leadloop_id)
        return at is not None and self.api.client.now() - at < LOOK_HOLDS

    def _resolver(self, api: Api) -> Resolver:
        return Resolver(api, self.view, self.key_column(), self.directory, self.options.match)

    def contacts_of(self, deal: Deal) -> list[Contact]:
        """Whose deal is it? As the answer says, else as it was within the last hour.

        Our own scores come back as changed deals, and version 2 asks for each contact by itself.
        """
        if deal.contacts is not None or deal.contact_ids is None:
            return list(self.api.contacts_of(deal))
        found = (self._contact(one) for one in deal.contact_ids)
        return [contact for contact in found if contact is not None]

    def _contact(self, contact_id: str) -> Contact | None:
        now = self.api.client.now()
        at, contact = self.memory.known.get(contact_id, (None, None))
        if at is None or now - at > CONTACT_HOLDS:
            whole = self.api.contact(contact_id)
            contact = replace(whole, raw={}) if whole is not None else None
            self.memory.known[contact_id] = now, contact
        return contact
