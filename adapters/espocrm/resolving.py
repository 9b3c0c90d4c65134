"""Which record is this person? Leads and contacts by id, key and address; a converted lead's person is its contact.

Merged records vanish without a word: their person is found by key or address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from adapters.espocrm.account import Account
from adapters.espocrm.directory import AT_ONCE, Directory, Ref, folded
from adapters.espocrm.spec import LEAD, PEOPLE
from connector.adapter import Found, PersonKeys, Resolution

By = Literal["id", "key", "email"]
_WORDS: Final[dict[str, By]] = {"leadloop_id": "key", "email": "email"}


def resolve(account: Account, people: Sequence[PersonKeys]) -> list[Resolution]:
    """One resolution per person: two searches for forty of them, one more where leads were converted."""
    found: list[Resolution] = []
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        resolver = _Resolver(account, some)
        found += [resolver.answer(person) for person in some]
    account.absent.update(one.leadloop_id for one in found if not one.found and not one.gone)
    return found


class _Resolver:
    def __init__(self, account: Account, people: Sequence[PersonKeys]) -> None:
        self.directory = Directory(account)
        self.order: list[By] = ["id", *(_WORDS[word] for word in account.options.match if word in _WORDS)]
        keys = [one.leadloop_id for one in people if one.leadloop_id] if "key" in self.order else []
        emails = [folded(email) for one in people for email in one.emails] if "email" in self.order else []
        self.directory.find([ref for one in people for ref in _known(one)], keys, list(dict.fromkeys(emails)))
        self.directory.follow()

    def answer(self, person: PersonKeys) -> Resolution:
        """Where one person is."""
        found: dict[Ref, Found] = {}
        for start, by in self._starts(person):
            end = self.directory.end_of(start)
            if end is not None and end not in found:
                was = start if start != end else None
                found[end] = Found(*end, by=by, was=was, key=self.directory.key_of(end))
        gone = [ref for ref in _known(person) if self.directory.end_of(ref) is None]
        return Resolution(person.leadloop_id, self._best_first(list(found.values())), gone)

    def _starts(self, person: PersonKeys) -> list[tuple[Ref, By]]:
        """The records that may be this person, in the order of what found them."""
        directory, emails = self.directory, {folded(email) for email in person.emails}
        refs: dict[By, list[Ref]] = {
            "id": [ref for ref in _known(person) if ref in directory.rows],
            "key": [ref for ref in directory.rows if directory.key_of(ref) == person.leadloop_id],
            "email": [ref for ref in directory.rows if directory.addresses_of(ref) & emails],
        }
        return [(ref, by) for by in self.order for ref in refs[by]]

    def _best_first(self, found: list[Found]) -> list[Found]:
        """By what found it, a lead before a contact, the newest first."""
        rows = self.directory.rows
        found.sort(key=lambda one: str(rows[one.object, one.id].get("createdAt")), reverse=True)
        found.sort(key=lambda one: (self.order.index(one.by), one.object != LEAD))
        return found


def _known(person: PersonKeys) -> list[Ref]:
    return [(kind, str(id_)) for kind, id_ in person.records if kind in PEOPLE]
