"""Records that no documentation shows: odd values, contacts and leads that go and come again, merges on both sides."""

from __future__ import annotations

from typing import Any, Final

from connector.loop.tally import exit_code
from tests.sync.oracle import must_hold, nobody_twice
from tests.sync.test_persons import change_address
from tests.sync.world import Company, address

ODD: Final[tuple[Any, ...]] = (
    "a\0b", "\U0001f600" * 10, "\u202eabc", 2**70, -(2**63), 1e308, ["a", {"b": 1}], {"x": 1}, True, 0, "x" * 1_000_000,
    "a\r\nb", "", "  ", "e\u0301", "\u200b", "=1+1", "<script>", "'; DROP TABLE people; --",
)  # fmt: skip
FIELDS: Final = ("job_title", "name", "mobile_phone", "city", "tags", "country")


def test_odd_values_park_their_own_record_at_most(company: Company) -> None:
    for number, value in enumerate(ODD):
        for field in FIELDS:
            uuid = company.convert(f"{field}{number}", "ebook-a", "ebook-b")
            company.rd.account.contacts[uuid].attributes[field] = value
    company.convert("ana", "ebook-a", "ebook-b")
    for lines in (company.run(), company.run()):
        assert [line.error for line in lines if line.error] == []
        assert exit_code(lines) in (0, 1)
    assert company.lead("ana")["MQL__c"] is True
    saved = {row[0] for row in company.ask("SELECT id FROM contacts")}
    parked = {row[0] for row in company.ask("SELECT key FROM rejects WHERE code = 'bad_value' AND state = 'open'")}
    assert saved | parked == set(company.rd.account.contacts)
    assert len(parked) == 2 * (len(FIELDS) - 1), "a group of values is no attribute; the tags alone may be a list"
    nobody_twice(company)


def test_a_contact_that_marketing_deleted_and_made_again_is_the_same_person(company: Company) -> None:
    before = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.rd.delete(before)
    assert company.convert("ana", "ebook-c") != before
    company.later(days=1)
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.points("ana") == 90
    assert company.lead("ana")["LeadScore__c"] == 90
    assert (len(company.sf.live("Lead")), len(company.sf.live("Task"))) == (1, 1)


def test_a_lead_that_sales_deleted_and_made_again_by_hand_is_taken_over(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.sf.delete(company.lead("ana")["Id"])
    again = company.sf.create("Lead", {"LastName": "Silva", "Company": "X", "Email": address("ana")})
    company.convert("ana", "ebook-c")
    company.later(days=1)
    company.run_until_quiet()
    company.run_until_quiet()
    lead = company.lead("ana")
    assert (lead["Id"], lead["LeadScore__c"]) == (again, 90)
    assert company.rejects() == []


def test_a_merge_on_both_sides_at_once_leaves_one_lead_and_the_union_of_acts(company: Company) -> None:
    first, second = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", "ebook-c", "ebook-d")
    company.run_until_quiet()
    company.rd.merge(second, first)
    company.sf.merge(company.lead("ana")["Id"], company.lead("bia")["Id"])
    company.later(days=1)
    company.convert("ana", "point-x")
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == 121
    assert len(company.sf.live("Lead")) == 1
    assert company.rejects() == []
    writes = company.writes()
    company.run()
    assert company.writes() == writes
    must_hold(company)


def test_an_address_that_moves_to_another_contact_gives_nobody_anothers_points(company: Company) -> None:
    ana, bia = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    persons = company.person("ana"), company.person("bia")
    change_address(company, ana, "anna")
    change_address(company, bia, "ana")
    company.later(days=1)
    company.convert("ana", "ebook-c")
    company.convert("anna", "ebook-d", "ebook-e")
    company.run_until_quiet()
    company.run_until_quiet()
    points = [
        company.ask("SELECT points_mp / 1000 FROM scores WHERE person_id = ?", person)[0][0] for person in persons
    ]
    assert points == [120, 90], "each has their own two, and what they did since"
    assert len(company.sf.live("Lead")) == 2


def test_an_address_and_a_key_that_sales_changed_make_no_second_lead(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.sf.edit(company.lead("ana")["Id"], Email="private@elsewhere.example", LeadLoop_Id__c=None)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    [lead] = company.sf.live("Lead")
    assert (lead["Email"], lead["LeadScore__c"]) == ("private@elsewhere.example", 90)


def lose_state(company: Company) -> None:
    company.close()
    for path in company.folder.glob("leadloop.db*"):
        path.unlink()


def test_a_state_that_was_lost_makes_no_second_lead_and_says_whose_key_stands_there(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    lose_state(company)
    company.run()
    company.run()
    assert (len(company.sf.live("Lead")), len(company.sf.live("Task"))) == (1, 1)
    assert company.rejects() == [("sf", "record", "crm_key_taken")]
    [(hint,)] = company.ask("SELECT hint FROM rejects")
    assert "leadloop state restore" in hint


def test_without_a_backup_the_leads_of_a_lost_state_go_on_when_their_keys_are_cleared(company: Company) -> None:
    """What docs/operations.md says of it."""
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    lose_state(company)
    company.run()
    company.sf.edit(company.lead("ana")["Id"], LeadLoop_Id__c=None)
    company.replay()
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    [lead] = company.sf.live("Lead")
    assert (lead["LeadScore__c"], company.rejects()) == (90, [])
    assert lead["LeadLoop_Id__c"] == company.ask("SELECT leadloop_id FROM people")[0][0]
    nobody_twice(company)
