"""The whole loop with HubSpot on either side and on both: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from connector.loop.tally import exit_code, outcome
from connector.shipped import shipped
from connector.state import people
from connector.testing.conformance.clock import Clock
from connector.testing.simulators.hubspot import HubSpotSimulator
from connector.testing.simulators.rdstation import RdStationSimulator
from connector.testing.simulators.salesforce import SalesforceSimulator
from tests.adapters.hubspot.company import FACTOR, Company, as_crm, as_marketing, writes

EMAIL = "ana@acme.example"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(tmp_path, clock):
    """Starts a simulated platform; `start.company` puts leadloop between two connections."""
    with ExitStack() as stack:

        def simulated(kind):
            return stack.enter_context(kind(clock=clock.now, monotonic=clock.monotonic, factor=FACTOR))

        def company(marketing, crm):
            made = Company(tmp_path, clock, marketing, crm)
            stack.callback(made.close)
            made.prepare()
            return made

        simulated.company = company
        yield simulated


@pytest.fixture
def hubspot(start):
    return start(HubSpotSimulator)


def ana(hubspot):
    """A CEO who read two e-books: an MQL by the model of these tests."""
    contact = hubspot.account.add(EMAIL, firstname="Ana", lastname="Silva", jobtitle="CEO", country="Brazil")
    hubspot.account.submit("ebook-a", EMAIL)
    hubspot.account.submit("ebook-b", EMAIL)
    return contact


def is_ok(lines):
    return (outcome(lines), exit_code(lines)) == ("ok", 0)


def is_quiet(company, hubspot):
    """Does a further pass write nothing?"""
    before = writes(hubspot)
    lines = company.run()
    return is_ok(lines) and writes(hubspot) == before


def test_hubspot_as_marketing_with_salesforce_as_crm(start, hubspot):
    salesforce = start(SalesforceSimulator)
    credentials = {"client_id": "simulated-client", "client_secret": "simulated-secret"}
    crm = {"adapter": "salesforce", "auth_url": salesforce.base_url, "credentials": credentials}
    company = start.company(as_marketing(hubspot), {**crm, "mapping": str(shipped("salesforce.yaml"))})
    contact = ana(hubspot)
    hubspot.account.mail("CLICK", EMAIL, url="https://www.acme.example/pricing")
    hubspot.account.view_pages(contact, 3)

    lines = company.run()
    assert is_ok(lines), [line.as_json() for line in lines]
    [lead] = salesforce.live("Lead")
    assert (lead["Email"], lead["LeadScore__c"], lead["LeadGrade__c"]) == (EMAIL, 60, "A")
    acts = dict(company.ask("SELECT type, count(*) FROM activities GROUP BY 1"))
    assert acts == {"form_submission": 2, "email_click": 1, "page_view": 3}
    values = hubspot.account.values(contact)
    assert (values["leadloop_score"], values["lifecyclestage"]) == ("60", "marketingqualifiedlead")

    salesforce.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run()
    company.run()
    values = hubspot.account.values(contact)
    assert (values["leadloop_decision"], values["leadloop_decision_reason"]) == ("rejected", "no_budget")
    assert is_quiet(company, hubspot)


def test_hubspot_as_crm_with_rd_station_as_marketing(start, hubspot):
    rd = start(RdStationSimulator)
    given = {"adapter": "rdstation", "credentials": rd.credentials, "base_url": rd.base_url}
    company = start.company({**given, "mapping": str(shipped("rdstation-marketing.yaml"))}, as_crm(hubspot))
    rd.add(EMAIL, name="Ana Silva", job_title="CEO", country="BR")
    rd.convert(EMAIL, "ebook-a")
    rd.convert(EMAIL, "ebook-b")

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
    assert company.stage() == "accepted"
    deal = hubspot.account.add_deal(contact, amount="1200")
    company.run()
    assert company.stage() == "qualified"
    hubspot.account.move_deal(deal, "closedwon")
    company.run()
    assert company.stage() == "won"
    told = company.ask("SELECT kind, precision FROM decisions ORDER BY at, kind")
    assert told == [("accepted", "exact"), ("qualified", "exact"), ("won", "exact")]
    assert is_quiet(company, hubspot)


def test_a_rejection_on_the_contact_comes_back_with_its_reason(start, hubspot):
    company = start.company(as_marketing(hubspot), as_crm(hubspot))
    contact = ana(hubspot)
    company.run()
    hubspot.account.edit(contact, {"hs_lead_status": "UNQUALIFIED", "leadloop_rejection_reason": "No budget"})
    company.run()
    assert company.ask("SELECT kind, reason, precision FROM decisions") == [("rejected", "no_budget", "exact")]


def test_one_account_on_both_sides_is_told_nothing_twice(start, hubspot):
    company = start.company(as_marketing(hubspot), as_crm(hubspot))
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
    assert is_quiet(company, hubspot)


def test_one_account_on_both_sides_finds_a_contact_by_its_own_id(start, hubspot, tmp_path):
    mapping = tmp_path / "hubspot.yaml"
    mapping.write_text(
        shipped("hubspot.yaml").read_text().replace("match: [leadloop_id, email]", "match: [leadloop_id]")
    )
    company = start.company(as_marketing(hubspot), as_crm(hubspot, mapping=str(mapping)))
    contact = ana(hubspot)
    company.run()
    assert hubspot.account.values(contact)["leadloop_mql"] == "true"
    assert not hubspot.calls("POST", "/contacts/batch/upsert")


def test_one_account_on_both_sides_moves_the_stage_where_sales_does_not_own_it(start, hubspot, tmp_path):
    mapping = tmp_path / "hubspot.yaml"
    mapping.write_text(
        shipped("hubspot.yaml").read_text().replace("hs_lead_status, lifecyclestage]", "hs_lead_status]")
    )
    company = start.company(as_marketing(hubspot), as_crm(hubspot, mapping=str(mapping)))
    contact = ana(hubspot)
    company.run()
    assert hubspot.account.values(contact)["lifecyclestage"] == "marketingqualifiedlead"


def test_both_sides_of_one_account_share_its_limits(start, hubspot):
    company = start.company(as_marketing(hubspot), as_crm(hubspot))
    assert len(company.connector.network.limiters) == 1


def test_a_merge_in_hubspot_joins_the_persons(start, hubspot):
    company = start.company(as_marketing(hubspot), as_crm(hubspot))
    winner, loser = ana(hubspot), hubspot.account.add("ana@home.example", firstname="Ana", jobtitle="CEO")
    hubspot.account.submit("ebook-c", "ana@home.example")
    company.run()
    hubspot.account.merge(loser, winner)
    company.run()
    persons = people.persons_by(company.store.read(), "mkt", [winner, loser])
    assert persons[winner] == persons[loser]
    assert hubspot.account.values(winner)["leadloop_score"] == "90"
