"""When lanes are due: intervals, cron texts in cron's own meaning, and once on the days when clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from connector.daemon.triggers import Every, LocalCron, trigger_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def fires(text: str, zone: str, start: datetime, days: float) -> list[datetime]:
    """Every due time in so many days, as the timetable asks for them."""
    cron = LocalCron(text, ZoneInfo(zone))
    found: list[datetime] = []
    due_at = cron.get_next_fire_time(None, start)
    while due_at is not None and due_at < start + timedelta(days=days):
        found.append(due_at)
        due_at = cron.get_next_fire_time(due_at, due_at)
    return found


def test_an_interval_begins_at_once_and_makes_up_for_the_past_once() -> None:
    every = trigger_for("5m", "UTC")
    assert isinstance(every, Every)
    assert every.get_next_fire_time(None, NOW) == NOW
    assert every.get_next_fire_time(NOW, NOW) == NOW + timedelta(minutes=5)
    much_later = NOW.replace(year=2200)
    assert every.get_next_fire_time(NOW, much_later) == much_later + timedelta(minutes=5)


def test_half_past_two_fires_once_on_the_day_that_has_it_twice() -> None:
    [first] = fires("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), 1)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_half_past_two_fires_once_on_the_day_that_lacks_it() -> None:
    [only] = fires("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), 1)
    assert only.astimezone(BERLIN).hour == 3


def test_a_start_in_the_repeated_hour_does_not_fire_what_has_passed() -> None:
    start = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert fires("30 2 * * *", "Europe/Berlin", start, 0.9) == []


def test_every_hour_means_every_hour_that_passes() -> None:
    found = fires("*/20 * * * *", "Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), 1)
    assert {late - early for early, late in pairwise(found)} == {timedelta(minutes=20)}


@settings(max_examples=25)
@given(
    some.sampled_from(["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"]),
    some.integers(0, 23),
    some.integers(0, 59),
    some.integers(2024, 2030),
)
def test_a_daily_time_fires_once_on_every_date(zone: str, hour: int, minute: int, year: int) -> None:
    found = fires(f"{minute} {hour} * * *", zone, datetime(year, 1, 1, 12, tzinfo=UTC), 364)
    dates = [moment.astimezone(ZoneInfo(zone)).date() for moment in found]
    assert {late - early for early, late in pairwise(dates)} == {timedelta(days=1)}


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("0 3 * * 0", {"Sun"}), ("0 3 * * 7", {"Sun"}), ("0 3 * * SAT,sun", {"Sat", "Sun"}),
        ("0 3 * * 1-5", {"Mon", "Tue", "Wed", "Thu", "Fri"}),
        ("0 3 * * 5-7", {"Fri", "Sat", "Sun"}), ("0 3 * * 0-2", {"Sun", "Mon", "Tue"}),
        ("0 3 * * */2", {"Sun", "Tue", "Thu", "Sat"}), ("0 3 * * mon-fri/2", {"Mon", "Wed", "Fri"}),
    ],
)  # fmt: skip
def test_weekdays_are_counted_as_cron_counts_them(text: str, weekdays: set[str]) -> None:
    assert {moment.strftime("%a") for moment in fires(text, "UTC", NOW, 14)} == weekdays


def test_a_day_of_the_month_and_a_weekday_mean_either() -> None:
    found = fires("0 3 1 * 1", "UTC", datetime(2026, 11, 22, tzinfo=UTC), 10)
    assert [f"{moment:%a %d}" for moment in found] == ["Mon 23", "Mon 30", "Tue 01"]


def test_months_may_be_named_and_stepped() -> None:
    assert [moment.month for moment in fires("0 3 1 jan-dec/5 *", "UTC", NOW, 365)] == [1, 6, 11]


def test_a_clock_set_back_leaves_an_interval_what_was_left_of_it() -> None:
    back = NOW - timedelta(hours=1)
    moved = Every(300).moved(NOW + timedelta(minutes=2), -3600, back)
    assert moved == back + timedelta(minutes=2)


def test_a_clock_set_back_fires_no_cron_time_again() -> None:
    cron = LocalCron("0 3 * * *", ZoneInfo("UTC"))
    fired = datetime(2026, 11, 22, 3, tzinfo=UTC)
    due_at = cron.get_next_fire_time(fired, fired)
    assert due_at is not None
    assert cron.moved(due_at, -3600, fired - timedelta(minutes=30)) == fired + timedelta(days=1)


def test_a_clock_that_was_years_ahead_is_forgotten() -> None:
    cron = LocalCron("0 3 * * *", ZoneInfo("UTC"))
    wrong = datetime(2200, 1, 1, 3, tzinfo=UTC)
    due_at = cron.get_next_fire_time(wrong, wrong)
    assert due_at is not None
    assert cron.moved(due_at, -5e9, NOW) == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_the_longest_pause_of_a_cron_text_counts_the_weekend() -> None:
    assert trigger_for("0 3 * * 1-5", "UTC").longest_s(NOW) == 3 * 86_400
    assert trigger_for("0 * * * *", "UTC").longest_s(NOW) == 3600
    assert trigger_for("90s", "UTC").longest_s(NOW) == 90


def test_a_date_that_never_comes_is_never_due() -> None:
    never = trigger_for("0 3 31 2 *", "UTC")
    assert never.get_next_fire_time(None, NOW) is None
    assert never.longest_s(NOW) == 0
