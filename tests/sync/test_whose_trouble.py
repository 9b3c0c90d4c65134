"""An error about many at once may be about one of them: that one holds up nobody, and is not tried for ever."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.adapter import PersonKeys
from connector.errors import ContractError, LeadloopError, RemoteRefusal, RetryableError, UnknownOutcome
from connector.loop.requests import perform
from connector.loop.tally import exit_code
from connector.model import LeadWrite
from connector.testing.simulator import Fault, Reply
from tests.sync.oracle import must_hold
from tests.sync.world import Company, address, line_of

FAILS: dict[str, Callable[[], LeadloopError]] = {
    "an error of the server": lambda: RetryableError("500", code="http_500"),
    "no answer": lambda: UnknownOutcome("no answer"),
    "another shape": lambda: ContractError("what is this?"),
}
BAD = tuple(f"bad{number}" for number in range(6))
GOOD = ("ana", "bia", "cid")


class Breaks:
    """Salesforce fails whenever one of these persons is among those that it is asked about, or written to."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.patched = patched

    def __call__(self, method: str, names: Collection[str], error: Callable[[], LeadloopError]) -> None:
        real, bad = getattr(SalesforceCrm, method), {address(name) for name in names}

        def broken(adapter: SalesforceCrm, asked: Sequence[LeadWrite | PersonKeys]) -> Any:
            if any(not bad or bad & set(_addresses(one)) for one in asked):
                self.sizes.append(len(asked))
                raise error()
            return real(adapter, asked)

        self.patched.setattr(SalesforceCrm, method, broken)

    def mend(self) -> None:
        self.patched.undo()
        self.sizes.clear()


def _addresses(one: LeadWrite | PersonKeys) -> Sequence[str]:
    return one.emails if isinstance(one, PersonKeys) else [one.email or ""]


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Breaks:
    return Breaks(monkeypatch)


def mqls(company: Company, *names: str) -> None:
    for name in names:
        company.convert(name, "ebook-a", "ebook-b")


def made(company: Company, *names: str) -> list[int]:
    return [len(company.leads(name)) for name in names]


# Looking for records.


@pytest.mark.parametrize("fails", ["an error of the server", "another shape"])
def test_leads_at_the_head_that_cannot_be_looked_for_do_not_hold_up_those_behind(
    company: Company, breaks: Breaks, fails: str
) -> None:
    mqls(company, *BAD)
    company.run("pull", "score")
    mqls(company, *GOOD)
    breaks("resolve", BAD, FAILS[fails])
    assert exit_code(company.run()) in (1, 4)
    company.run()
    assert made(company, *GOOD) == [1, 1, 1]
    breaks.mend()
    company.replay()
    company.later(hours=1)
    company.run_until_quiet()
    assert made(company, *BAD) == [1] * 6
    assert company.rejects() == []
    must_hold(company)


def test_leads_that_cannot_be_looked_for_do_not_hold_up_what_is_written_to_known_records(
    company: Company, breaks: Breaks
) -> None:
    mqls(company, "ana")
    company.run_until_quiet()
    mqls(company, *BAD)
    company.convert("ana", "ebook-c")
    breaks("resolve", BAD, FAILS["an error of the server"])
    line = line_of(company.run(), "push")
    assert (line.updated, line.error, line.exit_code) == (1, "500", 4)
    assert company.ask("SELECT connection, stream, code FROM waits") == [("sf", "push/records", "http_500")]
    breaks.mend()
    company.run_until_quiet()
    assert company.ask("SELECT * FROM waits") == []


def test_a_lead_about_whom_the_crm_always_fails_is_asked_about_ever_less_often_and_told_in_time(
    company: Company, breaks: Breaks
) -> None:
    mqls(company, "bad")
    breaks("resolve", ["bad"], FAILS["an error of the server"])
    for number in range(20):
        mqls(company, f"other{number}")
        company.run()
        company.later(minutes=9)
    assert len(breaks.sizes) <= 2 * 6, "after 5, 10, 20, 40 … minutes, with others and alone"
    assert company.rejects() == [("sf", "record", "http_500")]
    breaks.mend()
    company.later(days=1)
    company.run_until_quiet()
    assert made(company, "bad") == [1]
    assert company.rejects() == []


