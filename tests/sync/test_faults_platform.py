"""Platforms whose clock, limits, sign-in or times lie: nothing is lost, and the run says what stood in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.loop.tally import exit_code
from connector.testing.simulator import Fault, Reply, Request
from tests.sync.oracle import must_hold
from tests.sync.world import Company


@pytest.mark.parametrize("side", ["sf", "rd"])
@pytest.mark.parametrize("days", [365, -365], ids=["ahead", "behind"])
def test_a_platform_whose_clock_is_a_year_off_for_a_moment_loses_no_change(
    company: Company, side: str, days: int
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    simulator = getattr(company, side)
    simulator.clock = lambda: company.clock.now() + timedelta(days=days)
    company.run()
    simulator.clock = company.clock.now
    company.later(minutes=30)
    company.sf.set_status(company.lead("ana")["Id"], "Working")
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert (company.stage("ana"), company.points("ana")) == ("accepted", 90)


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_of_our_own_that_was_a_year_off_for_a_run_loses_nothing_and_doubles_nothing(
    company: Company, days: int
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.convert("bia", "ebook-a", "ebook-b")
    world = company.open().world
    right = world.now
    world.now = lambda: right() + timedelta(days=days)
    company.run()
    world.now = right
    company.later(hours=1)
    company.convert("cid", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert {company.stage(name) for name in ("ana", "bia", "cid")} == {"mql"}
    assert (len(company.sf.live("Lead")), len(company.sf.live("Task"))) == (3, 3)


@pytest.mark.parametrize(
    "told", ["api-usage=abc/xyz", "api-usage=-5/0", "api-usage=0/0", "api-usage=5/", "garbage", f"api-usage=1/{10**30}"]
)
def test_a_use_of_the_account_that_makes_no_sense_stops_nothing(company: Company, told: str) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    answer = company.sf.answer

    def lies(request: Request) -> tuple[Reply | None, bool]:
        reply, stall = answer(request)
        return reply and replace(reply, headers={**reply.headers, "Sforce-Limit-Info": told}), stall

    company.sf.answer = lies  # type: ignore[method-assign]
    lines = company.run()
    assert exit_code(lines) == 0
    assert company.lead("ana")["MQL__c"] is True


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:59Z",
        17,
        "NaN",
    ],
)
def test_an_act_dated_beyond_the_calendar_stops_nobody_else(company: Company, at: Any) -> None:
    odd = company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    company.rd.account.contacts[odd].events["CONVERSION"][0]["event_timestamp"] = at
    lines = company.run()
    assert [line.error for line in lines if line.error] == []
    assert company.stage("bia") == "mql"
    assert company.points("ana") >= 30


@pytest.mark.parametrize(
    "reply",
    [Reply(502, b"<html>bad gateway</html>"), Reply(200, b"<html>sign in</html>", {"Content-Type": "text/html"})],
)
def test_a_sign_in_that_is_out_of_order_keeps_the_grant_and_is_no_matter_of_credentials(
    company: Company, reply: Reply
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.sf.faults.append(Fault("reply", path="/oauth2/token", times=100, reply=reply))
    company.rd.faults.append(Fault("lose_before", path="/auth/token", times=100))
    assert exit_code(company.run()) == 4
    company.sf.faults.clear()
    company.rd.faults.clear()
    company.later(hours=1)
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    must_hold(company)


def test_a_platform_that_asks_for_an_hour_is_left_alone_and_the_others_go_on(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.convert("ana", "ebook-c")
    company.sf.set_status(company.lead("ana")["Id"], "Working")
    refusal = Reply(429, {"errors": {"error_type": "RATE_LIMIT_EXCEDDED"}}, {"Retry-After": "3600"})
    company.rd.faults.append(Fault("reply", path="/platform/segmentations", reply=refusal))
    assert exit_code(company.run()) == 4
    assert company.stage("ana") == "accepted"
    asked = len(company.rd.calls("GET", "/platform/segmentations"))
    company.close()
    company.later(minutes=50)
    assert exit_code(company.run("pull")) == 4
    assert len(company.rd.calls("GET", "/platform/segmentations")) == asked, "also a new process leaves it alone"
    company.later(minutes=10)
    company.run_until_quiet()
    assert company.points("ana") == 90
    must_hold(company)


@pytest.mark.parametrize("body", [{"message": "no Route matched with those values"}, b"<html>not found</html>"])
def test_a_gateway_that_knows_no_route_for_a_while_takes_nobody_for_deleted_and_no_act_for_read(
    company: Company, body: Any
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.convert("ana", "ebook-c")
    company.convert("bia", "ebook-a", "ebook-b")
    company.rd.faults.append(
        Fault("reply", method="GET", path="/platform/contacts/", times=1000, reply=Reply(404, body))
    )
    assert exit_code(company.run()) == 4
    assert company.ask("SELECT id FROM contacts WHERE gone_at IS NOT NULL") == []
    company.rd.faults.clear()
    company.later(days=3)
    company.run_until_quiet()
    assert (company.points("ana"), company.stage("bia")) == (90, "mql")
    must_hold(company)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'{"records":[null],"done":true}', b"[null]"])
def test_a_write_that_is_answered_in_no_known_shape_is_made_once(company: Company, body: bytes) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    reply = Reply(200, body, {"Content-Type": "application/json"})
    company.sf.faults.append(Fault("reply_after", path="/composite", reply=reply))
    company.run()
    company.later(hours=1)
    company.run_until_quiet()
    assert (len(company.leads("ana")), len(company.sf.live("Task"))) == (1, 1)
    must_hold(company)
