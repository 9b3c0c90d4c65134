"""Which record is this person? Persons by id, key and address, and of each the one record that is to be written.

With `object: person` that is the person. With `object: lead` it is, in this order: the lead that we know or that
carries our key, the deal that it was converted to, any open lead, any open deal. What sales archived cannot be edited
any more: then its person stands for it. With `object: deal` likewise, without leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from adapters.pipedrive.columns import DEAL, LEAD, PERSON
from adapters.pipedrive.directory import Directory, Ref
from connector.adapter import Found, PersonKeys, Resolution

By = Literal["id", "key", "email"]


class Resolver(Struct, frozen=True):
    """Resolves against one directory. `match` is the mapping's order of keys."""

    directory: Directory
    match: Sequence[str]

    def resolve(self, people: Sequence[PersonKeys]) -> list[Resolution]:
        """One resolution per person, in order."""
        self._read(people)
        return [self._resolution(person) for person in people]

    def persons_of(self, person: PersonKeys) -> list[tuple[str, By]]:
        """The persons of Pipedrive that this one may be, best first, and how each was found."""
        found: dict[str, By] = {}
        for ref, by in self._starts(person):
            id_ = self.directory.person_of(ref)
            if id_ is not None and (by == "id" or (PERSON, id_) not in self.directory.missing):
                found.setdefault(id_, by)
        return list(found.items())

    def _read(self, people: Sequence[PersonKeys]) -> None:
        directory = self.directory
        directory.know(ref for person in people for ref in person.records)
        directory.walk(len(people))
        if directory.is_complete:
            return
        directory.latest()
        for person in people:
            self._search(person)

    def _search(self, person: PersonKeys) -> None:
        directory = self.directory
        if "email" in self.match:
            for email in person.emails:
                if not directory.by_email(email):
                    directory.search_email(email)
        if "leadloop_id" in self.match and not self._has_our_record(person):
            directory.search_key(person.leadloop_id)

    def _has_our_record(self, person: PersonKeys) -> bool:
        """Is a record of ours at hand already, so that no search for our key is needed?"""
        directory = self.directory
        if directory.by_key(person.leadloop_id) or any(ref in directory.rows for ref in _known(person)):
            return True
        persons = [ref[1] for email in person.emails for ref in directory.by_email(email)]
        if directory.main != PERSON:
            for id_ in persons:
                directory.of_person(id_)
        return bool(directory.by_key(person.leadloop_id))

    def _starts(self, person: PersonKeys) -> Iterator[tuple[Ref, By]]:
        directory = self.directory
        for ref in _known(person):
            yield ref, "id"
        for word in self.match:
            if word == "leadloop_id":
                yield from ((ref, "key") for ref in directory.by_key(person.leadloop_id))
            elif word == "email":
                for email in person.emails:
                    yield from ((ref, "email") for ref in directory.by_email(email))

    def _resolution(self, person: PersonKeys) -> Resolution:
        found = [one for id_, by in self.persons_of(person) if (one := self._target(person, id_, by)) is not None]
        return Resolution(person.leadloop_id, found, self._gone(person, found))

    def _gone(self, person: PersonKeys, found: Sequence[Found]) -> list[Ref]:
        """Records that are deleted: of the object that is made, or the person itself. A converted lead is none."""
        ours = (self.directory.main, PERSON)
        explained = {one.was for one in found}
        return [
            ref for ref in _known(person) if ref[0] in ours and ref in self.directory.missing and ref not in explained
        ]

    def _target(self, person: PersonKeys, person_id: str, by: By) -> Found | None:
        """The record of one person that is to be written; None when there is none yet."""
        directory = self.directory
        if directory.main == PERSON:
            return self._at_person(person_id, by, person, None)
        refs = directory.of_person(person_id)
        known = [ref for ref in _known(person) if ref in directory.rows or ref in directory.missing]
        ours = [ref for ref in refs if ref in known and ref[0] == directory.main]
        ours += [ref for ref in refs if directory.key_on(ref) == person.leadloop_id]
        ours += [ref for ref in refs if self._source(ref) in known]
        for ref in (*ours, *(ref for ref in refs if self._is_open(ref))):
            if self._is_editable(ref):
                return self._found(ref, by, person, self._was(person, ref, ours))
        return self._at_person(person_id, by, person, ours[0]) if ours else None

    def _at_person(self, person_id: str, by: By, person: PersonKeys, was: Ref | None) -> Found | None:
        """The person itself, unless it is deleted."""
        self.directory.know([(PERSON, person_id)])
        return self._found((PERSON, person_id), by, person, was) if (PERSON, person_id) in self.directory.rows else None

    def _found(self, ref: Ref, by: By, person: PersonKeys, was: Ref | None) -> Found:
        key = self.directory.key_on(ref)
        if by == "email" and key == person.leadloop_id:
            by = "key"
        return Found(*ref, by=by, was=was, key=key)

    def _was(self, person: PersonKeys, ref: Ref, ours: Sequence[Ref]) -> Ref | None:
        """The record that we had before this one: converted, or put aside by sales."""
        if ref in _known(person):
            return None
        source = self._source(ref)
        if source is not None and (source in _known(person) or self.directory.key_on(ref) == person.leadloop_id):
            return source
        return next((one for one in ours if one != ref and one[0] == self.directory.main), None)

    def _source(self, ref: Ref) -> Ref | None:
        """The lead that a deal was made from."""
        source = self.directory.rows[ref].get("source_lead_id") if ref[0] == DEAL else None
        return (LEAD, str(source)) if source else None

    def _is_editable(self, ref: Ref) -> bool:
        row = self.directory.rows[ref]
        return not row.get("is_archived") and not row.get("is_deleted")

    def _is_open(self, ref: Ref) -> bool:
        """May this record be taken over? Won and lost deals of other times may not."""
        row = self.directory.rows[ref]
        return ref[0] == LEAD or row.get("status") == "open"


def _known(person: PersonKeys) -> list[Ref]:
    return [(kind, str(id_)) for kind, id_ in person.records]
