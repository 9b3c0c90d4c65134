"""A pause stops writes at once, also those of a batch that is on its way."""

from __future__ import annotations

import pytest

from connector.loop.requests import perform
from connector.loop.tally import exit_code, outcome
from connector.testing.simulator import Fault, Reply
from tests.sync.oracle import must_hold
from tests.sync.world import Company, line_of

NAMES = tuple(f"p{number}" for number in range(20))
FIELDS = r"/platform/contacts/"


def pause(company: Company) -> None:
    store = company.open().store
    with store.write() as tx:
        perform(tx, store, "pause", {"name": "*"})


def resume(company: Company) -> None:
    store = company.open().store
    with store.write() as tx:
        perform(tx, store, "resume", {"name": "*"})


@pytest.mark.parametrize("nth", [1, 5])
def test_a_pause_ends_a_batch_that_takes_many_requests(company: Company, nth: int) -> None:
    for name in NAMES:
        company.convert(name, "ebook-a", "ebook-b")

    def pausing(reply: Reply) -> Reply:
        pause(company)
        return reply

    company.rd.faults.append(Fault("edit_after", FIELDS, "PATCH", skip=nth - 1, edit=pausing))
    lines = company.run()
    workers = company.open().marketing[0].workers
    assert nth <= len(company.rd.calls("PATCH", FIELDS)) <= nth + workers
    assert exit_code(lines) == 0
    resume(company)
    company.run_until_quiet()
    assert {company.contact(name)["cf_lead_score"] for name in NAMES} == {60}
    assert company.rejects() == []
    must_hold(company)


def test_a_pause_that_comes_before_the_first_request_of_a_batch_leaves_it_planned(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    real = company.clock.sleep

    def sleep(seconds: float) -> None:
        pause(company)
        real(seconds)

    monkeypatch.setattr(company.clock, "sleep", sleep)
    company.run("pull", "score")
    company.rd.faults.append(Fault("reply", FIELDS, "PATCH", reply=Reply(429, {}, {"Retry-After": "1"})))
    lines = company.run("feedback")
    assert [one.status for one in company.rd.calls("PATCH", FIELDS)] == [429]
    assert (exit_code(lines), outcome(lines)) == (0, "ok")
    assert "paused" in str(line_of(lines, "feedback").why_zero)
    assert ("field", "planned", None) in company.ask("SELECT kind, state, next_at FROM outbox WHERE connection = 'rd'")
    monkeypatch.undo()
    resume(company)
    company.run_until_quiet()
    assert company.contact("ana")["cf_lead_score"] == 60
