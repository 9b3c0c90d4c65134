"""What a run says of itself: success is claimed for the whole alone, and what stands still says until when."""

from __future__ import annotations

from contextlib import closing

import pytest

from connector.errors import LockedError
from connector.loop.run import run_once
from connector.loop.tally import exit_code, outcome
from connector.state.store import Store
from connector.testing.simulator import Fault, Reply
from tests.sync.world import Company, line_of


def mql(company: Company, name: str = "ana") -> None:
    company.convert(name, "ebook-a", "ebook-b")


def test_refused_credentials_pause_that_connection_alone(company: Company) -> None:
    mql(company)
    company.run()
    company.rd.tokens.revoke()
    company.sf.set_status(company.lead("ana")["Id"], "Working")
    lines = company.run()
    assert exit_code(lines) == 3
    assert outcome(lines) == "partial"
    assert company.stage("ana") == "accepted"
    [(hint,)] = company.ask("SELECT DISTINCT hint FROM waits WHERE connection = 'rd' AND code <> 'x' LIMIT 1")
    assert "auth" in hint


def test_a_refused_connection_is_not_asked_by_every_stream(company: Company) -> None:
    company.open()
    company.rd.tokens.revoke()
    company.run()
    assert len(company.rd.calls("POST", "/auth/token")) == 1


def test_a_run_in_which_every_account_refuses_has_failed(company: Company) -> None:
    company.open()
    company.rd.tokens.revoke()
    company.sf.sign_in.client_secret = "another one"
    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("failed", 3)
    again = company.run()  # nobody is asked so soon, and that is no success
    assert (outcome(again), exit_code(again)) == ("failed", 3)


def test_a_connection_whose_sign_in_was_renewed_goes_on_where_it_stood(company: Company) -> None:
    mql(company)
    company.open()
    token = company.rd.tokens.refresh_token
    company.rd.tokens.revoke()
    company.run()
    company.rd.tokens.refresh_token = token
    company.later(hours=1)
    lines = company.run()
    assert exit_code(lines) == 0
    assert company.stage("ana") == "mql"
    assert company.ask("SELECT * FROM waits") == []


def test_a_wait_of_hours_holds_that_stream_alone_and_says_until_when(company: Company) -> None:
    mql(company)
    company.rd.faults.append(
        Fault("reply", path="/segmentations/", times=1, reply=Reply(429, {"errors": []}, {"Retry-After": "7200"}))
    )
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "x@company.example"})
    lines = company.run()
    contacts = line_of(lines, "pull", "contacts")
    assert contacts.error
    assert exit_code(lines) == 4
    read = line_of(lines, "decisions", "decisions")
    assert (read.read, read.as_json()["why_zero"]) == (1, None), "what was read has no reason for zero"
    [(until,)] = company.ask("SELECT until FROM waits WHERE stream = 'pull/contacts'")
    asked = len(company.rd.calls("GET", "/segmentations/1/contacts"))
    again = company.run("pull")
    assert f"waits until {until[:10]} {until[11:16]} UTC" in str(line_of(again, "pull", "contacts").why_zero)
    assert exit_code(again) == 4
    assert len(company.rd.calls("GET", "/segmentations/1/contacts")) == asked
    company.later(hours=2)
    assert exit_code(company.run()) == 0
    assert company.stage("ana") == "mql"
    assert company.ask("SELECT * FROM waits") == []


def test_the_days_calls_used_up_by_others_hold_the_push_and_lose_nothing(company: Company) -> None:
    mql(company)
    company.sf.meter.factor = 1
    company.sf.leave_calls(0)
    lines = company.run()
    assert exit_code(lines) == 4
    assert outcome(lines) != "ok"
    assert not company.sf.live("Lead")
    company.later(days=1, hours=1)
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True


def test_a_page_instead_of_an_answer_is_never_no_records(company: Company) -> None:
    mql(company)
    html = Reply(200, b"<html>maintenance</html>", {"Content-Type": "text/html"})
    company.rd.faults.append(Fault("reply", path="/segmentations/", times=20, reply=html))
    lines = company.run()
    assert line_of(lines, "pull", "contacts").error
    assert exit_code(lines) == 4
    assert company.ask("SELECT cursor FROM cursors WHERE stream = 'contacts'") in ([], [(None,)])
    company.rd.faults.clear()
    company.later(hours=1)
    company.run()
    assert company.stage("ana") == "mql"


def test_a_shape_that_nobody_documented_holds_the_stream_and_its_cursor(company: Company) -> None:
    mql(company)
    company.run()
    before = company.ask("SELECT cursor FROM cursors WHERE connection = 'rd' AND stream = 'contacts'")
    mql(company, "bia")
    company.rd.faults.append(Fault("reply", path="/segmentations/", reply=Reply(200, {"people": []})))
    lines = company.run("pull")
    assert exit_code(lines) == 1
    assert company.ask("SELECT cursor FROM cursors WHERE connection = 'rd' AND stream = 'contacts'") == before
    company.run()
    assert company.stage("bia") == "mql"


def test_a_second_process_is_refused_and_told_who_holds_the_state(company: Company) -> None:
    loop = company.open()
    other = Store.open(loop.store.path)
    with loop.store.hold(), pytest.raises(LockedError, match=r"process \d+ on "):
        other.take()
    other.close()


def test_a_process_that_was_overtaken_writes_nothing_more(company: Company) -> None:
    mql(company)
    loop = company.open()
    loop.store.take()
    assert loop.store._lock_file is not None
    loop.store._lock_file.close()  # frozen: the kernel gave the lock to another
    other = Store.open(loop.store.path)
    with closing(other), other.hold(), pytest.raises(LockedError, match="took the state over"):
        run_once(loop)
    assert company.ask("SELECT count(*) FROM contacts") == [(0,)]


def test_a_pause_stops_all_writes_and_is_visible(company: Company) -> None:
    mql(company)
    store = company.open().store
    from connector.loop.requests import perform

    with store.hold(), store.write(step=True) as tx:
        perform(tx, store, "pause", {"name": "*"})
    lines = company.run()
    assert company.writes() == 0
    assert "paused" in str(line_of(lines, "push").why_zero)
    with store.hold(), store.write(step=True) as tx:
        perform(tx, store, "resume", {"name": "*"})
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True


def test_feedback_that_waits_for_an_answer_does_not_say_that_all_is_told(company: Company) -> None:
    company.convert("ana", "demo-request")
    company.rd.events_lag_s = 300
    company.run()
    company.convert("ana", "ebook-a")
    line = line_of(company.run(), "feedback")
    assert "wait" in str(line.why_zero)
