"""From what was found to one answer a person: the record to write, best first.

Of each party that is one: the opportunity that we know or that carries our key, else any that is open. What was closed
(converted, won, lost, cancelled) refuses our lines: then the party itself stands for the person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from adapters.tryton.finding import Directory
from adapters.tryton.names import OPEN_STATES, OPPORTUNITY, PARTY, Ref, is_key
from connector.adapter import Found, PersonKeys, Resolution

By = Literal["id", "key", "email"]


class Resolver(Struct, frozen=True):
    """Resolves against one directory. `match` is the mapping's order of keys."""

    directory: Directory
    match: Sequence[str]

    def resolve(self, person: PersonKeys) -> Resolution:
        """Where this person is now."""
        known = [ref for ref in person.records if ref[0] in (OPPORTUNITY, PARTY)]
        found: dict[Ref, Found] = {}
        served: set[str] = set()
        for place, by in self._places(person, known):
            if place not in served and (one := self._target(person, place, by, known)) is not None:
                found.setdefault((one.object, one.id), one)
                served.add(place)
        gone = [ref for ref in known if self._is_gone(ref)]
        return Resolution(person.leadloop_id, list(found.values()), gone)

    def _places(self, person: PersonKeys, known: Sequence[Ref]) -> Iterator[tuple[str, By]]:
        """The places where the person may be: a party's id, or `-` and the id of an opportunity without a party."""
        directory = self.directory
        for ref in known:
            if (place := self._place(ref)) is not None:
                yield place, "id"
        for word in self.match:
            if word == "leadloop_id":
                for id_ in sorted(directory.opportunities, key=int, reverse=True):
                    if self._key_on((OPPORTUNITY, id_)) == person.leadloop_id:
                        yield str(self._place((OPPORTUNITY, id_))), "key"
                yield from ((one, "key") for one in directory.party_ids(person, by_key=True))
            elif word == "email":
                yield from ((one, "email") for one in directory.party_ids(person, by_key=False))

    def _place(self, ref: Ref) -> str | None:
        if ref[0] == PARTY:
            return self.directory.living(ref[1])
        row = self.directory.opportunities.get(ref[1])
        if row is None:
            return None
        return str(row["party"]) if row.get("party") else f"-{ref[1]}"

    def _target(self, person: PersonKeys, place: str, by: By, known: Sequence[Ref]) -> Found | None:
        """The record of one place that is to be written; None when there is none yet."""
        refs = [(OPPORTUNITY, place[1:])] if place.startswith("-") else list(self.directory.of_party(place))
        mine = [ref for ref in refs if self._is_mine(person, ref, known)]
        ours = [ref for ref in known if ref in mine]
        ours += [ref for ref in mine if ref not in ours and self._carries_key(person, ref, place)]
        for ref in (*ours, *mine):
            if self.directory.opportunities[ref[1]]["state"] in OPEN_STATES:
                return self._found(person, ref, by, None, place)
        stands = (PARTY, place)
        before = (*ours, *(ref for ref in known if self._place(ref) == place))
        if not (ours or any(ref[0] == PARTY for ref in before)) or self.directory.living(place) is None:
            return None
        was = next((ref for ref in before if ref != stands), None)
        return self._found(person, stands, by, None if stands in known else was, place)

    def _found(self, person: PersonKeys, ref: Ref, by: By, was: Ref | None, place: str) -> Found:
        on_party = self.directory.keys_on(place)
        key = self._key_on(ref) if ref[0] == OPPORTUNITY else None
        if key is None and (ref[0] == PARTY or len(on_party) == 1):
            key = person.leadloop_id if person.leadloop_id in on_party else next(iter(on_party), None)
        if by == "email" and key == person.leadloop_id:
            by = "key"
        return Found(*ref, by=by, was=was, key=key)

    def _is_mine(self, person: PersonKeys, ref: Ref, known: Sequence[Ref]) -> bool:
        """Is it this person's, and not that of somebody else at the same company?"""
        if ref in known or self._key_on(ref) == person.leadloop_id:
            return True
        contact = self.directory.opportunities[ref[1]].get("contact")
        return contact is None or contact in self.directory.contacts(person)

    def _carries_key(self, person: PersonKeys, ref: Ref, place: str) -> bool:
        key = self._key_on(ref)
        return key == person.leadloop_id or (key is None and person.leadloop_id in self.directory.keys_on(place))

    def _key_on(self, ref: Ref) -> str | None:
        """Our key on an opportunity; a reference that sales wrote is none."""
        told = self.directory.opportunities[ref[1]].get(self.directory.key or "")
        return str(told) if is_key(told) else None

    def _is_gone(self, ref: Ref) -> bool:
        if ref[0] == OPPORTUNITY:
            return ref[1] not in self.directory.opportunities
        return self.directory.living(ref[1]) is None
