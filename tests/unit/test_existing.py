"""Whose record is in the way of a creation: the person's own, one without our key, and nobody else's."""

from __future__ import annotations

from connector.adapter import Found, PersonKeys, Resolution
from connector.adapter.existing import exists, person_of, record_of
from connector.model import LeadWrite

WRITE = LeadWrite("make-ana", "record", "ll-ana", "Lead", email="ana@company.example")
OURS = Found("Lead", "1", by="key", key="ll-ana")
SALES = Found("Contact", "2", by="email")
ANOTHER = Found("Lead", "3", by="email", key="ll-bia")


def test_a_person_is_looked_for_by_key_and_by_the_address_where_there_is_one() -> None:
    assert person_of(WRITE) == PersonKeys("ll-ana", (), ("ana@company.example",))
    assert person_of(LeadWrite("make-nobody", "record", "ll-x")) == PersonKeys("ll-x")


def test_the_best_record_that_carries_no_other_key_stands_for_the_person() -> None:
    assert record_of(Resolution("ll-ana", [ANOTHER, SALES, OURS])) == SALES
    assert record_of(Resolution("ll-ana", [ANOTHER, OURS])) == OURS
    assert record_of(Resolution("ll-ana", [ANOTHER])) is None
    assert record_of(Resolution("ll-ana")) is None


def test_a_creation_that_meets_records_names_them_all() -> None:
    told = exists(WRITE, ("Contact", "2"), ("Lead", "1"))
    assert (told.effect, told.status, told.code, told.object) == ("make-ana", "conflict", "exists", "Contact")
    assert told.existing == [("Contact", "2"), ("Lead", "1")]
    assert "ana@" not in str(told.text)
