"""Which record is this person? By known id, by our key and by e-mail; two queries for some hundred persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from adapters.dynamics365.people import People
from adapters.dynamics365.tables import PEOPLE, TABLES, Ref
from connector.adapter import Found, PersonKeys, Resolution

By = Literal["id", "key", "email"]
_WORDS: dict[str, By] = {"leadloop_id": "key", "email": "email"}


def resolve(people: People, match: Sequence[str], persons: Sequence[PersonKeys]) -> list[Resolution]:
    """One resolution per person, in order. `match` is the mapping's order of keys."""
    for table in PEOPLE:
        people.read(table, [pair for person in persons for pair in _pairs(people, match, table, person)])
    people.follow()
    starts = _Starts(people, match)
    return [starts.resolution(person) for person in persons]


def namesakes(people: People, emails: Sequence[str]) -> dict[str, list[Ref]]:
    """Records by address: names those behind a conflict that does not say which they are."""
    answers = resolve(people, ("email",), [PersonKeys(email, emails=(email,)) for email in emails])
    return {answer.leadloop_id: [(one.object, one.id) for one in answer.found] for answer in answers}


def _pairs(people: People, match: Sequence[str], table: str, person: PersonKeys) -> Iterator[tuple[str, str]]:
    yield from ((TABLES[table].id, id_) for name, id_ in person.records if name == table)
    key = people.key_of(table)
    if key and "leadloop_id" in match:
        yield key, person.leadloop_id
    if "email" in match:
        yield from ((column, email) for email in person.emails for column in TABLES[table].emails)


class _Starts:
    """Records by the keys that persons are looked up with.

    The database finds addresses without regard to accents and case: they are compared here once more.
    """

    def __init__(self, people: People, match: Sequence[str]) -> None:
        self.people = people
        self.order: list[By] = ["id", *(_WORDS[word] for word in match if word in _WORDS)]
        self.by_key: dict[str, list[Ref]] = {}
        self.by_email: dict[str, list[Ref]] = {}
        for ref, row in people.rows.items():
            if key := people.key_on(ref):
                self.by_key.setdefault(key, []).append(ref)
            for email in {row[column].lower() for column in TABLES[ref[0]].emails if row.get(column)}:
                self.by_email.setdefault(email, []).append(ref)

    def of(self, person: PersonKeys, by: By) -> list[Ref]:
        if by == "id":
            return [(name, id_) for name, id_ in person.records if (name, id_) in self.people.rows]
        if by == "key":
            return self.by_key.get(person.leadloop_id, [])
        return [ref for email in person.emails for ref in self.by_email.get(email.lower(), [])]

    def resolution(self, person: PersonKeys) -> Resolution:
        found: dict[Ref, Found] = {}
        for by in self.order:
            for start in self.of(person, by):
                end = self.people.end_of(start)
                if end is not None and end not in found:
                    was = start if start != end else None
                    found[end] = Found(*end, by=by, was=was, key=self.people.key_on(end))
        gone = [(name, id_) for name, id_ in person.records if name in PEOPLE and self._is_gone((name, id_))]
        return Resolution(person.leadloop_id, self._best_first(list(found.values())), gone)

    def _is_gone(self, ref: Ref) -> bool:
        return ref not in self.people.rows or self.people.end_of(ref) is None

    def _best_first(self, found: list[Found]) -> list[Found]:
        """By how it was found, what sales still works on first, a lead before a contact, the newest first."""
        people = self.people
        found.sort(key=lambda one: str(people.rows[one.object, one.id].get("createdon")), reverse=True)
        found.sort(
            key=lambda one: (
                self.order.index(one.by), not people.is_open((one.object, one.id)), PEOPLE.index(one.object)
            )
        )  # fmt: skip
        return found
