"""Which record is this person? Leads and contacts by id, key and address; a converted lead's person is its contact.

Merged records vanish without a word: their person is found by key or address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from adapters.zoho.account import Account
from adapters.zoho.api import LEADS, Api, moment
from adapters.zoho.directory import PEOPLE, Directory, Ref
from connector.adapter import Found, PersonKeys, Resolution

By = Literal["id", "key", "email"]
_WORDS: Final[dict[str, By]] = {"leadloop_id": "key", "email": "email"}


def resolve(account: Account, api: Api, people: Sequence[PersonKeys]) -> list[Resolution]:
    """One resolution per person: two credits for fifty of them, more only where leads were converted."""
    resolver = _Resolver(account, api)
    resolver.read(people)
    return [resolver.answer(person) for person in people]


class _Resolver:
    def __init__(self, account: Account, api: Api) -> None:
        self.directory = Directory(account, api)
        self.order: list[By] = ["id", *(_WORDS[word] for word in account.options.match if word in _WORDS)]
        self._by_key: dict[str, list[Ref]] = {}
        self._by_email: dict[str, list[Ref]] = {}

    def read(self, people: Sequence[PersonKeys]) -> None:
        """Read all that may be one of these; who is nowhere yet may be a hidden lead."""
        directory = self.directory
        directory.know(ref for person in people for ref in _known(person))
        directory.find(*self._keys(people))
        self._index()
        nobody = [person for person in people if not self._starts(person)]
        directory.find_hidden(*self._keys(nobody))
        directory.follow()
        self._index()

    def answer(self, person: PersonKeys) -> Resolution:
        """Where one person is."""
        directory = self.directory
        found: dict[Ref, Found] = {}
        for start, by in self._starts(person):
            end = directory.end_of(start)
            if end is not None and end not in found:
                was = start if start != end else None
                found[end] = Found(*end, by=by, was=was, key=directory.key_of(end))
        gone = [ref for ref in _known(person) if directory.end_of(ref) is None]
        return Resolution(person.leadloop_id, self._best_first(list(found.values())), gone)

    def _keys(self, people: Sequence[PersonKeys]) -> tuple[list[str], list[str]]:
        keys = [person.leadloop_id for person in people] if "key" in self.order else []
        emails = [_folded(email) for person in people for email in person.emails] if "email" in self.order else []
        return keys, list(dict.fromkeys(emails))

    def _starts(self, person: PersonKeys) -> list[tuple[Ref, By]]:
        """The records that may be this person, in the order of what found them."""
        by_email = [ref for email in person.emails for ref in self._by_email.get(_folded(email), ())]
        refs: dict[By, list[Ref]] = {
            "id": [ref for ref in _known(person) if ref in self.directory.rows],
            "key": self._by_key.get(person.leadloop_id, []),
            "email": by_email,
        }
        return [(ref, by) for by in self.order for ref in refs[by]]

    def _index(self) -> None:
        self._by_key.clear()
        self._by_email.clear()
        for ref in self.directory.rows:
            if key := self.directory.key_of(ref):
                self._by_key.setdefault(key, []).append(ref)
            if email := self.directory.email_of(ref):
                self._by_email.setdefault(email, []).append(ref)

    def _best_first(self, found: list[Found]) -> list[Found]:
        """By what found it, an open lead before a contact, the newest first."""
        made_at = {one: moment(self.directory.rows[one.object, one.id]["Created_Time"]) for one in found}
        found.sort(key=lambda one: made_at[one], reverse=True)
        found.sort(key=lambda one: (self.order.index(one.by), one.object != LEADS))
        return found


def _known(person: PersonKeys) -> list[Ref]:
    return [(kind, str(id_)) for kind, id_ in person.records if kind in PEOPLE]


def _folded(email: str) -> str:
    return email.strip().lower()
