"""The real loop between RD Station Marketing and RD Station CRM: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from tests.adapters.rdstation.desk import REASONS, AppDesk, Desk
from tests.platforms.company import SalesCompany
from tests.sync.world import address


@pytest.fixture(params=[Desk, AppDesk], ids=["version_1", "version_2"])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SalesCompany[Desk]]:
    with SalesCompany(tmp_path, request.param) as company:
        yield company


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(company: SalesCompany[Desk]) -> None:
    crm, ana = company.crm, address("ana")
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    deal = company.desk.deal(ana)
    assert deal["name"] == "Ana Silva"
    assert [crm.value(deal["id"], f"Leadloop {name}") for name in ("Score", "Grade")] == ["60", "Grade A"]
    assert company.desk.tagged(ana)
    assert "ebook-a" in crm.value(deal["id"], "Leadloop Reasons")
    [task] = crm.store.tasks.values()
    assert (task["subject"], task["deal_id"]) == ("Call Ana: A, 60 points", deal["id"])
    [contact] = crm.store.contacts.values()
    assert (contact["name"], contact["job_title"]) == ("Ana Silva", "CEO")

    company.run_until_quiet()
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written, "a second run with nothing new sends nothing"

    company.later(minutes=10)
    company.desk.reject(ana, "no_budget")
    company.run_until_quiet()
    assert company.history("ana")[-1][:2] == ("rejected", "sales")
    told = company.contact("ana")
    assert (told["cf_sales_decision"], told["cf_rejection_reason"]) == ("rejected", "no_budget")
    assert company.rejects() == []
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written
    assert company.desk.count(ana) == 1


def test_a_deal_is_accepted_qualified_and_won(company: SalesCompany[Desk]) -> None:
    ana = address("ana")
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    for decide, stage in ((company.desk.accept, "accepted"), (company.desk.qualify, "qualified")):
        company.later(minutes=10)
        decide(ana)
        company.run()
        assert company.stage("ana") == stage
    company.later(hours=2)
    company.desk.win(ana, 900)
    company.run_until_quiet()
    assert company.stage("ana") == "won"
    assert company.ask("SELECT kind, amount FROM decisions WHERE kind = 'won'") == [("won", 900.0)]


def test_linked_products_tell_each_other_what_sales_decided(tmp_path: Path) -> None:
    for linked, told in ((True, []), (False, ["OPPORTUNITY", "SALE"])):
        folder = tmp_path / str(linked)
        folder.mkdir()
        with SalesCompany(folder, Desk, linked=linked) as company:
            company.convert("ana", "ebook-a", "ebook-b")
            company.run()
            company.later(minutes=10)
            company.desk.qualify(address("ana"))
            company.run_until_quiet()
            company.later(minutes=10)
            company.desk.win(address("ana"), 900)
            company.run_until_quiet()
            assert company.contact("ana")["sales"] == told
            assert company.contact("ana")["cf_sales_decision"] == "won", "fields are told all the same"


def test_every_reason_of_sales_is_understood(tmp_path: Path) -> None:
    with SalesCompany(tmp_path, Desk) as company:
        names = {f"lead-{reason.replace('_', '-')}": reason for reason in REASONS}
        for name in names:
            company.convert(name, "ebook-a", "ebook-b")
        company.run()
        company.later(minutes=10)
        for name, reason in names.items():
            company.desk.reject(address(name), reason)
        company.run()
        for name, reason in names.items():
            told = company.ask("SELECT kind, reason FROM decisions WHERE person_id = ?", company.person(name))
            assert told == [("rejected", reason)]


def test_a_paused_deal_goes_back_to_marketing_and_so_does_one_lost_to_be_recycled(company: SalesCompany[Desk]) -> None:
    for name in ("ana", "bia"):
        company.convert(name, "ebook-a", "ebook-b")
    company.run()
    company.later(minutes=10)
    company.desk.recycle(address("ana"), "bad_timing")
    company.crm.pause(company.desk.deal(address("bia"))["id"])
    company.run()
    told = company.ask("SELECT kind, reason FROM decisions ORDER BY person_id")
    assert told == [("recycled", "bad_timing"), ("recycled", "none_given")]


def test_an_open_deal_that_sales_has_is_taken_over(company: SalesCompany[Desk]) -> None:
    crm = company.crm
    known = crm.add_deal(crm.add_contact("Ana of Acme", address("ana")), "Acme renewal")
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    deal = company.desk.deal(address("ana"))
    assert (deal["id"], deal["name"]) == (known, "Acme renewal")
    assert crm.value(known, "Leadloop Score") == "60"
    assert [contact["name"] for contact in crm.store.contacts.values()] == ["Ana of Acme"]
