"""Whose the contacts of a page are: told for the page as a whole exactly as one contact after the other would be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.identity import EmailRules
from connector.loop.placing import Batch, Keys, place
from connector.model import Contact
from connector.state.contacts import KnownContact

LOOP: Any = SimpleNamespace(emails=EmailRules())
SOURCE: Any = SimpleNamespace(mapping=SimpleNamespace(holds_on=False))
STORED = {"a": (1, "ana@x.example"), "b": (2, "bia@x.example"), "c": (3, None)}
ADDRESSES = (None, "ana@x.example", "bia@x.example", "new@x.example", "other@x.example")

pages = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(ADDRESSES)), unique_by=lambda one: one[0])


def contact(id_: str, email: str | None) -> Contact:
    return Contact(id_, {} if email is None else {"email": email}, {})


def stored() -> Keys:
    packed = {id_: '{"a":{},"c":{}}' if email is None else f'{{"a":{{"email":"{email}"}},"c":{{}}}}'
              for id_, (_, email) in STORED.items()}  # fmt: skip
    return Keys(
        emails={},
        by_id={id_: person for id_, (person, _) in STORED.items()},
        by_email={email: person for person, email in STORED.values() if email is not None},
        known={id_: KnownContact(person, packed[id_], gone=False) for id_, (person, _) in STORED.items()},
        next_person=4,
    )


def outcome(keys: Keys, batches: list[Batch]) -> tuple[Any, ...]:
    """Which contacts are one person, whose each address is, and who was refused."""
    refused = sorted(id_ for batch in batches for id_, _ in batch.refused)
    people = len({person for batch in batches for person in batch.new_people})
    together = {
        frozenset(id_ for id_, other in keys.by_id.items() if other == person) for person in keys.by_id.values()
    }
    owners = {email: min(id_ for id_, who in keys.by_id.items() if who == person)
              for batch in batches for email, person in batch.new_emails}  # fmt: skip
    return together, owners, people, refused


@given(pages)
def test_a_page_comes_to_what_its_contacts_come_to_one_by_one(page: list[tuple[str, str | None]]) -> None:
    whole, single = stored(), stored()
    whole.emails = single.emails = dict(page)
    at_once = place(LOOP, SOURCE, [contact(*one) for one in page], whole)
    in_turn = []
    for one in page:
        in_turn.append(place(LOOP, SOURCE, [contact(*one)], single))
        single.by_email.update(in_turn[-1].new_emails)
    assert outcome(whole, [at_once]) == outcome(single, in_turn)
