"""Consent and erasure are asked in the transaction that claims a send; an opt-out is never undone by us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connector.loop.channel import Channel
from connector.loop.context import Loop
from connector.loop.requests import perform
from connector.loop.run import pull_step
from connector.loop.send import send
from connector.loop.tally import Tally
from connector.state import operation, outbox
from connector.state.outbox import Row
from connector.state.packing import unpack
from connector.testing.simulator import Fault
from connector.testing.simulators.rdstation.account import SimContact
from tests.sync.world import Company


def opted_out(company: Company, name: str) -> None:
    """The person opts out, and marketing's record is read again."""
    uuid = company.convert(name)
    company.rd.opt_out(uuid)
    company.convert(name, "point-x")


def test_who_opted_out_is_not_created(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.rd.opt_out(uuid)
    company.run()
    assert not company.sf.live("Lead")
    assert company.stage("ana") == "lead"


def test_an_opt_out_takes_the_mark_off_and_writes_nothing_else(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    opted_out(company, "ana")
    company.convert("ana", "ebook-c")
    company.run()
    lead = company.lead("ana")
    assert (lead["MQL__c"], lead["HasOptedOutOfEmail"]) == (False, True)
    assert lead["LeadScore__c"] == 60
    assert len(company.sf.live("Task")) == 1


def test_an_opt_out_between_planning_and_sending_suppresses_the_write_and_what_hangs_on_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    between_planning_and_sending(monkeypatch, lambda loop: (opted_out(company, "ana"), pull_step(loop)))
    company.run("push")
    assert sorted(company.ask("SELECT kind, state FROM outbox")) == [("record", "suppressed"), ("task", "suppressed")]
    company.run_until_quiet()
    assert not company.sf.live("Lead")
    assert not company.sf.live("Task")


def test_who_consents_again_is_handed_over_with_the_task_after_all(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    between_planning_and_sending(monkeypatch, lambda loop: (opted_out(company, "ana"), pull_step(loop)))
    company.run("push")
    monkeypatch.undo()
    contact = company.rd.account.find_email("ana@company.example")
    assert contact is not None
    contact.legal_bases.clear()
    company.convert("ana", "point-y")
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    assert len(company.sf.live("Task")) == 1


def test_a_field_that_is_no_longer_there_takes_no_opt_out_back(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody renames a column, or a platform leaves the field out: that is no word of the person."""
    company.convert("ana", "ebook-a")
    opted_out(company, "ana")
    company.run("pull")
    whole = SimContact.record
    monkeypatch.setattr(
        SimContact, "record", lambda one: {key: value for key, value in whole(one).items() if key != "legal_bases"}
    )
    company.convert("ana", "ebook-b")
    company.run_until_quiet()
    assert not company.sf.live("Lead")
    [(packed,)] = company.ask("SELECT packed FROM contacts")
    assert unpack(packed)["c"] == {"email": "denied"}


def test_an_opt_out_is_a_ratchet_on_the_crm_side(company: Company) -> None:
    """Sales' own opt-out in the CRM is not switched back by a granted consent in marketing."""
    company.convert("ana", "ebook-a", "ebook-b")
    contact = company.rd.account.find_email("ana@company.example")
    assert contact is not None
    contact.legal_bases[:] = [{"category": "communications", "type": "consent", "status": "granted"}]
    company.run()
    company.sf.edit(company.lead("ana")["Id"], HasOptedOutOfEmail=True)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    company.convert("ana", "ebook-d")
    company.run_until_quiet()
    assert company.lead("ana")["HasOptedOutOfEmail"] is True


def erase(company: Company, name: str) -> None:
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        answer = perform(tx, store, "erase", {"person": company.person(name), "salt": "salt of this test"})
    assert "error" not in answer


def test_an_erased_person_does_not_come_back(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    company.run_until_quiet()
    erase(company, "ana")
    writes = company.writes()
    company.convert("ana", "ebook-c")
    company.later(days=2)
    company.run_until_quiet()
    assert company.ask("SELECT count(*) FROM contacts") == [(1,)]
    assert not company.ask("SELECT * FROM identities WHERE key LIKE 'ana%'")
    assert company.ask("SELECT count(*) FROM people WHERE erased_at IS NULL") == [(1,)]
    assert company.writes() == writes


def nothing_is_kept(company: Company) -> None:
    for table in ("identities", "crm_looked_at", "desired", "crm_records WHERE person_id IS NOT NULL"):
        assert company.ask(f"SELECT * FROM {table}") == [], table  # noqa: S608 - fixed names
    assert company.ask("SELECT * FROM crm_records WHERE object <> 'Opportunity'") == []
    assert company.ask("SELECT * FROM decisions WHERE person_id IS NOT NULL") == []


def test_an_erased_person_does_not_come_back_as_a_converted_lead_with_another_address(company: Company) -> None:
    """Our key goes along with a conversion."""
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    lead = company.lead("ana")["Id"]
    erase(company, "ana")
    company.sf.edit(lead, Email="ana.silva@home.example")
    company.run()
    company.sf.convert(lead)
    company.run()
    [contact] = company.sf.live("Contact")
    company.sf.edit(contact["Id"], LeadLoop_Id__c=None, Title="Director")
    company.run_until_quiet()
    nothing_is_kept(company)


def test_an_erased_person_does_not_come_back_with_an_answer_that_was_lost(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.sf.faults.append(Fault("lose_after", r"/composite/sobjects/Lead", "PATCH"))
    company.run()
    erase(company, "ana")
    for _ in range(4):
        company.run()
        company.later(hours=1)
    assert len(company.sf.live("Lead")) == 1
    nothing_is_kept(company)


def test_an_erased_person_leaves_no_word_behind_and_the_counts_still_add_up(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b", city="Itaquaquecetuba")
    company.run_until_quiet()
    [(total,)] = company.ask("SELECT count(*) FROM outbox")
    erase(company, "ana")
    company.run_until_quiet()
    assert company.ask("SELECT count(*) FROM outbox") == [(total,)]
    company.close()
    content = b"".join(path.read_bytes() for path in company.folder.glob("leadloop.db*"))
    for word in (b"ana@company.example", b"Ana", b"Itaquaquecetuba"):
        assert word not in content


def test_an_erasure_that_the_running_process_carries_out_leaves_no_word_in_its_log(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b", city="Itaquaquecetuba")
    company.run_until_quiet()
    store = company.open().store
    with store.write() as tx:
        operation.ask(tx, "erase", {"person": company.person("ana"), "salt": "salt"}, company.clock.now())
    company.run("score")
    content = b"".join(path.read_bytes() for path in company.folder.glob("leadloop.db*"))
    assert b"Itaquaquecetuba" not in content


def test_an_erasure_that_was_asked_for_before_the_person_was_joined_erases_the_other(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    company.run()
    store, bia = company.open().store, company.person("bia")
    with store.write() as tx:
        for verb, args in (
            ("identity join", {"winner": company.person("ana"), "loser": bia}),
            ("erase", {"person": bia, "salt": "salt"}),
        ):
            operation.ask(tx, verb, args, company.clock.now())
    company.run("score")
    assert company.ask("SELECT count(*) FROM contacts") == [(0,)]
    assert company.ask("SELECT count(*) FROM people WHERE erased_at IS NULL AND merged_into IS NULL") == [(0,)]


def test_what_still_bears_the_name_of_who_was_joined_is_erased_too(company: Company) -> None:
    """As two writes under way leave it when their persons are joined."""
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    ana, bia = company.person("ana"), company.person("bia")
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        perform(tx, store, "identity join", {"winner": ana, "loser": bia})
        tx.execute("UPDATE outbox SET person_id = ? WHERE fields LIKE '%bia@%'", (bia,))
    erase(company, "ana")
    assert company.ask("SELECT DISTINCT fields FROM outbox") == [("{}",)]
    assert company.ask("SELECT count(*) FROM people WHERE erased_at IS NULL") == [(0,)]


def test_an_erasure_between_planning_and_sending_sends_nothing(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")

    def erase_now(loop: Loop) -> None:
        with loop.store.write(step=True) as tx:
            perform(tx, loop.store, "erase", {"person": company.person("ana"), "salt": "salt"})

    between_planning_and_sending(monkeypatch, erase_now)
    company.run("push")
    assert not company.sf.live("Lead")
    assert company.ask("SELECT DISTINCT state FROM outbox") == [("suppressed",)]


def between_planning_and_sending(monkeypatch: pytest.MonkeyPatch, happens: Callable[[Loop], object]) -> None:
    """Let something happen in the very moment before planned rows are claimed; once."""
    waiting = [happens]

    def send_late(loop: Loop, channel: Channel, tally: Tally) -> None:
        if waiting:
            waiting.pop()(loop)
        send(loop, channel, tally)

    monkeypatch.setattr("connector.loop.push.send", send_late)


def test_an_opt_out_outlives_the_contact_that_said_it(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    opted_out(company, "ana")
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is False
    company.rd.delete(company.convert("ana"))
    company.later(days=1)
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is False


def test_an_erased_person_is_not_worked_out_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.settings["sf"] = {"write": "all"}
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    ana, store, sendable = company.person("ana"), company.open().store, outbox.sendable

    def late(*asked: Any) -> Sequence[Row]:
        rows = sendable(*asked)
        if rows:
            with store.write(step=True) as tx:
                perform(tx, store, "erase", {"person": ana, "salt": "salt"})
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "sendable", late)
        company.run("push")
    company.run_until_quiet()
    for table in ("scores", "leads", "desired"):
        assert company.ask(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - fixed names
    assert company.ask("SELECT max(dirty) FROM people") == [(0,)]
