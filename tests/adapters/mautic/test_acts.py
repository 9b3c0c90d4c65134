"""What people did: statistics by id, openings by time, and nobody whom nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ConfigError, ContractError
from connector.testing.simulator import Fault, Reply


def read(world, cursor=None, **values):
    """Acts by key, contacts that they ask to read again, the cursor after them."""
    acts, again = [], []
    for page in world.adapter(**values).activities(cursor):
        acts += page.records
        again += [one.id for one in page.to_read]
        cursor = page.cursor or cursor
    return acts, again, cursor


def keys(acts):
    return [act["key"] for act in acts]


def test_a_form_says_its_name_and_its_answers_and_has_its_contact_read_again(mautic):
    world = mautic()
    ana = world.add(1)
    world.simulator.submit(ana, "Contact us", {"message": "price"})
    (act,), again, _ = read(world)
    assert (act["event"], act["contact_id"], act["name"]) == ("form.submitted", ana, "Contact us")
    assert (act["results"], act["at"]) == ({"message": "price"}, "2026-11-20T12:00:00+00:00")
    assert again == [ana]


def test_names_and_answers_that_the_role_may_not_see_are_left_out(mautic):
    world = mautic()
    world.simulator.submit(world.add(1), "Contact us", {"message": "price"})
    world.simulator.faults.append(Fault("reply", path="^/api/forms/", times=9, reply=Reply(403, {"errors": []})))
    (act,), _, _ = read(world)
    assert (act["name"], act["results"]) == ("1", {})


def test_an_opening_is_an_act_and_the_next_opening_another(mautic):
    world = mautic()
    mail = world.simulator.send(world.add(1), "News")
    assert read(world)[0] == []
    world.simulator.open(mail)
    first, _, cursor = read(world)
    world.clock.advance(3600)
    world.simulator.open(mail)
    second, _, _ = read(world, cursor)
    assert ([act["name"] for act in first], len(first), len(second)) == (["News"], 1, 2)
    assert len({*keys(first), *keys(second)}) == 2


def test_a_first_read_of_seconds_costs_the_next_pass_a_call_a_table(mautic):
    world = mautic()
    ana = world.add(1)
    for _ in range(75):
        world.act(ana)
    late = world.simulator.hit(ana, "https://www.example.com/", visible_at=world.clock.now() + timedelta(seconds=240))
    world.act(ana)
    acts, _, cursor = read(world)
    world.clock.advance(360)
    world.simulator.ledger.clear()
    found, _, _ = read(world, cursor)
    assert (len(acts), keys(found)) == (76, [f"page_hits:{late}"])
    assert len(world.simulator.calls("GET", "/stats/page_hits")) == 1
    assert len(world.simulator.calls("GET", "/stats/")) == 5


def test_acts_of_visitors_whom_nobody_knows_are_left_out_until_they_are_known(mautic):
    world = mautic()
    visitor = world.simulator.add()
    hits = [world.simulator.hit(visitor, f"https://www.example.com/{number}") for number in range(15)]
    acts, _, cursor = read(world)
    assert acts == []
    world.clock.advance(3600)
    world.simulator.identify(visitor, "ana@acme.example")
    acts, _, cursor = read(world, cursor)
    assert keys(acts) == [f"page_hits:{number}" for number in hits]
    for _ in range(2):  # the overlap repeats them once, under the same keys
        world.clock.advance(3600)
        acts, _, cursor = read(world, cursor)
        assert set(keys(acts)) <= {f"page_hits:{number}" for number in hits}
    assert acts == []


def test_who_was_known_from_the_beginning_is_not_read_twice(mautic):
    world = mautic()
    _, _, cursor = read(world)
    world.simulator.hit(world.add(1), "https://www.example.com/a")
    asked = len(world.simulator.calls("GET", "^/api/stats/page_hits"))
    acts, _, _ = read(world, cursor)
    assert (len(acts), len(world.simulator.calls("GET", "^/api/stats/page_hits")) - asked) == (1, 1)


def test_a_row_that_shows_after_one_with_a_higher_id_is_read_once(mautic):
    world = mautic()
    ana = world.add(1)
    late = world.simulator.hit(
        ana, "https://www.example.com/late", visible_at=world.clock.now() + timedelta(seconds=100)
    )
    soon = world.simulator.hit(ana, "https://www.example.com/soon")
    acts, _, cursor = read(world)
    assert keys(acts) == [f"page_hits:{soon}"]
    world.clock.advance(120)
    acts, _, cursor = read(world, cursor)
    assert keys(acts) == [f"page_hits:{late}"]
    world.clock.advance(3600)
    assert read(world, cursor)[0] == []


def test_what_is_older_than_since_is_not_read(mautic):
    world = mautic()
    ana = world.add(1)
    world.simulator.hit(ana, "https://www.example.com/old")
    world.clock.advance(86_400)
    world.since = world.clock.now()
    new = world.simulator.hit(ana, "https://www.example.com/new")
    assert keys(read(world)[0]) == [f"page_hits:{new}"]


@pytest.mark.parametrize("says_denied", [True, False])
@pytest.mark.parametrize("table", ["page_hits", "email_stats"])
def test_a_table_that_is_not_allowed_is_told_after_the_others_were_read(mautic, table, says_denied):
    world = mautic(hidden=(table,), says_denied=says_denied)
    world.simulator.download(world.add(1), "ebook.pdf")
    acts = []
    with pytest.raises(ContractError, match=table) as caught:
        for page in world.adapter().activities(None):
            acts += page.records
    assert caught.value.code == "not_allowed"
    assert [act["name"] for act in acts] == ["ebook.pdf"]


def test_a_table_that_the_configuration_leaves_out_is_not_asked_for(mautic):
    world = mautic(hidden=("page_hits",))
    assert read(world, tables=["form_submissions"])[0] == []
    assert not world.simulator.calls("GET", "^/api/stats/(page_hits|email_stats)")


def test_a_table_that_tells_of_no_acts_is_refused(mautic):
    with pytest.raises(ConfigError, match="lead_lists"):
        list(mautic().adapter(tables=["lead_lists"]).activities(None))


def test_openings_go_on_where_a_crash_left_them(mautic):
    world = mautic()
    for number in range(25):
        world.simulator.open(world.simulator.send(world.add(number), "News"))
    first = []
    cursor = None
    for page in world.adapter().activities(None):
        first += page.records
        cursor = page.cursor or cursor
        if len(first) == 10:
            break
    rest, _, _ = read(world, cursor)
    assert len(rest) == 15
    assert len({*keys(first), *keys(rest)}) == 25
