"""A lead about whom the CRM answers with an error holds up no other, and nobody is made twice for it."""

from __future__ import annotations

from urllib.parse import unquote_plus

import pytest

from connector.loop.tally import exit_code
from connector.testing.simulator import Reply, Request
from tests.sync.oracle import must_hold
from tests.sync.world import Company, address, line_of

OWN = {
    "a query that it cannot read": Reply(400, [{"errorCode": "MALFORMED_QUERY", "message": "?"}]),
    "a refusal": Reply(400, [{"errorCode": "INVALID_QUERY_FILTER_OPERATOR", "message": "?"}]),
    "another shape": Reply(200, {"records": [None], "done": True}),
}


def break_(company: Company, reply: Reply, *names: str) -> list[str]:
    """From now on every query about these is answered so, and counted; no name: about anybody."""
    answer = company.sf.answer
    broken: list[str] = []

    def breaks(request: Request) -> tuple[Reply | None, bool]:
        asked = unquote_plus(request.query) if "/query" in request.path else ""
        if "Email IN" in asked and (not names or any(address(name) in asked for name in names)):
            broken.append(asked)
            return reply, False
        return answer(request)

    company.sf.answer = breaks  # type: ignore[method-assign]
    return broken


def mend(company: Company) -> None:
    del company.sf.answer


@pytest.mark.parametrize("trouble", OWN)
def test_a_lead_that_cannot_be_looked_for_is_a_reject_and_the_others_are_handed_over(
    company: Company, trouble: str
) -> None:
    for name in ("bia", "ana", "cid"):
        company.convert(name, "ebook-a", "ebook-b")
    break_(company, OWN[trouble], "ana")
    lines = company.run()
    assert exit_code(lines) == 1
    assert [len(company.leads(name)) for name in ("ana", "bia", "cid")] == [0, 1, 1]
    assert [(connection, stream) for connection, stream, _ in company.rejects()] == [("sf", "record")]
    mend(company)
    company.replay()
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    assert company.rejects() == []
    must_hold(company)


def test_a_lead_about_whom_the_crm_fails_for_a_while_is_handed_over_without_a_person(company: Company) -> None:
    for name in ("bia", "ana", "cid"):
        company.convert(name, "ebook-a", "ebook-b")
    broken = break_(company, Reply(500, b"<html>oops"), "ana")
    lines = company.run()
    assert exit_code(lines) == 4
    assert line_of(lines, "push").error
    assert "later" not in line_of(lines, "push").as_json()
    assert len(broken) == 2 * 5, "asked with the others and alone, five attempts each, once in a run"
    assert [len(company.leads(name)) for name in ("ana", "bia", "cid")] == [0, 1, 1]
    assert company.rejects() == []
    mend(company)
    company.later(minutes=5)
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    must_hold(company)


@pytest.mark.parametrize("trouble", OWN)
def test_the_only_lead_that_is_looked_for_is_no_reject_before_others_are_answered_about(
    company: Company, trouble: str
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    break_(company, OWN[trouble], "ana")
    assert line_of(company.run(), "push").error
    assert company.rejects() == []
    company.convert("bia", "ebook-a", "ebook-b")
    company.run()
    assert [(len(company.leads(name))) for name in ("ana", "bia")] == [0, 1]
    assert [(connection, stream) for connection, stream, _ in company.rejects()] == [("sf", "record")]


@pytest.mark.parametrize("trouble", OWN)
def test_a_crm_that_answers_about_nobody_is_nobodys_reject(company: Company, trouble: str) -> None:
    names = [f"person{number}" for number in range(12)]
    for name in names:
        company.convert(name, "ebook-a", "ebook-b")
    break_(company, OWN[trouble])
    lines = company.run()
    assert line_of(lines, "push").error
    assert company.rejects() == []
    assert [company.leads(name) for name in names] == [[]] * 12
    mend(company)
    company.run_until_quiet()
    assert {company.lead(name)["MQL__c"] for name in names} == {True}
    must_hold(company)
