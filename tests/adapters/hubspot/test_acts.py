"""Acts: form submissions newest first, e-mail events by window, and what the token may not see."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from adapters.hubspot import emails
from connector.errors import ContractError, RemoteRefusal, RetryableError
from connector.testing.simulator import Fault, Reply

WEEK_S = 7 * 86_400


def acts(adapter, cursor=None):
    """All acts from a cursor on, the cursor after them, and why there are none."""
    found, why = [], []
    for page in adapter.activities(cursor):
        found += page.records
        cursor = page.cursor if page.cursor is not None else cursor
        why += [page.why_zero] if page.why_zero else []
    return found, json.loads(json.dumps(cursor)), why


@pytest.fixture
def world(marketing):
    return marketing()


def test_a_submission_tells_form_page_and_answers(world):
    world.account.submit(world.form, "a@example.com", page="https://acme.example/ebook", company="Acme")
    (act,), _, _ = acts(world.adapter())
    assert (act["formName"], act["pageUrl"], act["email"]) == ("E-book", "https://acme.example/ebook", "a@example.com")
    assert act["fields"] == {"email": "a@example.com", "company": "Acme"}


def test_answers_of_one_name_become_a_list(world):
    world.account.submit(world.form, "a@example.com", interest="crm")
    _, submission = world.account.forms[world.form].submissions[0]
    submission["values"] += [{"name": "interest", "value": "erp"}]
    (act,), _, _ = acts(world.adapter())
    assert act["fields"]["interest"] == ["crm", "erp"]


def test_a_submission_without_an_id_keeps_its_key_though_the_form_is_renamed(world):
    world.account.submit(world.form, "a@example.com")
    del world.account.forms[world.form].submissions[0][1]["conversionId"]
    (before,), _, _ = acts(world.adapter())
    world.account.forms[world.form].name = "Another name"
    (after,), _, _ = acts(world.adapter())
    assert before["key"] == after["key"]
    assert before["formName"] != after["formName"]


def test_only_the_named_forms_are_read(marketing):
    world = marketing({"values": {"forms": ["00000003-form"]}})
    other = world.account.add_form("Newsletter")
    assert other == "00000003-form"
    world.account.submit(world.form, "a@example.com")
    world.account.submit(other, "b@example.com")
    found, _, _ = acts(world.adapter())
    assert [one["email"] for one in found] == ["b@example.com"]


def test_the_next_walk_reads_one_page_of_a_form_and_not_all_again(world):
    for number in range(120):
        world.account.submit(world.form, f"lead{number}@example.com")
        world.clock.advance(60)
    world.clock.advance(3600)
    _, cursor, _ = acts(world.adapter())
    assert len(world.simulator.calls("GET", "/submissions/")) == 3
    acts(world.adapter(), cursor)
    assert len(world.simulator.calls("GET", "/submissions/")) == 4


def test_a_submission_dated_in_the_future_hides_no_later_one(world):
    world.account.submit(world.form, "a@example.com", world.clock.now() + timedelta(days=400))
    _, cursor, _ = acts(world.adapter())
    world.clock.advance(3600)
    for number in range(60):
        world.account.submit(world.form, f"lead{number}@example.com")
    found, _, _ = acts(world.adapter(), cursor)
    assert len({one["key"] for one in found}) == 61


def test_a_form_deleted_while_it_is_read_stops_nothing(world):
    world.account.submit(world.form, "a@example.com")
    gone = Fault("reply", path="/submissions/", reply=Reply(404, {"category": "OBJECT_NOT_FOUND"}))
    world.simulator.faults.append(gone)
    found, _, why = acts(world.adapter())
    assert (found, why) == ([], ["none of 1 forms was submitted since the last read"])


@pytest.mark.parametrize("reply", [Reply(400, {"message": "?"}), Reply(403, {}), Reply(500, {}), Reply(200, ["?"])])
def test_a_form_that_cannot_be_read_stops_neither_other_forms_nor_mail_events(world, reply):
    other = world.account.add_form("Newsletter")
    for form in (world.form, other):
        world.account.submit(form, "a@example.com")
    world.clock.advance(60)
    world.account.mail("OPEN", "a@example.com")
    world.clock.advance(60)
    world.simulator.faults.append(Fault("reply", path=f"/submissions/forms/{world.form}", times=100, reply=reply))
    found, cursor = [], None
    with pytest.raises((ContractError, RetryableError, RemoteRefusal)):  # nothing that pauses the whole connection
        for page in world.adapter().activities(None):
            found += page.records
            cursor = page.cursor or cursor
    assert sorted(one.get("formName", "mail") for one in found) == ["Newsletter", "mail"]
    world.simulator.faults.clear()
    found, _, _ = acts(world.adapter(), cursor)
    assert "E-book" in {one.get("formName") for one in found}


def test_mail_events_tell_of_persons_only_and_pass_on_the_mark_of_machines(world):
    world.clock.advance(60)
    world.account.mail("SENT", "a@example.com")
    world.account.mail("OPEN", "a@example.com", filteredEvent=True)
    world.account.mail("CLICK", "a@example.com", url="https://acme.example")
    world.account.mail("STATUSCHANGE", "a@example.com", portalSubscriptionStatus="UNSUBSCRIBED")
    world.clock.advance(60)
    found, _, _ = acts(world.adapter())
    assert [one["type"] for one in found] == ["CLICK", "OPEN", "STATUSCHANGE"]
    assert [one.get("filteredEvent") for one in found] == [None, True, None]


def test_a_year_of_mail_events_is_read_by_weeks_and_goes_on_where_it_stopped(world):
    begin = world.clock.now() - timedelta(days=300)
    for week in range(40):
        world.account.mail("CLICK", "a@example.com", begin + timedelta(weeks=week))
    seen, cursor = [], None
    for page in world.adapter().activities(None):
        seen += page.records
        cursor = page.cursor if page.cursor is not None else cursor
        if len(seen) == 20:
            break
    rest, _, _ = acts(world.adapter(), cursor)
    assert {one["key"] for one in [*seen, *rest]} == {f"{one['id']}-{one['created']}" for one in world.account.events}
    assert len(rest) < 25


def test_many_events_of_one_window_fill_pages(world, monkeypatch):
    monkeypatch.setattr(emails, "A_PAGE", 10)
    for _ in range(35):
        world.account.mail("OPEN", "a@example.com")
    world.clock.advance(60)
    found, _, _ = acts(world.adapter())
    assert len({one["key"] for one in found}) == 35


def test_an_offset_that_does_not_move_stops_the_stream(world):
    stuck = Reply(200, {"hasMore": True, "offset": "7", "events": []})
    world.simulator.faults.append(Fault("reply", path="/email/", times=9, reply=stuck, skip=1))
    with pytest.raises(ContractError):
        acts(world.adapter())


@pytest.mark.parametrize("scope", ["forms", "content"])
def test_a_missing_scope_is_told_and_moves_no_mark(world, scope):
    world.simulator.lacks = frozenset({scope})
    world.account.submit(world.form, "a@example.com")
    world.account.mail("CLICK", "a@example.com")
    world.clock.advance(60)
    found, cursor, why = acts(world.adapter())
    assert any(scope in one for one in why)
    assert any(line.level == "warn" and scope in str(line.next_step) for line in world.adapter().check())
    world.simulator.lacks = frozenset()
    later, _, _ = acts(world.adapter(), cursor)
    assert {one["type"] for one in [*found, *later]} == {"FORM_SUBMISSION", "CLICK"}
