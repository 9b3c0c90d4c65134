"""The first read: bulk jobs that take their time, over windows, in slices, within a quota."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ContractError, RetryableError
from connector.testing.conformance.clock import BEGIN
from connector.testing.conformance.marketing.keeping import Crash, Kept
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.marketo import wording

ENQUEUE = "/enqueue.json"
FILE = "/file.json"


def people(world, count, *, days_ago=3.0, **values):
    made_at = world.clock.now() - timedelta(days=days_ago)
    return {
        str(world.simulator.add(f"p{days_ago}-{n}@example.com", created_at=made_at, **values)) for n in range(count)
    }


def jobs(world):
    return list(world.simulator.bulk.jobs.values())


def test_a_job_that_takes_its_time_is_asked_about_by_later_walks_and_not_waited_for(marketo):
    world = marketo(simulator={"bulk_takes_s": 400})
    ids = people(world, 5)
    kept = Kept()
    kept.pull(world.adapter())
    assert kept.contacts == {}
    assert "Marketo prepares the leads of" in kept.why_zero[0]
    world.clock.advance(500)
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids
    assert len([job for job in jobs(world) if job.kind == "leads"]) == 1


def test_who_is_fresh_waits_for_no_job(marketo):
    world = marketo(simulator={"bulk_takes_s": 4_000})
    people(world, 5)
    kept = Kept()
    kept.pull(world.adapter())
    world.clock.advance(300)
    fresh = world.add(1)
    world.act(fresh)
    kept.pull(world.adapter())
    assert set(kept.contacts) == {fresh}
    assert len(kept.acts) == 1


def test_windows_have_31_days_and_two_jobs_are_under_way(marketo):
    world = marketo(since=BEGIN - timedelta(days=100), simulator={"bulk_takes_s": 400})
    ids = people(world, 2, days_ago=90) | people(world, 2, days_ago=40) | people(world, 2, days_ago=1)
    kept = Kept()
    under_way = []
    for _ in range(8):
        list(map(kept._keep, ["changes"] * 99, world.adapter().changes(kept.cursors.get("changes"))))
        under_way.append(len([job for job in jobs(world) if job.status(world.clock.now()) == "Processing"]))
        world.clock.advance(500)
    kept.pull(world.adapter())
    assert max(under_way) == 2
    spans = [job.body["filter"]["createdAt"] for job in jobs(world) if job.kind == "leads"]
    assert len(spans) == 4
    assert [one["startAt"] for one in spans[1:]] == [one["endAt"] for one in spans[:-1]]
    assert len(ids) == 6


def test_nobody_says_since_when_and_two_years_are_read(marketo):
    world = marketo(since=None)
    people(world, 1, days_ago=700)
    kept = Kept()
    kept.pull(world.adapter())
    assert len(kept.contacts) == 1
    assert len([job for job in jobs(world) if job.kind == "leads"]) == 25


def test_records_of_the_file_are_as_those_of_an_answer(marketo):
    world = marketo()
    world.simulator.instance.schema.add("leadloop_count", "integer")
    (id_,) = people(
        world, 1, firstName='Ana "Nana"\nMaria, née Ü', lastName=None, unsubscribed=False, leadloop_count=12
    )
    names = ("email", "firstName", "lastName", "unsubscribed", "leadloop_count")
    adapter = world.adapter(fields={"": names})
    kept = Kept()
    kept.pull(adapter)
    (answer,) = adapter.contacts([id_])
    assert kept.contacts[id_] == {name: value for name, value in answer.record.items() if value is not None}


def test_a_file_is_read_in_slices_and_a_crash_goes_on_where_it_was(marketo):
    world = marketo()
    ids = people(world, 120, lastName='two\nlines, "quoted"')
    kept = Kept()
    with pytest.raises(Crash):
        kept.pull(world.adapter(), crash_after=6)
    assert 0 < len(kept.contacts) < len(ids)
    asked = len(world.simulator.calls("GET", FILE))
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids
    assert set(kept.named.values()) == {1}
    assert len(world.simulator.calls("GET", FILE)) - asked < 15


def test_a_platform_that_ignores_ranges_is_read_all_the_same(marketo, monkeypatch):
    world = marketo()
    ids = people(world, 60)
    bulk = world.simulator.bulk
    monkeypatch.setattr(bulk, "file", lambda id_, _: Reply(200, bulk.jobs[id_].content, {"Content-Type": "text/csv"}))
    kept = Kept()
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids


@pytest.mark.parametrize("end", ["Failed", "Canceled", "Cancelled"])
def test_a_job_that_ends_without_a_file_begins_again(marketo, end):
    world = marketo(simulator={"bulk_takes_s": 400})
    ids = people(world, 3)
    kept = Kept()
    kept.pull(world.adapter())
    for job in jobs(world):
        job.ended = end
    kept.pull(world.adapter())
    assert any(f"ended as {end}" in why for why in kept.why_zero)
    for _ in range(2):
        kept.pull(world.adapter())
        world.clock.advance(500)
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids


def test_a_job_that_nobody_knows_any_more_begins_again(marketo):
    world = marketo(simulator={"bulk_takes_s": 400})
    ids = people(world, 3)
    kept = Kept()
    kept.pull(world.adapter())
    world.simulator.bulk.jobs.clear()
    for _ in range(4):
        kept.pull(world.adapter())
        world.clock.advance(500)
    assert set(kept.contacts) == ids


def test_a_file_that_is_gone_begins_again(marketo):
    world = marketo()
    ids = people(world, 3)
    world.simulator.faults.append(
        Fault("reply", path=FILE, reply=Reply(404, b"not found", {"Content-Type": "text/plain"}))
    )
    kept = Kept()
    kept.pull(world.adapter())
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids


def test_a_job_that_was_made_and_never_queued_is_queued_by_the_next_walk(marketo):
    world = marketo()
    ids = people(world, 3)
    world.simulator.faults.append(Fault("reply", path=ENQUEUE, times=9, reply=wording.refused(611, "System error")))
    kept = Kept()
    with pytest.raises(RetryableError):
        kept.pull(world.adapter())
    world.simulator.faults.clear()
    kept.pull(world.adapter())
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids
    assert len([job for job in jobs(world) if job.kind == "leads"]) == 1


def test_a_job_whose_queueing_was_not_answered_is_not_queued_twice(marketo):
    world = marketo()
    ids = people(world, 3)
    world.simulator.faults.append(Fault("lose_after", path=ENQUEUE))
    kept = Kept()
    kept.pull(world.adapter())
    assert set(kept.contacts) == ids


@pytest.mark.parametrize(
    ("reply", "wait_s"), [(wording.bulk_quota(), 18 * 3600), (wording.bulk_queue(), 300)], ids=["quota", "queue"]
)
def test_a_spent_quota_stops_the_bulk_alone_until_it_ends(marketo, reply, wait_s):
    world = marketo()
    ids = people(world, 3)
    world.simulator.faults.append(Fault("reply", path=ENQUEUE, reply=reply))
    kept = Kept()
    adapter = world.adapter()
    kept.pull(adapter)
    assert any("the first read goes on later" in why for why in kept.why_zero)
    asked = len(world.simulator.calls("POST", "/bulk/"))
    world.clock.advance(wait_s - 150)
    fresh = world.add(1)
    kept.pull(adapter)
    assert set(kept.contacts) == {fresh}
    assert len(world.simulator.calls("POST", "/bulk/")) == asked
    world.clock.advance(160)
    kept.pull(adapter)
    assert set(kept.contacts) == {fresh, *ids}


def test_the_quota_of_the_day_is_kept_by_the_simulated_instance(marketo):
    world = marketo(since=BEGIN - timedelta(days=90))
    people(world, 20, days_ago=80)
    people(world, 20, days_ago=2)
    world.simulator.bulk.megabytes = 0.001
    kept = Kept()
    kept.pull(world.adapter())
    some = len(kept.contacts)
    assert 0 < some < 40
    world.clock.advance(86_400)
    kept.pull(world.adapter())
    assert len(kept.contacts) == 40


@pytest.mark.parametrize("body", [b"id,email\n1", b"id,email\n318581,other@example.com\n"])
def test_a_file_with_missing_or_wrong_bytes_is_not_believed(marketo, body):
    world = marketo()
    people(world, 1)
    adapter = world.adapter(fields={"": ("email",)})
    world.simulator.faults.append(
        Fault("reply", path=FILE, times=99, reply=Reply(206, body, {"Content-Type": "text/csv"}))
    )
    kept = Kept()
    with pytest.raises(RetryableError, match="missing or wrong bytes"):
        kept.pull(adapter)
    assert kept.contacts == {}


def test_an_unknown_status_stops_the_stream(marketo):
    world = marketo()
    people(world, 1)
    told = wording.result([{"exportId": "x", "status": "Pondering"}])
    world.simulator.faults.append(Fault("reply", path="/status.json", reply=told))
    with pytest.raises(ContractError, match="Pondering"):
        Kept().pull(world.adapter())


def test_acts_of_before_come_in_bulk_as_the_log_tells_them(marketo):
    world = marketo()
    (id_,) = people(world, 1)
    at = world.clock.now() - timedelta(days=2)
    world.simulator.act(int(id_), 1, at, primary="www.example.com/pricing", attributes={"Webpage URL": "/pricing"})
    world.simulator.act(int(id_), 6, at)  # a type that is not read
    before = [act for page in world.adapter().activities(None) for act in page.records]
    (row,) = [act.row() for act in world.simulator.instance.log.acts if act.type_id == 1]
    del row["id"]  # the log's integer is being retired, and is no column of the file
    assert before == [{**row, "attributes": {"Webpage URL": "/pricing"}}]


def test_a_bulk_activity_that_cannot_be_read_is_set_aside_and_the_rest_goes_on(marketo):
    world = marketo()
    (id_,) = people(world, 1)
    at = world.clock.now() - timedelta(days=2)
    world.act(id_, at)
    world.act(id_, at)
    broken = world.simulator.instance.log.acts[-1]
    broken.lead_id = "nobody"
    pages = list(world.adapter().activities(None))
    assert sum(len(page.records) for page in pages) == 1
    assert [(bad.place, bad.error.code) for page in pages for bad in page.bad] == [(str(broken.number), "bad_activity")]
