"""The whole loop on simulated Marketo and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.errors import ContractError
from connector.loop.requests import perform
from connector.loop.tally import exit_code, outcome
from connector.testing.conformance.clock import BEGIN
from tests.adapters.marketo.audience import TheAudience
from tests.platforms.company import MarketingCompany
from tests.sync.world import address

MarketoCompany = MarketingCompany[TheAudience]
BEFORE = BEGIN - timedelta(days=3)
DELETED = "/deletedleads.json"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[MarketoCompany]:
    with MarketoCompany(tmp_path, TheAudience) as company:
        assert set(company.prepare().values()) == {"created"}
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: MarketoCompany) -> None:
    marketo = company.platform
    asks = marketo.add(
        address("ana"), created_at=BEGIN - timedelta(days=3), firstName="Ana", lastName="Silva", title="CEO",
        country="Brazil", company="Acme", numberOfEmployees=800,
    )  # fmt: skip
    marketo.fill_form(asks, "demo-request", BEGIN - timedelta(days=1))
    looks = marketo.add(address("bob"), firstName="Bob", title="Intern", country="Brazil")
    company.do(str(looks), "page_view", url="www.acme.example/pricing")

    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("ok", 0), [line.as_json() for line in lines]
    [lead] = company.sf.live("Lead")
    assert (lead["Email"], lead["MQL__c"], lead["LeadGrade__c"]) == (address("ana"), True, "A")
    assert marketo.lead(asks).values["leadloop_mql"] is True
    assert marketo.lead(looks).values["leadloop_grade"] == "C"

    company.later(minutes=15)
    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    told = company.audience.told(str(asks))
    assert (told["decision"], told["reason"]) == ("rejected", "no_budget")
    type_id = marketo.instance.types.by_name["leadloopDecision"]["id"]
    reasons = {act.primary: act.attributes.get("reason") for act in marketo.instance.acts_of(asks, type_id)}
    assert reasons["rejected"] == "no_budget"

    before = company.writes()
    for _ in range(2):
        company.later(minutes=15)
        assert (outcome(company.run()), company.writes()) == ("ok", before)
    assert {state for (state,) in company.ask("SELECT state FROM outbox")} <= {"confirmed", "replaced"}


def test_a_merge_in_marketo_joins_the_persons(company: MarketoCompany) -> None:
    winner, loser = company.meet("ana"), company.meet("ana.at.home")
    company.do(winner, "form_submission", "ebook-a")
    company.do(loser, "form_submission", "ebook-b")
    company.run()
    company.platform.merge(int(loser), int(winner))
    company.later(minutes=15)
    company.run()
    assert company.persons_of(winner, loser) == 1


def test_who_is_deleted_or_merged_while_the_first_read_is_under_way_is_removed(company: MarketoCompany) -> None:
    marketo = company.platform
    marketo.bulk.takes_s = 400
    stays, merged, gone, goes = (
        marketo.add(address(name), created_at=BEFORE) for name in ("ana", "ana.at.home", "bob", "eve")
    )
    company.run("pull")  # the file is made, and holds all four
    company.later(minutes=7)
    marketo.delete(gone)
    marketo.merge(merged, stays)
    company.run("pull")  # the file is read
    assert company.gone() == {str(gone), str(merged)}
    marketo.delete(goes)
    company.run("pull")
    assert company.gone() == {str(gone), str(merged), str(goes)}
    persons = dict(company.ask("SELECT id, person_id FROM contacts"))
    assert persons.keys() == {str(id_) for id_ in (stays, merged, gone, goes)}
    assert persons[str(merged)] == persons[str(stays)]


def test_a_first_read_walks_no_log_of_the_time_before_it_for_removals(company: MarketoCompany) -> None:
    a_long_log(company)
    company.run("pull")
    assert len(company.platform.calls("GET", DELETED)) == 1
    assert company.ask("SELECT count(*) FROM contacts") == [(1,)]


@pytest.mark.parametrize("streams", [("removals",), ("contacts", "activities", "removals")])
def test_after_a_reset_a_removal_of_ten_days_ago_is_found(company: MarketoCompany, streams: tuple[str, ...]) -> None:
    goes, loser, stays = (company.meet(name) for name in ("bob", "ana.at.home", "ana"))
    company.run("pull")
    company.platform.delete(int(goes))
    company.platform.merge(int(loser), int(stays))
    company.later(days=10)
    reset(company, *streams)
    company.run("pull")
    assert company.gone() == {goes, loser}


def test_where_the_first_moment_cannot_be_learned_removals_are_read_14_days_back(
    company: MarketoCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_long_log(company)
    [source] = company.open().marketing

    def fail() -> None:
        raise ContractError("Marketo gave no paging token")

    monkeypatch.setattr(source.adapter, "removals_from_now", fail)
    lines = company.run("pull")
    assert [line.error for line in lines if line.stream == "removals"] == ["Marketo gave no paging token", None]
    assert len(company.platform.calls("GET", DELETED)) > 1
    assert company.ask("SELECT count(*) FROM contacts") == [(1,)]


def a_long_log(company: MarketoCompany) -> None:
    """Somebody with more activities than a page of the log has, none of which is read."""
    id_ = company.platform.add(address("ana"), created_at=BEFORE)
    for _ in range(400):
        company.platform.act(id_, 6, BEFORE)


def reset(company: MarketoCompany, *streams: str) -> None:
    """A person runs `cursor reset`."""
    store = company.open().store
    for stream in streams:
        asked = {"connection": "mkt", "stream": stream, "cursor": None, "verb": "cursor reset"}
        with store.hold(), store.write() as tx:
            perform(tx, store, "cursor set", asked)