def test_a_crm_that_answers_about_nobody_is_asked_about_a_few(company: Company, breaks: Breaks) -> None:
    mqls(company, *(f"person{number}" for number in range(30)))
    breaks("resolve", [], FAILS["an error of the server"])
    company.run()
    assert len(breaks.sizes) <= 6
    assert company.rejects() == []
    breaks.mend()
    company.run_until_quiet()
    assert made(company, *(f"person{number}" for number in range(30))) == [1] * 30


def test_a_record_that_cannot_be_read_holds_up_nobody_and_is_not_overwritten_blindly(
    company: Company, breaks: Breaks
) -> None:
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": address("bad"), "Phone": "+55 11 4000 0000"})
    company.sf.create("Lead", {"LastName": "Y", "Company": "Y", "Email": address("bia")})
    company.convert("bad", "ebook-a", "ebook-b", mobile_phone="+55 11 4000 1111")
    mqls(company, *GOOD)
    real = SalesforceCrm.read_back
    ids = {company.lead("bad")["Id"]}

    def broken(adapter: SalesforceCrm, asked: Sequence[LeadWrite]) -> Any:
        if ids & {one.record_id for one in asked}:
            raise RetryableError("500", code="http_500")
        return real(adapter, asked)

    breaks.patched.setattr(SalesforceCrm, "read_back", broken)
    company.run()
    assert [company.lead(name)["MQL__c"] for name in GOOD] == [True] * 3
    assert not company.lead("bad")["MQL__c"]
    breaks.mend()
    company.later(minutes=10)
    company.run_until_quiet()
    assert (company.lead("bad")["MQL__c"], company.lead("bad")["Phone"]) == (True, "+55 11 4000 0000")


# Looking once more before a creation that was held.


def held_creation(company: Company, *names: str) -> None:
    company.settings["sf"] = {"guard": {"creates": 0}}
    mqls(company, *names)
    company.run()
    company.later(hours=1)
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        assert perform(tx, store, "held release", {}) == {"released": len(names)}


def test_a_held_creation_that_cannot_be_looked_for_once_more_is_not_made_and_holds_up_nobody(
    company: Company, breaks: Breaks
) -> None:
    held_creation(company, "bad", *GOOD)
    breaks("resolve", ["bad"], FAILS["an error of the server"])
    company.run()
    assert made(company, "bad", *GOOD) == [0, 1, 1, 1]
    breaks.mend()
    company.later(minutes=10)
    company.run_until_quiet()
    assert made(company, "bad") == [1]


def test_a_held_creation_that_is_refused_when_it_is_looked_for_once_more_is_refused_once(
    company: Company, breaks: Breaks
) -> None:
    held_creation(company, "bad", *GOOD)
    refusal = RemoteRefusal("no", status=400)
    breaks("resolve", ["bad"], lambda: refusal)
    for _ in range(4):
        company.run()
    assert made(company, "bad", *GOOD) == [0, 1, 1, 1]
    rows = company.ask("SELECT kind, state FROM outbox WHERE side = 'crm' AND person_id = ?", company.person("bad"))
    assert rows == [("record", "replaced"), ("task", "replaced")]
    assert company.ask("SELECT times FROM rejects") == [(1,)]
    breaks.mend()
    company.settings["sf"] = {}  # nothing is held any more
    company.close()
    company.replay()
    company.run_until_quiet()
    assert made(company, "bad") == [1]
    assert len(company.sf.live("Task")) == len(GOOD) + 1


# Writing, and reading back what was written.


@pytest.mark.parametrize("fails", FAILS)
def test_a_write_that_always_fails_does_not_sink_those_that_travel_with_it(
    company: Company, breaks: Breaks, fails: str
) -> None:
    mqls(company, *GOOD, "bad", "dan")
    breaks("write", ["bad"], FAILS[fails])
    assert exit_code(company.run()) in (1, 4)
    for _ in range(6):
        company.later(minutes=4)
        company.run()
    assert made(company, *GOOD, "bad", "dan") == [1, 1, 1, 0, 1]
    assert len(breaks.sizes) <= 6
    breaks.mend()
    company.later(hours=1)
    company.run_until_quiet()
    assert company.lead("bad")["MQL__c"] is True
    must_hold(company)


