"""Which record a person is, told by what was found: keys before addresses, open leads before closed, no one else's."""

from __future__ import annotations

from typing import Any

from adapters.tryton.finding import Directory
from adapters.tryton.names import OPPORTUNITY, PARTY
from adapters.tryton.resolving import Resolver
from connector.adapter import Found, PersonKeys, Resolution

ANA, EMAIL = "ll-aaaaaaaaaaaaaaaa", "ana@company.example"
MATCH = ("leadloop_id", "email")


def directory(*opportunities: dict[str, Any], parties: tuple[dict[str, Any], ...] = ()) -> Directory:
    """Party 1 has Ana's address (mechanism 11); more parties and opportunities as given."""
    found = Directory("reference")
    found.by_mechanism = {EMAIL: [{"id": 11, "party": 1}]}
    found.parties = {str(one["id"]): one for one in ({"id": 1, "active": True}, *parties)}
    found.opportunities = {
        str(one["id"]): {"party": 1, "contact": None, "state": "lead", **one} for one in opportunities
    }
    return found


def resolved(found: Directory, *known: tuple[str, str], email: str = EMAIL) -> Resolution:
    return Resolver(found, MATCH).resolve(PersonKeys(ANA, known, (email,)))


def test_of_one_party_one_lead_stands_for_the_person() -> None:
    answer = resolved(directory({"id": 1}, {"id": 2, "reference": ANA}, {"id": 3}))
    assert answer.found == [Found(OPPORTUNITY, "2", by="key", key=ANA)]


def test_what_a_colleague_at_the_same_company_is_sold_is_not_hers() -> None:
    assert resolved(directory({"id": 1, "contact": 99})).found == []
    assert [one.id for one in resolved(directory({"id": 1, "contact": 99}, {"id": 2, "contact": 11})).found] == ["2"]


def test_a_reference_of_sales_is_no_key_of_ours() -> None:
    [found] = resolved(directory({"id": 1, "reference": "PO 77"})).found
    assert (found.by, found.key) == ("email", None)


def test_the_key_of_another_person_shows() -> None:
    [found] = resolved(directory({"id": 1, "reference": "ll-zzzzzzzzzzzzzzzz"})).found
    assert found.key == "ll-zzzzzzzzzzzzzzzz"


def test_old_business_of_a_customer_is_not_taken_over() -> None:
    assert resolved(directory({"id": 1, "state": "won"}, {"id": 2, "state": "lost"})).found == []


def test_a_lead_of_ours_that_was_closed_leaves_its_party() -> None:
    answer = resolved(directory({"id": 1, "state": "lost", "reference": ANA}))
    assert [(one.object, one.id, one.was) for one in answer.found] == [(PARTY, "1", (OPPORTUNITY, "1"))]


def test_a_new_lead_of_sales_counts_before_the_party_of_a_closed_one() -> None:
    answer = resolved(directory({"id": 1, "state": "lost", "reference": ANA}, {"id": 2}), (OPPORTUNITY, "1"))
    assert [one.id for one in answer.found] == ["2"]


def test_a_party_that_was_merged_is_found_where_it_went() -> None:
    parties = ({"id": 5, "active": False, "replaced_by": 6}, {"id": 6, "active": False, "replaced_by": 1})
    answer = resolved(directory(parties=parties), (PARTY, "5"))
    assert [(one.object, one.id, one.was) for one in answer.found] == [(PARTY, "1", (PARTY, "5"))]
    assert list(answer.gone) == []


def test_a_party_out_of_use_is_gone() -> None:
    answer = resolved(directory(parties=({"id": 5, "active": False},)), (PARTY, "5"), email="new@company.example")
    assert (list(answer.found), list(answer.gone)) == ([], [(PARTY, "5")])


def test_a_lead_without_a_party_is_found_by_its_key() -> None:
    answer = resolved(directory({"id": 4, "party": None, "reference": ANA}), email="new@company.example")
    assert [(one.id, one.by) for one in answer.found] == [("4", "key")]
