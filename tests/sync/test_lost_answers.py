"""A write whose answer is lost is read back before anything is sent again, whether it was applied or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.loop.tally import exit_code, outcome
from connector.model import LeadWrite, Outcome, ReadBack
from connector.testing.simulator import Fault, Reply
from tests.sync.oracle import must_hold
from tests.sync.world import Company, line_of

NAMES = ("ana", "bia", "cid", "dan", "eva")
WRITES = {
    "the creation of records": ("sf", "PATCH", r"/composite/sobjects/Lead"),
    "the tasks": ("sf", "POST", r"/composite/sobjects"),
    "a contact's fields": ("rd", "PATCH", r"/platform/contacts/"),
    "a contact's stage": ("rd", "PUT", r"/funnels/default"),
    "the events": ("rd", "POST", r"/platform/events"),
}


def five_hand_raisers(company: Company) -> None:
    for name in NAMES:
        company.convert(name, "demo-request", "ebook-a")


def fault(company: Company, place: str, fault: Fault) -> None:
    side, fault.method, fault.path = WRITES[place]
    {"sf": company.sf, "rd": company.rd}[side].faults.append(fault)


def all_is_as_it_should_be(company: Company) -> None:
    for name in NAMES:
        assert company.stage(name) == "qualified"
        assert (company.lead(name)["MQL__c"], company.lead(name)["LeadScore__c"]) == (True, 30)
        told = company.contact(name)
        assert (told["cf_lead_score"], told["lifecycle_stage"], told["opportunity"]) == (30, "Qualified Lead", True)
    assert len(company.sf.live("Task")) == len(NAMES)
    must_hold(company)


@pytest.mark.parametrize("place", WRITES)
@pytest.mark.parametrize("action", ["lose_after", "lose_before"])
def test_a_lost_answer_makes_no_duplicate_and_loses_nothing(company: Company, place: str, action: str) -> None:
    five_hand_raisers(company)
    fault(company, place, Fault(action))  # type: ignore[arg-type]
    company.run_until_quiet()
    all_is_as_it_should_be(company)


def test_no_event_is_told_twice_when_its_answer_is_lost(company: Company) -> None:
    five_hand_raisers(company)
    fault(company, "the events", Fault("lose_after"))
    company.run_until_quiet()
    assert {tuple(company.contact(name)["sales"]) for name in NAMES} == {("OPPORTUNITY",)}


def test_a_server_that_falls_silent_after_it_applied_the_write_is_not_written_to_twice(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SalesforceCrm, "spec", SalesforceCrm.spec.model_copy(update={"deadline_s": 0.2}))
    five_hand_raisers(company)
    fault(company, "the creation of records", Fault("stall_after"))
    company.run_until_quiet()
    all_is_as_it_should_be(company)
    assert len(company.sf.calls("PATCH", "/composite/sobjects/Lead")) == 1


@pytest.mark.parametrize("place", WRITES)
@pytest.mark.parametrize(
    "strange", [Reply(302, b"", {"Location": "/elsewhere"}), Reply(299, b'{"it": "worked"}'), Reply(418, b"{}")]
)
def test_an_answer_that_nobody_documented_does_not_say_that_nothing_was_applied(
    company: Company, place: str, strange: Reply
) -> None:
    five_hand_raisers(company)
    fault(company, place, Fault("reply_after", reply=strange))
    company.run()
    company.later(minutes=5)
    company.run_until_quiet()
    all_is_as_it_should_be(company)
    assert {tuple(company.contact(name)["sales"]) for name in NAMES} == {("OPPORTUNITY",)}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_after_it_applied_the_write_is_not_written_to_twice(company: Company, status: int) -> None:
    five_hand_raisers(company)
    fault(
        company,
        "the tasks",
        Fault("reply_after", reply=Reply(status, b"<html>oops</html>", {"Content-Type": "text/html"})),
    )
    company.run_until_quiet()
    all_is_as_it_should_be(company)


def test_half_a_batch_is_completed(company: Company) -> None:
    five_hand_raisers(company)
    company.sf.half_next = True
    company.run_until_quiet()
    all_is_as_it_should_be(company)


def test_an_answer_with_fewer_results_than_rows_leaves_the_rest_unknown(company: Company) -> None:
    five_hand_raisers(company)
    fault(company, "the creation of records", Fault("reply_after", reply=Reply(200, [])))
    company.run_until_quiet()
    all_is_as_it_should_be(company)


def test_a_run_with_an_unknown_outcome_does_not_claim_success(company: Company) -> None:
    five_hand_raisers(company)
    fault(company, "the creation of records", Fault("lose_after"))
    lines = company.run()
    push = line_of(lines, "push")
    assert (outcome(lines), exit_code(lines)) == ("partial", 4)
    assert push.unknown == len(NAMES)
    assert push.created == 0


def test_an_update_whose_answer_is_lost_is_settled_by_what_the_record_holds(company: Company) -> None:
    five_hand_raisers(company)
    company.run_until_quiet()
    for name in NAMES:
        company.convert(name, "ebook-b")
    company.sf.faults.append(Fault("lose_after", method="PATCH", path="/composite/sobjects"))
    company.run_until_quiet()
    assert {company.lead(name)["LeadScore__c"] for name in NAMES} == {60}
    must_hold(company)


def test_reads_that_break_off_are_read_again(company: Company) -> None:
    five_hand_raisers(company)
    for simulator, path in ((company.rd, "/platform/"), (company.sf, "/query")):
        simulator.faults += [Fault("lose_before", method="GET", path=path, times=2, skip=n) for n in (0, 3, 5)]
    company.run_until_quiet()
    all_is_as_it_should_be(company)


def test_an_absence_is_not_believed_before_searches_have_caught_up(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died with the write on its way, and the platform shows new records only after a minute."""
    slow = SalesforceCrm.spec.capabilities.model_copy(update={"visible_after_s": 60.0})
    monkeypatch.setattr(SalesforceCrm, "spec", SalesforceCrm.spec.model_copy(update={"capabilities": slow}))
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    write, read_back, began = SalesforceCrm.write, SalesforceCrm.read_back, company.clock.now()

    def dies(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        write(adapter, batch)
        raise KeyboardInterrupt

    def shows_late(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        if company.clock.now() - began < timedelta(seconds=60):
            return [ReadBack(one.effect, present=False) for one in batch]
        return read_back(adapter, batch)

    with monkeypatch.context() as patched:
        patched.setattr(SalesforceCrm, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            company.run("push")
    company.close()
    monkeypatch.setattr(SalesforceCrm, "read_back", shows_late)
    company.run("push")
    assert company.ask("SELECT state FROM outbox WHERE kind = 'record'") == [("unknown",)]
    company.run_until_quiet()
    assert len(company.sf.calls("PATCH", r"/composite/sobjects/Lead")) == 1
    assert company.lead("ana")["MQL__c"] is True


def test_a_task_that_went_with_its_converted_lead_before_it_was_asked_after_is_not_made_again(company: Company) -> None:
    company.convert("ana", "demo-request", "ebook-a")
    fault(company, "the tasks", Fault("lose_after"))
    company.run("pull", "score", "push")
    assert company.ask("SELECT kind FROM outbox WHERE state = 'unknown'") == [("task",)]
    company.sf.convert(str(company.lead("ana")["Id"]))
    company.run_until_quiet()
    assert len(company.sf.live("Task")) == 1
    must_hold(company)
