"""A lead that sales gave back: it returns only after the wait, with something new, and never by itself."""

from __future__ import annotations

from tests.sync.world import Company


def reject(company: Company, name: str, reason: str) -> None:
    company.convert(name, "ebook-a", "ebook-b")
    company.run()
    company.sf.set_status(company.lead(name)["Id"], "Unqualified", reason=reason)
    company.run_until_quiet()
    assert company.stage(name) == "lead"


def reopen(company: Company, name: str) -> None:
    """Sales' side of a recycled lead: it is open again."""
    company.sf.set_status(company.lead(name)["Id"], "Open - Not Contacted")


def test_a_rejected_lead_does_not_return_by_waiting_alone(company: Company) -> None:
    reject(company, "ana", "No budget")
    company.later(days=100)
    company.run_until_quiet()
    assert company.stage("ana") == "lead"


def test_a_rejected_lead_does_not_return_before_the_wait_is_over(company: Company) -> None:
    reject(company, "ana", "No budget")
    company.later(days=30)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.stage("ana") == "lead"


def test_a_rejected_lead_returns_when_the_wait_ends_with_something_new_seen_meanwhile(company: Company) -> None:
    reject(company, "ana", "No budget")
    company.later(days=30)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    company.later(days=61)
    company.run_until_quiet()
    assert company.stage("ana") == "mql"
    assert company.history("ana")[-2:] == [("mql", "rule", 2), ("pushed", "rule", 2)]
    assert company.lead("ana")["MQL__c"] is True
    tasks = [task["WhoId"] for task in company.sf.live("Task")]
    assert tasks == [company.lead("ana")["Id"]] * 2


def test_a_rejected_lead_that_asks_for_sales_does_not_wait(company: Company) -> None:
    reject(company, "ana", "No budget")
    company.later(days=5)
    company.convert("ana", "demo-request")
    company.run_until_quiet()
    assert company.stage("ana") == "qualified"
    assert company.history("ana")[-3:] == [("mql", "rule", 2), ("qualified", "rule", 2), ("pushed", "rule", 2)]


def test_a_hand_raised_before_the_rejection_brings_nobody_back(company: Company) -> None:
    company.convert("ana", "demo-request")
    company.run()
    company.later(minutes=5)
    company.sf.set_status(company.lead("ana")["Id"], "Unqualified", reason="Wrong number")
    company.run_until_quiet()
    company.later(days=1)
    company.convert("ana", "ebook-a")
    company.run_until_quiet()
    assert company.stage("ana") == "lead"


def test_the_rejection_of_the_last_cycle_is_not_taken_for_one_of_this(company: Company) -> None:
    """The record still says Unqualified when it is pushed again: only a new decision counts."""
    reject(company, "ana", "No budget")
    company.later(days=91)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.stage("ana") == "mql"
    company.sf.edit(company.lead("ana")["Id"])
    company.run_until_quiet()
    assert company.stage("ana") == "mql"


def test_older_acts_are_worth_less_after_a_rejection_that_says_so(company: Company) -> None:
    reject(company, "ana", "Bad timing")
    assert company.points("ana") == 30
    company.later(days=11)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert (company.points("ana"), company.stage("ana")) == (60, "mql")
    assert company.lead("ana")["LeadScore__c"] == 60


def test_a_rejected_lead_that_sales_sets_aside_for_nurturing_loses_its_points_once(company: Company) -> None:
    """Unqualified, Nurturing and Unqualified again end one cycle: the acts before it are halved once, not thrice."""
    reject(company, "ana", "Bad timing")
    company.later(days=1)
    company.convert("ana", "ebook-c")
    for status in ("Nurturing", "Unqualified"):
        company.later(days=1)
        company.sf.set_status(company.lead("ana")["Id"], status, reason="Bad timing")
        company.run_until_quiet()
    assert company.points("ana") == 30 + 30


def test_a_reason_that_sales_adds_later_sets_the_wait_and_what_the_points_are_worth(company: Company) -> None:
    reject(company, "ana", "Bad timing")
    company.later(minutes=5)
    company.sf.set_status(company.lead("ana")["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    assert company.points("ana") == 60
    company.later(days=30)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.stage("ana") == "lead"


def test_a_rejection_that_sales_takes_back_leaves_no_trace_in_stage_and_points(company: Company) -> None:
    reject(company, "ana", "Bad timing")
    company.later(minutes=5)
    company.sf.set_status(company.lead("ana")["Id"], "Working")
    company.run_until_quiet()
    assert (company.stage("ana"), company.points("ana")) == ("accepted", 60)
    assert company.lead("ana")["MQL__c"] is True
    company.later(days=30)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.stage("ana") == "accepted"
    assert len(company.sf.live("Task")) == 1


def test_a_reason_that_asks_for_a_phone_waits_for_it(company: Company) -> None:
    reject(company, "ana", "Invalid data")
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.stage("ana") == "lead"
    company.rd.edit(company.convert("ana"), mobile_phone="+55 11 98765 4321")
    company.convert("ana", "ebook-d")
    company.run_until_quiet()
    assert company.stage("ana") == "mql"


def test_a_phone_that_was_corrected_is_something_new(company: Company) -> None:
    reject(company, "ana", "Wrong number")
    company.rd.edit(company.convert("ana"), mobile_phone="+55 11 98765 4321")
    company.later(days=2)
    company.run()  # an edit without a conversion is found by the daily walk, and scored in the pass after it
    company.run_until_quiet()
    assert company.stage("ana") == "mql"


def test_a_second_rejection_counts_for_the_second_cycle(company: Company) -> None:
    reject(company, "ana", "Bad timing")
    company.later(days=11)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    reopen(company, "ana")
    company.later(minutes=5)
    company.sf.set_status(company.lead("ana")["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    rejected = company.ask("SELECT cycle, reason FROM lifecycle WHERE kind = 'rejected' ORDER BY id")
    assert rejected == [(1, "bad_timing"), (2, "no_budget")]
    assert company.contact("ana")["cf_rejection_reason"] == "no_budget"


def test_a_lead_that_sales_set_aside_for_nurturing_is_recycled(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    company.sf.set_status(company.lead("ana")["Id"], "Nurturing")
    company.run_until_quiet()
    assert company.history("ana")[-1] == ("recycled", "sales", 1)
    assert company.lead("ana")["MQL__c"] is False


def test_a_decision_on_a_person_never_pushed_is_the_sales_teams_own(company: Company) -> None:
    company.convert("ana")
    company.run()
    lead = company.sf.create("Lead", {"LastName": "Silva", "Company": "X", "Email": "ana@company.example"})
    company.sf.set_status(lead, "Working")
    company.run_until_quiet()
    assert company.ask("SELECT kind, origin FROM lifecycle WHERE implied = 0") == [("accepted", "sales")]
    assert not company.lead("ana")["MQL__c"]
