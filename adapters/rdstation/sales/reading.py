"""How deals stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.rdstation.sales import tasks
from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.columns import DEAL, OF_CONTACT
from adapters.rdstation.sales.rows import Contact, Deal
from adapters.rdstation.sales.values import settled
from connector.adapter import PersonKeys
from connector.model import LeadWrite, ReadBack


class Reader:
    """Reads deals of one account as they stand."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def read_back(self, writes: Sequence[LeadWrite]) -> list[ReadBack]:
        """One answer per write: a deal by its id, else by the key that it was to be made under."""
        return [self._read(write) for write in writes]

    def _read(self, write: LeadWrite) -> ReadBack:
        if write.kind != "record":
            return tasks.seen(self.account.api, write)
        deal_id = str(write.record_id) if write.record_id else self._made(write)
        deal = self.account.api.deal(deal_id) if deal_id else None
        if deal is None:
            return ReadBack(write.effect, present=False, object=DEAL)
        contact = self._contact(deal, write)
        fields = {name: self._value(deal, contact, name, sent) for name, sent in write.fields.items()}
        return ReadBack(write.effect, present=True, record_id=deal.id, object=DEAL, fields=fields)

    def _made(self, write: LeadWrite) -> str | None:
        """The deal that a write was to make; only one that carries our key proves it.

        Before an absence is believed all deals are looked through for the key: one may have lost its contact.
        """
        person = PersonKeys(write.key, (), (write.email,) if write.email else ())
        (answer,) = self.account.resolve([person])
        has_key = self.account.options.key is not None
        found = next((one.id for one in answer.found if not has_key or one.key == write.key), None)
        return found or (self.account.made_under(write.key) if has_key else None)

    def _contact(self, deal: Deal, write: LeadWrite) -> Contact | None:
        if not any(name in OF_CONTACT for name in write.fields):
            return None
        return next(iter(self.account.api.contacts_of(deal)), None)

    def _value(self, deal: Deal, contact: Contact | None, name: str, sent: Any) -> Any:
        """What stands there; in the words of the write where that is what the write would make of the field."""
        stands = self.account.view.value(deal, name, contact)
        column = self.account.schema.find(name)
        if column is None or sent is None:
            return stands
        return sent if settled(column, sent) == stands else stands
