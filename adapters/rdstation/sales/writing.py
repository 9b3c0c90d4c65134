"""Making and changing deals: one request each, since RD Station CRM takes no batches and knows no upsert.

A deal hangs on a contact: one that is found, else one that is made first. Automations of the account run on our writes
and cannot be muted; so only what changes is written. The stage, the owner and what became of a deal are sales' alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from adapters.rdstation.sales import outcomes
from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.api import Api, Stage
from adapters.rdstation.sales.columns import DEAL, OF_CONTACT, Column
from adapters.rdstation.sales.errors import is_taken_name
from adapters.rdstation.sales.rows import Contact
from adapters.rdstation.sales.values import UnfitError, encoded
from connector.adapter import Found, PersonKeys
from connector.errors import ConfigError, RemoteRefusal
from connector.model import LeadWrite, Outcome

FRESH_S: Final = 60
"""How old the names of fields must be to be asked for again when one is missing."""
NO_NAME: Final = "(not given)"


class Parts(Struct):
    """A write's fields as the API takes them: the deal's own, its custom ones by code, and its contact's."""

    own: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    of_contact: dict[str, Any] = field(default_factory=dict)


class Writer:
    """Writes deals of one account."""

    def __init__(self, account: Account, api: Api) -> None:
        self.account = account
        self.api = api

    def create(self, write: LeadWrite) -> Outcome:
        """Make the deal of a person who has none.

        One that carries our key is changed instead, as an upsert would; any other is a conflict that names it.
        """
        parts = self.parts(write)
        there = self._there(write)
        if there is not None and there.key == write.key:
            return self.change(replace(write, object=there.object, record_id=there.id))
        if there is not None:
            return outcomes.conflict(write, there.id)
        contact = self.account.memory.contacts.get(write.key) or self._make_contact(write, parts.of_contact)
        parts.own.setdefault("name", parts.of_contact.get("name") or NO_NAME)
        deal = self.api.make_deal(parts.own, parts.custom, self.first_stage(), contact)
        self.account.memory.made[write.key] = deal.id
        return outcomes.done(write, deal.id, created=True)

    def change(self, write: LeadWrite) -> Outcome:
        """Change a known deal; it carries our key from then on."""
        parts = self.parts(write)
        deal_id = str(write.record_id)
        if parts.own or parts.custom or not parts.of_contact:
            self.api.change_deal(deal_id, parts.own, parts.custom)
        if parts.of_contact:
            deal = self.api.deal(deal_id)
            if deal is None:
                return outcomes.moved(write)
            for first in self.api.contacts_of(deal)[:1]:
                self._change_contact(first, parts.of_contact)
        return outcomes.done(write, deal_id)

    def parts(self, write: LeadWrite) -> Parts:
        """The write's fields sorted by where they go; our key among them.

        Raises UnfitError for a value that does not fit, a field that nobody has, or one that cannot be written.
        """
        parts = Parts()
        for name, value in write.fields.items():
            column = self._column(name)
            if column.custom:
                parts.custom[column.code] = encoded(column, value)
            elif column.name in OF_CONTACT:
                parts.of_contact[OF_CONTACT[column.name]] = encoded(column, value)
            else:
                parts.own[column.code] = encoded(column, value)
        key = self.account.key_column()
        if key is not None and write.key:
            parts.custom[key.code] = write.key
        return parts

    def first_stage(self) -> Stage:
        """Where new deals go. Raises ConfigError when the account has no such pipeline."""
        stage = self.account.schema.first_stage(self.account.pipeline)
        if stage is None:
            connection = self.account.options.connection
            raise ConfigError(
                f"connection '{connection}': there is no pipeline '{self.account.pipeline}'",
                hint=f"'pipeline' is a pipeline's name or id; 'leadloop discover {connection} --json' lists them",
            )
        return stage

    def _there(self, write: LeadWrite) -> Found | None:
        """The deal that the person has: made by us a moment ago, or found now, unless it was looked for lately."""
        made = self.account.memory.made.get(write.key)
        if made is not None:
            return Found(DEAL, made, by="key", key=write.key)
        if self.account.looked_lately(write.key):
            return None
        keys = PersonKeys(write.key, (), (write.email,) if write.email else ())
        (answer,) = self.account.resolve([keys], self.api)
        found = next((one for one in answer.found if one.key in (None, write.key)), None)
        ours = self.account.made_under(write.key) if found is None else None
        return Found(DEAL, ours, by="key", key=write.key) if ours else found

    def _column(self, name: str) -> Column:
        schema = self.account.schema
        column = schema.find(name)
        if column is None:
            schema.forget(older_than_s=FRESH_S)
            column = schema.find(name)
        if column is None:
            missing = Column(name, name, "")
            raise UnfitError(missing, "field_missing", f"RD Station CRM has no field '{name}' for deals")
        if not column.writable:
            raise UnfitError(column, "read_only", f"'{name}' is not ours to write")
        return column

    # Contacts.

    def _make_contact(self, write: LeadWrite, values: Mapping[str, Any]) -> Contact:
        """A contact for the person. Two may not have one name: then the address tells them apart."""
        given = {name: value for name, value in values.items() if value is not None}
        given.setdefault("email", write.email)
        body = {"name": NO_NAME, **{name: value for name, value in given.items() if value is not None}}
        try:
            made = self.api.make_contact(body)
        except RemoteRefusal as refusal:
            if not is_taken_name(refusal):
                raise
            made = self._of_taken_name(body, write)
        self.account.memory.contacts[write.key] = made
        return made

    def _of_taken_name(self, body: Mapping[str, Any], write: LeadWrite) -> Contact:
        """The name is another's, or this very person's, whom a search did not show before."""
        there = self.api.contacts_with(str(body["email"])) if body.get("email") else []
        if there:
            return there[0]
        return self.api.make_contact({**body, "name": f"{body['name']} ({body.get('email') or write.key})"})

    def _change_contact(self, contact: Contact, values: Mapping[str, Any]) -> None:
        whole = self.api.contact(contact.id) or contact  # what hangs on a deal may tell less of its addresses
        changed = {name: value for name, value in values.items() if value != getattr(whole, name)}
        if changed:
            self.api.change_contact(whole, changed)
