"""An opt-out reaches the CRM whatever else of the person is held back or waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.loop.requests import perform
from tests.sync.oracle import must_hold
from tests.sync.world import Company


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every change is held, however few there are."""
    monkeypatch.setattr("connector.loop.push.SMALLEST_GUARDED", 0)


def strict(company: Company, **also: object) -> None:
    company.settings["sf"] = {"guard": {"changes_percent": 0}}
    company.settings["all"] = also
    company.close()


def opt_out(company: Company, name: str) -> None:
    company.rd.opt_out(company.convert(name))
    company.convert(name, "point-x")


def states(company: Company) -> list[tuple[object, ...]]:
    return company.ask("SELECT kind, state FROM outbox WHERE side = 'crm' ORDER BY id")


def release(company: Company) -> None:
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        perform(tx, store, "held release", {})


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("email_denied", ["hold", "pass"])
def test_an_opt_out_is_not_held_behind_a_held_update(company: Company, email_denied: str) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    strict(company, consent={"email_denied": email_denied})
    company.convert("ana", "ebook-c")
    company.run()
    assert states(company)[-1] == ("record", "held")
    opt_out(company, "ana")
    company.run_until_quiet()
    lead = company.lead("ana")
    assert (lead["HasOptedOutOfEmail"], lead["LeadScore__c"]) == (True, 60)
    assert lead["MQL__c"] is (email_denied == "pass")
    release(company)
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == (60 if email_denied == "hold" else 91)
    must_hold(company)


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("email_denied", ["hold", "pass"])
def test_the_blast_guard_holds_no_opt_out(company: Company, email_denied: str) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    strict(company, consent={"email_denied": email_denied})
    opt_out(company, "ana")
    company.run()
    assert company.lead("ana")["HasOptedOutOfEmail"] is True


@pytest.mark.usefixtures("guard")
def test_the_blast_guard_holds_what_nobody_opted_out_of(company: Company) -> None:
    """Another rule of consent makes everybody a lead that may not be passed on: that is a flood like any other."""
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    strict(company, consent={"unknown": "hold"})
    company.convert("ana", "point-x")
    company.run()
    assert states(company)[-1] == ("record", "held")
    assert company.lead("ana")["MQL__c"] is True


def test_an_opt_out_reaches_a_record_of_which_something_else_is_refused(company: Company) -> None:
    company.settings["all"] = {"consent": {"email_denied": "pass"}}
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    table = company.sf.store.tables["Lead"]
    table.fields["MQL_Reason__c"] = replace(table.fields["MQL_Reason__c"], length=3)
    company.convert("ana", "ebook-c")
    company.run()
    assert company.rejects() == [("sf", "record", "STRING_TOO_LONG")]
    opt_out(company, "ana")
    company.run_until_quiet()
    assert (company.lead("ana")["HasOptedOutOfEmail"], company.lead("ana")["LeadScore__c"]) == (True, 60)


@pytest.mark.usefixtures("guard")
def test_a_lead_of_which_only_the_opt_out_was_written_is_not_handed_over(company: Company) -> None:
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "ana@company.example"})
    strict(company, consent={"email_denied": "pass"})
    company.rd.opt_out(company.convert("ana", "ebook-a", "ebook-b"))
    company.run()
    company.run()
    assert (company.lead("ana")["HasOptedOutOfEmail"], company.lead("ana")["MQL__c"]) == (True, False)
    assert "pushed" not in [kind for kind, *_ in company.history("ana")]
    assert company.sf.live("Task") == []
    release(company)
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    assert "pushed" in [kind for kind, *_ in company.history("ana")]
    assert len(company.sf.live("Task")) == 1


# What is held is what is wanted now.


@pytest.mark.parametrize("creates", [True, False])
def test_what_is_released_is_what_is_wanted_by_then_and_is_sent_once(
    company: Company, guard: None, creates: bool
) -> None:
    if not creates:
        company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "ana@company.example"})
    company.settings["sf"] = {"guard": {"creates": 0, "changes_percent": 0}}
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    company.convert("ana", "ebook-c")
    company.run()
    assert sorted(states(company)) == [("record", "held"), ("record", "replaced"), ("task", "planned")]
    release(company)
    writes = len(company.sf.calls("PATCH|POST", "/composite"))
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == 90
    assert len(company.sf.calls("PATCH|POST", "/composite")) - writes == 2, "the record and its task"
    assert len(company.sf.live("Task")) == 1
    must_hold(company)


def test_what_is_held_and_not_wanted_any_more_is_not_written(company: Company, guard: None) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    strict(company)
    company.convert("ana", "fair-spring")
    company.run()
    assert states(company)[-1] == ("record", "held")
    company.later(days=11)
    company.convert("ana", "another-form")
    company.run()
    release(company)
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == 60
    rows = company.ask("SELECT fields ->> 'LeadScore__c' FROM outbox WHERE kind = 'record' AND state = 'confirmed'")
    assert 110 not in {score for (score,) in rows}


def test_what_is_held_is_planned_once_however_often_its_lead_is_worked_out(company: Company, guard: None) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    strict(company)
    company.convert("ana", "ebook-c")
    company.run()
    before = states(company)
    for number in range(3):
        company.convert("ana", f"other-{number}")
        company.run()
    assert states(company) == before


def test_what_sales_wrote_while_an_update_was_held_stays_when_it_is_released(company: Company, guard: None) -> None:
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "ana@company.example"})
    strict(company)
    company.convert("ana", "ebook-a", "ebook-b", mobile_phone="+55 11 4000 1111")
    company.run()
    assert states(company)[0] == ("record", "held")
    company.later(hours=2)
    company.sf.edit(company.lead("ana")["Id"], Phone="+55 11 4000 2222", Title="Boss")
    company.run()
    company.later(hours=2)
    release(company)
    company.run_until_quiet()
    lead = company.lead("ana")
    assert (lead["Phone"], lead["Title"], lead["MQL__c"]) == ("+55 11 4000 2222", "Boss", True)
    assert len(company.sf.live("Task")) == 1
    must_hold(company)