@pytest.mark.parametrize("fails", FAILS)
def test_a_write_that_fails_alone_while_others_go_through_is_left_to_a_person(
    company: Company, breaks: Breaks, fails: str
) -> None:
    mqls(company, "bad")
    breaks("write", ["bad"], FAILS[fails])
    for number in range(20):
        company.convert("other", f"ebook-{number}", f"ebook-{number}b")
        company.run()
        company.later(minutes=15)
    assert [(connection, stream) for connection, stream, _ in company.rejects()] == [("sf", "record")]
    sent = len(breaks.sizes)
    company.run()
    assert len(breaks.sizes) == sent
    breaks.mend()
    company.settings["sf"] = {}  # nothing is held any more
    company.close()
    company.replay()
    company.run_until_quiet()
    assert made(company, "bad") == [1]
    assert company.rejects() == []
    must_hold(company)


@pytest.mark.parametrize("fails", FAILS)
def test_a_crm_that_takes_no_write_is_tried_a_little_and_rejects_nobody(
    company: Company, breaks: Breaks, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    spec = SalesforceCrm.spec
    with monkeypatch.context() as patched:
        single = spec.capabilities.model_copy(update={"batch": 1})
        patched.setattr(SalesforceCrm, "spec", spec.model_copy(update={"capabilities": single, "concurrency": 1}))
        names = [f"person{number}" for number in range(12)]
        mqls(company, *names)
        breaks("write", [], FAILS[fails])
        for _ in range(10):
            before = len(breaks.sizes)
            company.run()
            assert len(breaks.sizes) - before <= 3
            company.later(minutes=9)
        assert company.rejects() == []
        breaks.mend()
    company.later(minutes=15)
    company.run_until_quiet()
    assert made(company, *names) == [1] * 12
    must_hold(company)


def test_a_write_that_cannot_be_read_back_does_not_hold_up_the_others(company: Company, breaks: Breaks) -> None:
    mqls(company, "bad", *GOOD)
    company.sf.faults.append(Fault("lose_after", method="PATCH", path=r"/composite/sobjects/Lead"))
    company.run()
    breaks("read_back", ["bad"], FAILS["an error of the server"])
    mqls(company, "eva")
    company.run()
    company.run()
    assert [company.stage(name) for name in (*GOOD, "eva")] == ["mql"] * 4
    assert company.ask("SELECT state, count(*) FROM outbox WHERE kind = 'record' AND side = 'crm' GROUP BY 1") == [
        ("confirmed", 4), ("unknown", 1),
    ]  # fmt: skip
    breaks.mend()
    company.later(hours=1)
    company.run_until_quiet()
    assert made(company, "bad", "eva") == [1, 1]
    must_hold(company)


def test_a_crm_that_reads_nothing_back_is_asked_a_little(company: Company, breaks: Breaks) -> None:
    names = [f"person{number}" for number in range(20)]
    mqls(company, *names)
    company.sf.faults.append(Fault("lose_after", method="PATCH", path=r"/composite/sobjects/Lead"))
    company.run()
    breaks("read_back", [], FAILS["an error of the server"])
    company.run()
    assert len(breaks.sizes) <= 6
    assert line_of(company.run(), "push").error
    breaks.mend()
    company.run_until_quiet()
    assert made(company, *names) == [1] * 20
    must_hold(company)


def test_a_contact_that_marketing_always_fails_to_write_holds_up_nobody_and_is_told_in_time(company: Company) -> None:
    bad = company.convert("bad", "ebook-a", "ebook-b")
    mqls(company, *GOOD)
    oops = Reply(500, b"<html>oops")
    company.rd.faults.append(Fault("reply", path=f"{bad}$", method="PATCH", times=100, reply=oops))
    for number in range(14):
        company.convert("ana", f"ebook-y{number}", f"ebook-z{number}")
        company.run()
        company.later(minutes=15)
    assert [company.contact(name)["cf_lead_score"] for name in ("bia", "cid")] == [60, 60]
    assert company.rejects() == [("rd", "field", "never_there")]
    company.rd.faults.clear()
    company.replay()
    company.run_until_quiet()
    assert company.contact("bad")["cf_lead_score"] == 60
    assert company.rejects() == []
