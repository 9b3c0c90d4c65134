"""Reconcile: what no feed tells is found by walking everybody, and an absence is believed only when it is confirmed."""

from __future__ import annotations

from datetime import timedelta

from connector.testing.simulator import Fault
from tests.sync.oracle import must_hold
from tests.sync.world import Company, line_of


def test_who_shows_only_long_after_the_conversion_is_found_with_the_acts(company: Company) -> None:
    company.convert("bia", "ebook-a")
    company.run_until_quiet()
    an_hour_ago = company.clock.now() - timedelta(hours=1)
    company.rd.add("late@company.example", name="Late Silva", job_title="CEO")
    for form in ("ebook-a", "ebook-b"):
        company.rd.convert("late@company.example", form, at=an_hour_ago, visible_at=an_hour_ago + timedelta(hours=6))
    company.convert("bia", "ebook-b")
    company.run()
    company.later(days=1)
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.stage("late") == "mql"
    must_hold(company)


def test_an_edit_that_no_listing_shows_is_found_within_a_day(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b", title="Analyst")
    company.run_until_quiet()
    company.rd.edit(uuid, job_title="CEO")
    company.later(days=1)
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.stage("ana") == "mql"


def test_a_deletion_that_no_feed_tells_is_found_within_a_day_and_takes_nobody_along(company: Company) -> None:
    deleted = company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.rd.delete(deleted)
    company.later(days=1)
    company.run()
    assert company.ask("SELECT id FROM contacts WHERE gone_at IS NOT NULL") == [(deleted,)]
    company.run_until_quiet()
    assert company.stage("bia") == "mql"
    must_hold(company)


def test_a_walk_that_broke_off_proves_no_absence(company: Company) -> None:
    for name in ("ana", "bia", "cid"):
        company.convert(name, "ebook-a")
    company.run_until_quiet()
    company.later(days=1)
    company.rd.faults.append(Fault("lose_before", path="/segmentations/", times=50, skip=1))
    company.run()
    assert company.ask("SELECT count(*) FROM contacts WHERE gone_at IS NOT NULL") == [(0,)]
    assert line_of(company.run("reconcile"), "reconcile").error
    company.rd.faults.clear()
    company.later(hours=1)
    company.run_until_quiet()
    assert company.ask("SELECT count(*) FROM contacts WHERE gone_at IS NOT NULL") == [(0,)]


def test_once_a_day_is_enough(company: Company) -> None:
    company.convert("ana", "ebook-a")
    company.run()
    line = line_of(company.run(), "reconcile")
    assert line.requests == 0
    assert "once a day" in str(line.why_zero)
