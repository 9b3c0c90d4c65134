"""Whom a person means by an address or an id."""

import pytest

from connector.errors import RecordError
from connector.identity import EmailRules
from connector.insight import find_person, one_person
from connector.state import people
from tests.insight.company import START

RULES = EmailRules()


@pytest.fixture
def db(write):
    def recipe(firm):
        ana, eva = firm.lead(email="ana@example.com"), firm.lead()
        people.add_identities(firm.tx, [("sf:Lead", "00Q1", ana, "own"), ("sf:Contact", "77", ana, "own")], START)
        people.add_identities(firm.tx, [("pd:Person", "77", eva, "own"), ("sf:Deal", "9", eva, "merged")], START)

    return write(recipe)


@pytest.mark.parametrize(
    "text", ["ll-0000000000000001", " LL-0000000000000001 ", "ana@example.com", " Ana@Example.com", "00Q1", "c1"]
)
def test_a_lead_is_found_by_any_of_its_names(db, text):
    assert one_person(db, RULES, text) == 1


def test_the_loser_of_a_merge_leads_to_the_person(db):
    assert find_person(db, RULES, "9") == [2]


def test_an_id_of_two_people_is_refused_with_the_systems(db):
    assert find_person(db, RULES, "77") == [1, 2]
    with pytest.raises(RecordError, match=r"ll-0+2 \(pd:Person\), ll-0+1 \(sf:Contact\)") as refused:
        one_person(db, RULES, "77")
    assert refused.value.code == "ambiguous_lead"


def test_an_unknown_lead_is_refused_without_repeating_what_was_typed(db):
    with pytest.raises(RecordError) as refused:
        one_person(db, RULES, "bob@example.com")
    assert refused.value.code == "unknown_lead"
    assert "bob" not in str(refused.value)


def test_in_an_empty_state_nobody_is_found(write):
    assert find_person(write(lambda firm: None), RULES, "77") == []
