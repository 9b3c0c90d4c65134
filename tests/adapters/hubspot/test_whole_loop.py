"""The whole loop with HubSpot on either side and on both: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.requests import perform
from connector.loop.tally import exit_code, outcome
from connector.shipped import shipped
from connector.state import people
from tests.adapters.hubspot.company import HubSpotCompany, as_crm, as_marketing, writes
from tests.sync.world import address

EMAIL = address("ana")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[HubSpotCompany]:
    with HubSpotCompany(tmp_path) as company:
        yield company


@pytest.fixture
def hubspot(company):
    return company.hubspot


def ana(hubspot):
    """A CEO who read two e-books: an MQL by the model of these tests."""
    contact = hubspot.account.add(EMAIL, firstname="Ana", lastname="Silva", jobtitle="CEO", country="Brazil")
    hubspot.account.submit("ebook-a", EMAIL)
    hubspot.account.submit("ebook-b", EMAIL)
    return contact


def is_ok(lines):
    return (outcome(lines), exit_code(lines)) == ("ok", 0)


def is_quiet(company):
    """Does a further pass write nothing?"""
    before = writes(company.hubspot)
    lines = company.run()
    return is_ok(lines) and writes(company.hubspot) == before


def test_hubspot_as_marketing_with_salesforce_as_crm(company, hubspot):
    company.connect(marketing=as_marketing(hubspot))
    contact = ana(hubspot)
    hubspot.account.mail("CLICK", EMAIL, url="https://www.acme.example/pricing")
    hubspot.account.view_pages(contact, 3)

    lines = company.run()
    assert is_ok(lines), [line.as_json() for line in lines]
    [lead] = company.sf.live("Lead")
    assert (lead["Email"], lead["LeadScore__c"], lead["LeadGrade__c"]) == (EMAIL, 60, "A")
    acts = dict(company.ask("SELECT type, count(*) FROM activities GROUP BY 1"))
    assert acts == {"form_submission": 2, "email_click": 1, "page_view": 3}
    values = hubspot.account.values(contact)
    assert (values["leadloop_score"], values["lifecyclestage"]) == ("60", "marketingqualifiedlead")

    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run()
    company.run()
    values = hubspot.account.values(contact)
    assert (values["leadloop_decision"], values["leadloop_decision_reason"]) == ("rejected", "no_budget")
    assert is_quiet(company)


def test_hubspot_as_crm_with_rd_station_as_marketing(company, hubspot):
    company.connect(crm=as_crm(hubspot))
    company.convert("ana", "ebook-a", "ebook-b")

    lines = company.run()
    assert is_ok(lines), [line.as_json() for line in lines]
    [record] = hubspot.account.contacts.live.values()
    assert record.values["leadloop_mql"] == "true"
    assert "ebook" in record.values["leadloop_reasons"]
    [task] = hubspot.account.hanging_on(str(record.id), "tasks")
    assert task["hs_task_subject"] == "Call Ana: A, 60 points"

    contact = str(record.id)
    lead = hubspot.account.add_lead(contact)
    hubspot.account.edit(lead, {"hs_pipeline_stage": "connected-stage-id"}, "leads")
    company.run()
    assert company.stage("ana") == "accepted"
    deal = hubspot.account.add_deal(contact, amount="1200")
    company.run()
    assert company.stage("ana") == "qualified"
    hubspot.account.move_deal(deal, "closedwon")
    company.run()
    assert company.stage("ana") == "won"
    told = company.ask("SELECT kind, precision FROM decisions ORDER BY at, kind")
    assert told == [("accepted", "exact"), ("qualified", "exact"), ("won", "exact")]
    assert is_quiet(company)


def test_a_rejection_on_the_contact_comes_back_with_its_reason(company, hubspot):
    company.connect(as_marketing(hubspot), as_crm(hubspot))
    contact = ana(hubspot)
    company.run()
    hubspot.account.edit(contact, {"hs_lead_status": "UNQUALIFIED", "leadloop_rejection_reason": "No budget"})
    company.run()
    assert company.ask("SELECT kind, reason, precision FROM decisions") == [("rejected", "no_budget", "exact")]


def test_one_account_on_both_sides_is_told_nothing_twice(company, hubspot):
    company.connect(as_marketing(hubspot), as_crm(hubspot))
    contact = ana(hubspot)
    cold = hubspot.account.add("bob@acme.example", firstname="Bob", jobtitle="Analyst")
    lines = company.run()
    assert is_ok(lines), [line.as_json() for line in lines]
    assert len(hubspot.account.contacts.live) == 2
    values = hubspot.account.values(contact)
    assert (values["leadloop_mql"], values["leadloop_score"]) == ("true", "60")
    assert not values.get("lifecyclestage")  # the CRM's mapping protects it: feedback leaves it alone, too
    # Push never writes to a lead that is no MQL: marketing's score of it is told all the same.
    assert hubspot.account.values(cold)["leadloop_grade"] == "C"
    lines_of_score = hubspot.account.contacts.live[int(contact)].history["leadloop_score"]
    assert [line["value"] for line in lines_of_score] == ["60"]
    assert is_quiet(company)


def test_one_account_on_both_sides_finds_a_contact_by_its_own_id(company, hubspot, tmp_path):
    mapping = tmp_path / "hubspot.yaml"
    mapping.write_text(
        shipped("hubspot.yaml").read_text().replace("match: [leadloop_id, email]", "match: [leadloop_id]")
    )
    company.connect(as_marketing(hubspot), as_crm(hubspot, mapping=str(mapping)))
    contact = ana(hubspot)
    company.run()
    assert hubspot.account.values(contact)["leadloop_mql"] == "true"
    assert not hubspot.calls("POST", "/contacts/batch/upsert")


def test_one_account_on_both_sides_moves_the_stage_where_sales_does_not_own_it(company, hubspot, tmp_path):
    mapping = tmp_path / "hubspot.yaml"
    mapping.write_text(
        shipped("hubspot.yaml").read_text().replace("hs_lead_status, lifecyclestage]", "hs_lead_status]")
    )
    company.connect(as_marketing(hubspot), as_crm(hubspot, mapping=str(mapping)))
    contact = ana(hubspot)
    company.run()
    assert hubspot.account.values(contact)["lifecyclestage"] == "marketingqualifiedlead"


def test_both_sides_of_one_account_share_its_limits(company, hubspot):
    company.connect(as_marketing(hubspot), as_crm(hubspot))
    assert len(company.connector().network.limiters) == 1


def test_a_merge_in_hubspot_joins_the_persons(company, hubspot):
    company.connect(as_marketing(hubspot), as_crm(hubspot))
    winner, loser = ana(hubspot), hubspot.account.add("ana@home.example", firstname="Ana", jobtitle="CEO")
    hubspot.account.submit("ebook-c", "ana@home.example")
    company.run()
    hubspot.account.merge(loser, winner)
    company.run()
    persons = people.persons_by(company.open().store.read(), "mkt", [winner, loser])
    assert persons[winner] == persons[loser]
    assert hubspot.account.values(winner)["leadloop_score"] == "90"


class TestAFurtherAddress:
    """HubSpot tells the acts of a contact that was merged away under its old address, for ever."""

    @pytest.fixture
    def merged(self, company, hubspot):
        company.connect(marketing=as_marketing(hubspot))
        contact = hubspot.account.add(EMAIL, firstname="Ana", lastname="Silva", jobtitle="CEO", country="Brazil")
        other = hubspot.account.add("ana@home.example")
        hubspot.account.submit("ebook-a", "ana@home.example")
        hubspot.account.merge(other, contact)
        return contact

    @staticmethod
    def persons(company):
        return company.ask("SELECT count(*) FROM people WHERE merged_into IS NULL")[0][0]

    def test_brings_its_acts_to_the_contact(self, company, hubspot, merged):
        company.run()
        hubspot.account.submit("ebook-b", "Ana@Home.example")
        company.run()
        assert (company.points("ana"), self.persons(company)) == (60, 1)
        [lead] = company.sf.live("Lead")
        assert lead["Email"] == EMAIL
        assert is_quiet(company)

    def test_that_was_known_by_its_acts_alone_is_the_contact_s_from_now_on(self, company, hubspot, merged):
        company.open().marketing[0].adapter.columns.remove("hs_additional_emails")  # as before it was read
        company.run()
        assert self.persons(company) == 2
        company.close()
        hubspot.account.edit(merged, {"city": "Recife"})
        company.run()
        assert (company.points("ana"), self.persons(company)) == (30, 1)

    def test_of_another_contact_joins_nobody(self, company, hubspot):
        company.connect(marketing=as_marketing(hubspot))
        contact = ana(hubspot)
        hubspot.account.add("bia@company.example")
        company.run()
        hubspot.account.edit(contact, {"hs_additional_emails": "bia@company.example;info@company.example"})
        company.run()
        assert self.persons(company) == 2
        assert company.ask("SELECT key FROM identities WHERE role = 'alias'") == []

    def test_of_somebody_who_was_erased_stays_unknown(self, company, hubspot, merged):
        company.open().marketing[0].adapter.columns.remove("hs_additional_emails")
        company.run()
        store = company.open().store
        with store.write() as tx:
            ana_at_home = people.person_by(tx, people.EMAIL, "ana@home.example")
            perform(tx, store, "erase", {"person": ana_at_home, "salt": "salt"})
        company.close()
        hubspot.account.edit(merged, {"city": "Recife"})
        company.run()
        assert company.ask("SELECT key FROM identities WHERE key = 'ana@home.example'") == []
