"""A contact about which marketing answers with an error holds up nobody behind it, and is not forgotten."""

from __future__ import annotations

import pytest

from connector.loop.tally import exit_code
from connector.testing.simulator import Fault, Reply
from tests.sync.oracle import must_hold
from tests.sync.world import Company

TROUBLE = {
    "an error of the server": Reply(500, b"<html>oops"),
    "a right that is lacking": Reply(403, {}),
    "a refusal": Reply(422, {"errors": {"error_type": "INVALID", "error_message": "no"}}),
    "another shape": Reply(200, {"x": 1}),
    "no JSON": Reply(200, b"[NaN]"),
    "an unknown status": Reply(418, {}),
}
PLACES = {"contacts": "$", "activities": "/events$"}
"""Streams of rejects, and the end of the address that they ask."""


def break_(
    company: Company, contact_id: str, place: str = "$", reply: Reply = TROUBLE["an error of the server"]
) -> None:
    path = f"/platform/contacts/{contact_id}{place}"
    company.rd.faults.append(Fault("reply", path=path, method="GET", times=100_000, reply=reply))


def asked(company: Company, contact_id: str) -> int:
    return len(company.rd.calls("GET", f"/platform/contacts/{contact_id}"))


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("stream", PLACES)
def test_a_contact_that_cannot_be_read_is_a_reject_and_the_others_go_on(
    company: Company, stream: str, trouble: str
) -> None:
    company.convert("bia", "ebook-a", "ebook-b")
    bad = company.convert("ana", "ebook-a", "ebook-b")
    company.convert("cid", "ebook-a", "ebook-b")
    break_(company, bad, PLACES[stream], TROUBLE[trouble])
    lines = company.run()
    assert [company.stage(name) for name in ("bia", "cid")] == ["mql", "mql"]
    assert exit_code(lines) == 1
    assert [(connection, name) for connection, name, _ in company.rejects()] == [("rd", stream)]
    for line in lines:
        assert line.read == line.saved + line.unchanged + line.rejected, line
    company.rd.faults.clear()
    company.later(hours=1)
    company.run_until_quiet()
    assert company.stage("ana") == "mql"
    assert company.rejects() == []
    must_hold(company)


def test_a_contact_that_stays_broken_is_asked_for_less_and_less_often(company: Company) -> None:
    bad = company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    break_(company, bad, reply=TROUBLE["a refusal"])
    company.run()
    begun = asked(company, bad)
    for _ in range(12):
        company.later(minutes=5)
        assert exit_code(company.run("pull")) in (0, 1)
    assert asked(company, bad) - begun <= 4, "after 5, 10, 20 and 40 minutes, not every time"
    assert [stream for _, stream, _ in company.rejects()] == ["contacts"]


@pytest.mark.parametrize("stream", PLACES)
def test_a_replay_asks_at_once_for_what_was_put_off(company: Company, stream: str) -> None:
    bad = company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    break_(company, bad, PLACES[stream])
    company.run()
    company.rd.faults.clear()
    company.replay()
    company.run()
    assert company.stage("ana") == "mql"
    assert company.rejects() == []


@pytest.mark.parametrize("stream", PLACES)
def test_a_platform_that_answers_nobody_stops_the_stream_and_parks_no_contact(company: Company, stream: str) -> None:
    names = [f"person{number}" for number in range(20)]
    for name in names:
        company.convert(name, "ebook-a", "ebook-b")
    break_(company, "[^/]+", PLACES[stream])
    assert exit_code(company.run()) == 4
    assert company.rejects() == []
    assert len(company.rd.calls("GET", f"/platform/contacts/[^/]+{PLACES[stream]}")) <= (20 + 3) * 5
    company.rd.faults.clear()
    company.later(minutes=10)
    company.run_until_quiet()
    assert {company.stage(name) for name in names} == {"mql"}
    must_hold(company)


def test_the_only_one_that_is_asked_for_is_told_as_the_streams_trouble_and_in_time_as_its_own(company: Company) -> None:
    bad = company.convert("ana", "ebook-a", "ebook-b")
    break_(company, bad)
    codes = []
    for _ in range(3):
        codes.append(exit_code(company.run("pull")))
        company.later(hours=1)
    assert codes == [4, 4, 4]
    assert [stream for _, stream, _ in company.rejects()] == ["contacts"]
