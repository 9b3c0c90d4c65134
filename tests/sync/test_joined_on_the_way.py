"""Two persons become one, or one is erased, while something of theirs is on its way to the CRM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.loop.requests import perform
from connector.loop.run import decisions_step
from connector.model import LeadWrite, Outcome
from connector.state import desired, lists
from connector.state.erasure import erased_among
from connector.state.store import Store
from connector.testing.simulator import Fault
from tests.sync.oracle import must_hold
from tests.sync.world import Company


def ask_for(company: Company, verb: str, **args: Any) -> None:
    """What a person asks for, carried out at once."""
    store = company.open().store
    with store.hold():
        perform_in(store, verb, **args)


def perform_in(store: Store, verb: str, **args: Any) -> None:
    with store.write(step=True) as tx:
        assert "error" not in perform(tx, store, verb, args)


def during_the_first_write(
    monkeypatch: pytest.MonkeyPatch, happening: Callable[[], None], of: Callable[[LeadWrite], bool]
) -> None:
    """Something happens here while the CRM has made the record and its answer is still under way."""
    write, waiting = SalesforceCrm.write, [happening]

    def slow(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        outcomes = write(adapter, batch)
        if waiting and any(map(of, batch)):
            waiting.pop()()
        return outcomes

    monkeypatch.setattr(SalesforceCrm, "write", slow)


def is_record(write: LeadWrite) -> bool:
    return write.kind == "record"


def test_a_state_in_which_persons_were_joined_is_sound(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-b", "ebook-c")
    company.run_until_quiet()
    ask_for(company, "identity join", loser=company.person("bia"), winner=company.person("ana"))
    company.run_until_quiet()
    lists.check_sums(company.open().store.read())
    must_hold(company)


def test_a_creation_without_an_answer_is_found_after_its_person_was_joined(company: Company) -> None:
    company.convert("ana", "ebook-c")
    company.convert("bia", "ebook-a", "ebook-b")
    company.sf.faults.append(Fault("lose_after", method="PATCH", path=r"/composite/sobjects/Lead"))
    company.run("pull", "score", "push")
    assert company.ask("SELECT count(*) FROM outbox WHERE state = 'unknown'") == [(1,)]
    ask_for(company, "identity join", loser=company.person("bia"), winner=company.person("ana"))
    company.later(minutes=15)
    company.run_until_quiet()  # the creation is found
    company.run_until_quiet()
    [lead] = company.sf.live("Lead")
    assert company.ask("SELECT record_id FROM desired WHERE connection = 'sf'") == [(lead["Id"],)]
    assert lead["LeadScore__c"] == company.points("ana")
    must_hold(company)


def test_a_record_that_is_made_while_its_person_is_joined_stands_for_the_other(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-c")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run("pull", "score")
    ana, bia = company.person("ana"), company.person("bia")
    store = company.open().store
    during_the_first_write(monkeypatch, lambda: perform_in(store, "identity join", loser=bia, winner=ana), of=is_record)
    company.run("push")
    company.run_until_quiet()
    [lead] = company.sf.live("Lead")
    assert company.ask("SELECT person_id FROM identities WHERE key = ?", lead["Id"]) == [(ana,)]
    assert lead["LeadScore__c"] == company.points("ana")
    must_hold(company)


def test_who_waits_to_be_created_takes_over_the_record_of_whom_it_is_joined_with(company: Company) -> None:
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    [record] = [lead["Id"] for lead in company.sf.live("Lead")]
    company.settings["sf"] = {"guard": {"creates": 0}}
    company.close()
    company.convert("ana", "ebook-a", "ebook-c")
    company.run()
    assert company.ask("SELECT count(*) FROM outbox WHERE state = 'held'") == [(1,)]
    ask_for(company, "identity join", loser=company.person("bia"), winner=company.person("ana"))
    ask_for(company, "held release")
    company.run_until_quiet()
    assert [lead["Id"] for lead in company.sf.live("Lead")] == [record]
    assert company.sf.record(record)["LeadScore__c"] == company.points("ana")
    assert not company.rejects()
    must_hold(company)


def test_a_record_with_the_key_of_somebody_who_was_joined_is_found_again(company: Company) -> None:
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    [record] = [lead["Id"] for lead in company.sf.live("Lead")]
    company.convert("ana", "ebook-c")
    company.run()
    store = company.open().store
    ana = company.person("ana")
    with store.hold(), store.write(step=True) as tx:
        perform(tx, store, "identity join", {"loser": company.person("bia"), "winner": ana})
        desired.forget_link(tx, "sf", ana)
    company.run_until_quiet()
    assert company.ask("SELECT record_id FROM desired WHERE connection = 'sf'") == [(record,)]
    assert company.sf.record(record)["LeadScore__c"] == company.points("ana") == 90
    assert not company.rejects()


def test_of_two_records_made_at_once_for_one_person_the_second_is_reported(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-c", "ebook-d")
    company.run("pull", "score")
    ana, bia = company.person("ana"), company.person("bia")
    store = company.open().store
    during_the_first_write(monkeypatch, lambda: perform_in(store, "identity join", loser=bia, winner=ana), of=is_record)
    company.run("push")
    company.run_until_quiet()
    assert len(company.sf.live("Lead")) == 2
    assert ("sf", "crm_duplicate", "crm_duplicate") in company.rejects()
    must_hold(company)


def test_what_arrives_after_its_person_was_erased_is_not_kept(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    ana = company.person("ana")
    store = company.open().store
    during_the_first_write(monkeypatch, lambda: perform_in(store, "erase", person=ana, salt="s"), of=is_record)
    company.run("push")
    [lead] = company.sf.live("Lead")
    assert not company.ask("SELECT * FROM identities")
    assert company.ask("SELECT count(*) FROM outbox WHERE record_id = ?", lead["Id"]) == [(0,)]
    assert company.ask("SELECT state FROM outbox WHERE kind = 'record'") == [("confirmed",)]
    assert erased_among(store.read(), [("sf:Lead", lead["Id"])])


def test_who_was_erased_while_the_crm_was_asked_leaves_nothing_of_the_answer(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "ana@company.example"})
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    ana, read_back = company.person("ana"), SalesforceCrm.read_back
    store = company.open().store

    def slow(adapter: SalesforceCrm, writes: Sequence[LeadWrite]) -> Any:
        perform_in(store, "erase", person=ana, salt="s")
        return read_back(adapter, writes)

    monkeypatch.setattr(SalesforceCrm, "read_back", slow)
    company.run("push")
    assert not company.ask("SELECT * FROM identities")
    assert not company.ask("SELECT * FROM crm_looked_at")


def test_a_chain_of_joins_leaves_what_is_on_its_way_readable(company: Company) -> None:
    names = ("ana", "bia", "cid")
    for name in names:
        company.convert(name, "demo-request")
    company.run_until_quiet()
    ana, bia, cid = (company.person(name) for name in names)
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        pending = "UPDATE outbox SET state = 'pending' WHERE side = 'marketing' AND kind = 'event'"
        tx.execute(f"{pending} AND person_id IN (?, ?)", (ana, cid))  # bia has room for what is ana's, cid has none
    ask_for(company, "identity join", loser=ana, winner=bia)
    ask_for(company, "identity join", loser=bia, winner=cid)
    lists.check_sums(store.read())
    company.run()
    must_hold(company)


def test_a_lead_that_is_converted_while_an_update_is_under_way_is_followed_all_the_same(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a daemon decisions are read beside a push: what they tell is newer than the answer that comes in later."""
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    record = str(company.lead("ana")["Id"])

    def converted_and_read() -> None:
        contact, _ = company.sf.convert(record)
        company.sf.edit(contact, LeadScore__c=None, MQL__c=None)
        company.later(minutes=10)
        decisions_step(company.open())

    company.convert("ana", "ebook-c")
    during_the_first_write(monkeypatch, converted_and_read, is_record)
    company.run_until_quiet()
    contact = company.lead("ana", "Contact")
    assert (contact["LeadScore__c"], contact["MQL__c"]) == (90, True)
    must_hold(company)
