"""Which record is this person? Contact mechanisms tell the parties of an address, parties and keys their opportunities.

Three or four searches answer for a hundred persons. In a company that sells to companies, a party has opportunities of
several people: one that names another contact is not taken for this person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct, field

from adapters.tryton.api import Api, Domain
from adapters.tryton.names import KEY_NAME, MECHANISM, MECHANISMS, OPPORTUNITY, PARTY, Ref, folded, is_key
from connector.adapter import PersonKeys
from connector.model import Json

AT_ONCE: Final = 100
"""Persons of one round of searches."""
MAX_MERGES: Final = 10


class Directory(Struct):
    """The records that may stand for some persons."""

    key: str | None
    by_mechanism: dict[str, list[Json]] = field(default_factory=dict)
    """Contact mechanisms by folded address, or by leadloop_id."""
    opportunities: dict[str, Json] = field(default_factory=dict)
    parties: dict[str, Json] = field(default_factory=dict)

    def party_ids(self, person: PersonKeys, *, by_key: bool) -> list[str]:
        """The parties that carry our key, or an address of the person; living ones, newest last."""
        asked = [person.leadloop_id] if by_key else [folded(one) for one in person.emails]
        found = [str(row["party"]) for one in asked for row in self.by_mechanism.get(one, ())]
        return [one for one in dict.fromkeys(found) if one in self.parties]

    def contacts(self, person: PersonKeys) -> set[Any]:
        """The mechanisms of the person's addresses."""
        return {row["id"] for one in person.emails for row in self.by_mechanism.get(folded(one), ())}

    def of_party(self, party_id: str) -> Iterator[Ref]:
        """The opportunities of a party, newest first."""
        for id_ in sorted(self.opportunities, key=int, reverse=True):
            if str(self.opportunities[id_].get("party")) == party_id:
                yield OPPORTUNITY, id_

    def living(self, party_id: str) -> str | None:
        """Where a party is now: the one that replaced it, or None when it is deleted or put out of use."""
        for _ in range(MAX_MERGES):
            row = self.parties.get(party_id)
            if row is None or not row.get("replaced_by"):
                break
            party_id = str(row["replaced_by"])
        row = self.parties.get(party_id)
        return party_id if row is not None and row.get("active") else None

    def keys_on(self, party_id: str) -> list[str]:
        """The leadloop_ids that a party carries."""
        return [str(one["value"]) for one in key_mechanisms(self.parties.get(party_id))]


class Finder:
    """Searches one account. `match` is the mapping's order of keys."""

    def __init__(self, api: Api, key: str | None, match: Sequence[str]) -> None:
        self.api = api
        self.key = key
        self.match = match

    def directory(self, people: Sequence[PersonKeys]) -> Directory:
        """All records that may stand for these persons."""
        found = Directory(self.key)
        for start in range(0, len(people), AT_ONCE):
            self._read(found, people[start : start + AT_ONCE])
        return found

    def _read(self, found: Directory, people: Sequence[PersonKeys]) -> None:
        mechanisms = self._mechanisms(people)
        for row in mechanisms:
            found.by_mechanism.setdefault(folded(row["value"]), []).append(row)
        known = _known(people, PARTY)
        parties = {str(row["party"]) for row in mechanisms} | set(known)
        for row in self._opportunities(people, parties, mechanisms):
            found.opportunities[str(row["id"])] = row
            parties |= {str(row["party"])} if row.get("party") else set()
        self._read_parties(found, parties)

    def _mechanisms(self, people: Sequence[PersonKeys]) -> list[Json]:
        emails = {folded(one) for person in people for one in person.emails} if "email" in self.match else set()
        keys = [person.leadloop_id for person in people]
        # `ilike` takes `_` for any sign, so that it finds more than was asked: the rest is left out below.
        asked: Domain = [[["type", "=", "email"], ["value", "ilike", one]] for one in sorted(emails)]
        domain: Domain = ["OR", *asked, [["type", "=", "other"], ["value", "in", keys]]]
        rows = self.api.rows(MECHANISM, domain, ("type", "value", "party"))
        wanted = emails | {folded(one) for one in keys}
        return [row for row in rows if folded(row["value"]) in wanted]

    def _opportunities(
        self, people: Sequence[PersonKeys], parties: set[str], mechanisms: Sequence[Json]
    ) -> list[Json]:  # fmt: skip
        contacts = [row["id"] for row in mechanisms]
        domain: Domain = ["OR", ["id", "in", [int(one) for one in _known(people, OPPORTUNITY)]]]
        domain += [["party", "in", sorted(int(one) for one in parties)], ["contact", "in", contacts]]
        if self.key:
            domain.append([self.key, "in", [person.leadloop_id for person in people]])
        return self.api.rows(OPPORTUNITY, domain, ("state", "party", "contact", *filter(None, [self.key])))

    def _read_parties(self, found: Directory, ids: set[str]) -> None:
        wanted = ids - found.parties.keys()
        for _ in range(MAX_MERGES):
            if not wanted:
                return
            # Parties that were merged away are inactive, and a plain search hides those.
            domain = [["id", "in", sorted(int(one) for one in wanted)], ["active", "in", [True, False]]]
            rows = self.api.rows(PARTY, domain, ("active", "replaced_by", *MECHANISMS))
            found.parties |= {str(row["id"]): row for row in rows}
            wanted = {str(row["replaced_by"]) for row in rows if row.get("replaced_by")} - found.parties.keys()


def key_mechanisms(party: Json | None) -> list[Json]:
    """The contact mechanisms of a party that hold a leadloop_id and our lines."""
    rows = (party or {}).get("contact_mechanisms.") or ()
    return [row for row in rows if row.get("name") == KEY_NAME and is_key(row.get("value"))]


def _known(people: Sequence[PersonKeys], object_name: str) -> list[str]:
    """The ids of an object that were known before; one that is no number was never Tryton's."""
    return [id_ for person in people for kind, id_ in person.records if kind == object_name and id_.isdigit()]
