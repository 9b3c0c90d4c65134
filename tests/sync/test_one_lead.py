"""One lead travels all steps: pulled, scored, qualified, pushed, decided on, told back."""

from __future__ import annotations

from connector.loop.tally import exit_code, outcome
from connector.state.packing import unpack
from tests.sync.world import Company, line_of


def test_one_lead_travels_all_steps(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("ok", 0)
    assert (company.stage("ana"), company.points("ana")) == ("mql", 60)
    lead = company.lead("ana")
    assert (lead["MQL__c"], lead["LeadScore__c"], lead["LeadGrade__c"]) == (True, 60, "A")
    assert "ebook-a" in lead["MQL_Reason__c"]
    [task] = company.sf.live("Task")
    assert (task["WhoId"], task["Subject"]) == (lead["Id"], "Call Ana: A, 60 points")

    company.sf.set_status(lead["Id"], "Working")
    company.run()
    assert company.stage("ana") == "accepted"
    company.later(minutes=5)
    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()

    assert company.history("ana") == [
        ("mql", "rule", 1), ("pushed", "rule", 1), ("accepted", "sales", 1), ("rejected", "sales", 1),
    ]  # fmt: skip
    assert company.stage("ana") == "lead"
    assert company.lead("ana")["MQL__c"] is False
    told = company.contact("ana")
    assert (told["cf_lead_score"], told["cf_lead_grade"]) == (60, "A")
    assert (told["cf_sales_decision"], told["cf_rejection_reason"]) == ("rejected", "no_budget")
    assert told["lifecycle_stage"] == "Lead"
    assert told["sales"] == ["OPPORTUNITY_LOST"]


def test_the_receipt_is_frozen_when_the_lead_is_handed_over(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    company.convert("ana", "ebook-c")
    company.run()
    [(occasion, frozen)] = company.ask("SELECT occasion, score FROM receipts")
    score = unpack(frozen)
    assert (occasion, score["points_mp"]) == ("handoff", 60_000)
    assert sum(line["points_mp"] for line in score["receipt"]) == score["points_mp"]


def test_a_hand_raiser_goes_to_sales_at_once_whatever_the_points_say(company: Company) -> None:
    company.convert("ana", "demo-request", title="Analyst")
    company.run()
    assert company.history("ana") == [("mql", "rule", 1), ("qualified", "rule", 1), ("pushed", "rule", 1)]
    assert company.stage("ana") == "qualified"
    assert company.lead("ana")["MQL__c"] is True
    company.run_until_quiet()
    assert (company.contact("ana")["lifecycle_stage"], company.contact("ana")["sales"]) == (
        "Qualified Lead", ["OPPORTUNITY"],
    )  # fmt: skip


def test_an_mql_that_raises_its_hand_is_qualified_too(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert company.stage("ana") == "mql"
    company.later(days=2)
    company.convert("ana", "demo-request")
    company.run_until_quiet()
    assert company.history("ana") == [("mql", "rule", 1), ("pushed", "rule", 1), ("qualified", "rule", 1)]
    assert (company.stage("ana"), company.contact("ana")["sales"]) == ("qualified", ["OPPORTUNITY"])
    company.later(days=30)
    company.run_until_quiet()
    assert company.stage("ana") == "qualified"


def test_a_demo_asked_for_long_ago_raises_no_hand(company: Company) -> None:
    company.convert("ana", "demo-request", days_ago=8)
    company.run()
    assert company.stage("ana") == "lead"
    assert not company.sf.live("Lead")


def test_a_veto_stops_even_a_hand_raiser(company: Company) -> None:
    company.convert("ana", "demo-request", "careers")
    company.run()
    assert company.stage("ana") == "lead"


def test_points_that_expire_end_an_mql_on_which_nobody_decided(company: Company) -> None:
    company.convert("ana", "fair-spring")
    company.run()
    assert company.stage("ana") == "mql"
    company.later(days=11)
    company.run()
    assert company.history("ana") == [("mql", "rule", 1), ("pushed", "rule", 1), ("left", "rule", 1)]
    assert company.lead("ana")["MQL__c"] is False


def test_an_mql_that_sales_took_up_is_not_taken_back(company: Company) -> None:
    company.convert("ana", "fair-spring")
    company.run()
    company.sf.set_status(company.lead("ana")["Id"], "Working")
    company.run()
    company.later(days=11)
    company.run()
    assert (company.stage("ana"), company.lead("ana")["MQL__c"]) == ("accepted", True)


def test_a_won_deal_is_told_with_the_stages_before_it(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    _, deal = company.sf.convert(company.lead("ana")["Id"])
    company.later(minutes=5)
    company.sf.close(str(deal), won=True, amount=1200)
    company.run_until_quiet()
    assert company.stage("ana") == "won"
    implied = company.ask("SELECT kind FROM lifecycle WHERE implied = 1")
    assert ("accepted",) in implied
    assert company.contact("ana")["lifecycle_stage"] == "Client"
    assert company.contact("ana")["sales"][-1] == "SALE"


def test_the_echo_of_our_own_writes_causes_nothing(company: Company) -> None:
    for name in ("ana", "bia", "cid"):
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    before = company.writes()
    lines = company.run()
    assert company.writes() == before
    assert line_of(lines, "decisions", "decisions").saved == 0
    assert not company.ask("SELECT * FROM decisions")
