"""The real loop between ActiveCampaign and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from connector.shipped import shipped
from tests.adapters.activecampaign.audience import TheAudience
from tests.platforms.audience import Deed, Someone
from tests.sync.world import FACTOR, Company, address

CALLS_THAT_WRITE = "POST|PUT|DELETE"


class ActiveCampaignCompany(Company):
    """One ActiveCampaign, one Salesforce, the shipped mappings and scoring model."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.audience = TheAudience(self.clock, FACTOR)
        self.ac = self.audience.simulator

    def __enter__(self) -> ActiveCampaignCompany:
        super().__enter__()
        self._stack.enter_context(self.audience)
        self.settings["all"] = {
            "marketing": {"ac": self.audience.connection()}, "scoring": str(shipped("scoring/b2b.yaml"))
        }  # fmt: skip
        [source] = self.open().marketing
        assert set(source.adapter.prepare_writes(source.mapping.feedback.writes).values()) == {"created"}
        return self

    def meet(self, name: str, title: str = "CEO") -> str:
        """Somebody new."""
        return self.audience.add(Someone(address(name), name.title(), "Silva", title, "Acme", "Brazil"))

    def do(self, id_: str, type_: str, asset: str = "", url: str = "") -> None:
        """An act, now."""
        self.audience.act(id_, Deed(type_, self.clock.now(), asset, url))

    def acts(self) -> dict[str, int]:
        """How many acts of each type the store holds."""
        return {str(kind): int(n) for kind, n in self.ask("SELECT type, count(*) FROM activities GROUP BY 1")}

    def writes(self) -> int:
        """Requests that wrote, on both sides."""
        changed = [one for one in self.sf.ledger if one.method != "GET" and "/oauth2/" not in one.path]
        return len(changed) + len(self.ac.calls(CALLS_THAT_WRITE))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[ActiveCampaignCompany]:
    with ActiveCampaignCompany(tmp_path) as company:
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: ActiveCampaignCompany) -> None:
    asks, looks = company.meet("ana"), company.meet("bob", "Intern")
    company.do(asks, "form_submission", "demo-request")
    company.do(looks, "page_view", url="https://www.acme.example/pricing")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    lead = company.lead("ana")
    assert (lead["MQL__c"], lead["Company"], lead["Title"]) == (True, "Acme", "CEO")
    assert [company.ac.value(id_, "LEADLOOP_MQL") for id_ in (asks, looks)] == ["yes", "no"]
    assert company.ac.tags(asks) == ["leadloop:mql"]
    assert company.audience.told(looks)["score"] == "0"

    company.later(minutes=10)
    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    told = company.audience.told(asks)
    assert (told["decision"], told["reason"], company.ac.tags(asks)) == ("rejected", "no_budget", [])
    [note] = company.ac.contact(asks).notes
    assert note.startswith("Sales: rejected")

    written = company.writes()
    for _ in range(2):
        company.later(minutes=15)
        assert (outcome(company.run()), company.writes()) == ("ok", written)
    assert company.rejects() == []


def test_every_kind_of_act_arrives_in_the_words_that_all_platforms_share(company: ActiveCampaignCompany) -> None:
    ana = company.meet("ana")
    company.do(ana, "form_submission", "ebook-form")
    company.do(ana, "page_view", url="https://www.acme.example/a")
    company.do(ana, "email_open", "news")
    company.do(ana, "email_click", "news", "https://www.acme.example/b")
    company.do(ana, "email_reply", "news")
    company.do(ana, "flow_completed", "Welcome")
    company.ac.open(ana, "news", by_machine=True)
    company.ac.subscribe(ana)
    company.ac.opt_out(ana)
    company.ac.bounce(ana, "news")
    company.ac.track(ana, "Trial started", "pro")
    company.run()
    assert company.acts() == {
        "form_submission": 1, "page_view": 1, "email_open": 2, "email_click": 1, "email_reply": 1, "flow_completed": 1,
        "subscribe": 1, "unsubscribe": 2, "bounce": 1, "Trial started": 1,
    }  # fmt: skip


def test_a_click_that_moves_no_time_of_update_is_found_by_the_log_of_all(company: ActiveCampaignCompany) -> None:
    ana = company.meet("ana")
    company.run()
    company.later(hours=3)
    company.do(ana, "email_click", "news", "https://www.acme.example/b")
    company.later(minutes=1)
    company.run()
    assert company.acts() == {"email_click": 1}


def test_many_contacts_are_told_by_an_import_that_is_polled(company: ActiveCampaignCompany) -> None:
    ids = [company.meet(f"lead{number}", "Analyst") for number in range(15)]
    company.run()
    assert company.ask("SELECT state, count(*) FROM outbox GROUP BY 1") == [("pending", 15)]
    company.run_until_quiet()
    assert [len(company.ac.calls(method, path)) for method, path in (("POST", "/bulk_import$"), ("PUT", ""))] == [1, 0]
    assert {company.audience.told(id_)["score"] for id_ in ids} == {"0"}
    assert company.ask("SELECT DISTINCT state FROM outbox") == [("confirmed",)]


def test_a_row_that_an_import_refuses_is_told_with_its_reason(company: ActiveCampaignCompany) -> None:
    for number in range(15):
        company.meet(f"lead{number}", "Analyst")
    company.ac.refused_by_imports = frozenset({address("lead3")})
    company.run_until_quiet()
    assert len(company.ac.calls("PUT", "/contacts/")) == 1, "who was refused is updated alone"
    assert company.ask("SELECT DISTINCT state FROM outbox") == [("confirmed",)]


def test_a_deletion_is_learned_by_comparing_all_ids(company: ActiveCampaignCompany) -> None:
    stays, goes = company.meet("ana"), company.meet("bob")
    company.run()
    company.ac.delete(goes)
    company.later(hours=24)
    company.run()
    company.run()
    assert company.ask("SELECT id FROM contacts WHERE gone_at IS NOT NULL") == [(goes,)]
    assert stays in {row[0] for row in company.ask("SELECT id FROM contacts WHERE gone_at IS NULL")}
