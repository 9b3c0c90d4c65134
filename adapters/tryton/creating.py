"""Making leads: an opportunity on the person's party, and the party where there is none; two calls for a batch.

Tryton makes all records of a call or none, so a call that is refused is halved. A party that was made before its
opportunity was refused or lost stays, carries our key and is used by the next attempt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from adapters.tryton import outcomes
from adapters.tryton.account import Account
from adapters.tryton.api import Api
from adapters.tryton.finding import Directory, Finder
from adapters.tryton.names import OPPORTUNITY, PARTY, folded
from adapters.tryton.parts import Parts, comment_with, new_party
from adapters.tryton.resolving import Resolver
from connector.adapter import Found
from connector.adapter.existing import person_of, record_of
from connector.model import Json, LeadWrite, Outcome

NO_NAME = "(not given)"


class Creator:
    """Makes the leads of one batch. `parts` are the writes' fields by effect."""

    def __init__(self, account: Account, api: Api, parts: Mapping[str, Parts]) -> None:
        self.account = account
        self.api = api
        self.parts = parts
        self._parties: dict[str, int] = {}
        self._directory = Directory(account.options.key)

    def existing(self, writes: Sequence[LeadWrite]) -> dict[str, Found]:
        """Records that these persons have already, by effect: looked up each time, as Tryton knows no unique key."""
        if not writes:
            return {}
        options = self.account.options
        people = [person_of(write) for write in writes]
        self._directory = Finder(self.api, options.key, options.match).directory(people)
        resolver = Resolver(self._directory, options.match)
        found = {write.effect: record_of(resolver.resolve(person_of(write))) for write in writes}
        return {effect: one for effect, one in found.items() if one is not None}

    def send(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        """One call for the missing parties, one for the opportunities."""
        self._make_parties([write for write in writes if self._party_of(write) is None])
        ids = self.api.create(OPPORTUNITY, [self._opportunity(write) for write in writes], self.account.context)
        return [
            outcomes.done(write, (OPPORTUNITY, str(id_)), created=True)
            for write, id_ in zip(writes, ids, strict=True)
        ]  # fmt: skip

    def _make_parties(self, writes: Sequence[LeadWrite]) -> None:
        if not writes:
            return
        bodies = [self._party(write) for write in writes]
        ids = self.api.create(PARTY, bodies, self.account.context)
        self._parties |= {write.key: id_ for write, id_ in zip(writes, ids, strict=True)}

    def _party_of(self, write: LeadWrite) -> int | None:
        """The party that was made for the person a moment ago, or that carries the key or the address."""
        if write.key in self._parties:
            return self._parties[write.key]
        person = person_of(write)
        by_key = self._directory.party_ids(person, by_key=True)
        by_email = self._directory.party_ids(person, by_key=False) if "email" in self.account.options.match else []
        living = [place for one in (*by_key, *by_email) if (place := self._directory.living(one)) is not None]
        return int(living[0]) if living else None

    def _party(self, write: LeadWrite) -> Json:
        body = new_party(write, self.parts[write.effect])
        return {**body, "name": body.get("name") or NO_NAME}

    def _opportunity(self, write: LeadWrite) -> Json:
        parts = self.parts[write.effect]
        party = self._party_of(write)
        body = {**parts.own, "party": party}
        if self.account.options.key:
            body[self.account.options.key] = write.key
        if (text := comment_with(None, parts)) is not None:
            body["comment"] = text
        if party not in self._parties.values() and (contact := self._contact(write, party)) is not None:
            body["contact"] = contact
        return body

    def _contact(self, write: LeadWrite, party: int | None) -> int | None:
        """The mechanism of the address on a party that sales made: it may be a company with many people."""
        rows = self._directory.by_mechanism.get(folded(write.email), ())
        return next((int(row["id"]) for row in rows if row["party"] == party), None)


def without_repeats(writes: Sequence[LeadWrite]) -> tuple[list[LeadWrite], list[LeadWrite]]:
    """Creations, the first of each key, and those that ask for the same person again."""
    first: dict[str, LeadWrite] = {}
    again: list[LeadWrite] = []
    for write in writes:
        if write.key in first:
            again.append(write)
        else:
            first[write.key] = write
    return list(first.values()), again


def as_change(write: LeadWrite, found: Found) -> LeadWrite:
    """The creation of a record that is there already, as an upsert would take it."""
    return replace(write, object=found.object, record_id=found.id)
