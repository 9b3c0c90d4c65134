"""Which opens and clicks were machines': what no reader does, and what a reader may well do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from connector.machines import recognise
from connector.model import Activity

NOON = datetime(2026, 11, 20, 12, 0, 7, tzinfo=UTC)


def act(
    number: int,
    type_: str,
    at_s: float,
    url: str | None = None,
    mail: str = "news-1",
    *,
    by_machine: bool | None = None,
) -> Activity:
    return Activity(f"a{number}", type_, NOON + timedelta(seconds=at_s), asset=mail, url=url, by_machine=by_machine)


def click(number: int, at_s: float, link: str = "/a", *, by_machine: bool | None = None) -> Activity:
    return act(number, "email_click", at_s, f"https://acme.example{link}", by_machine=by_machine)


def machines(*acts: Activity) -> list[str]:
    """Keys of the acts that are a machine's."""
    return [one.key for one in recognise(acts) if one.by_machine]


def test_three_clicks_within_ten_seconds_are_a_scanner() -> None:
    assert machines(click(1, 0), click(2, 4), click(3, 10)) == ["a1", "a2", "a3"]
    assert machines(click(1, 0), click(2, 4), click(3, 10.5)) == []


def test_two_different_links_at_once_are_a_scanner_and_the_same_link_twice_is_a_double_click() -> None:
    assert machines(click(1, 0, "/a"), click(2, 1, "/b")) == ["a1", "a2"]
    assert machines(click(1, 0, "/a"), click(2, 1, "/a")) == []
    assert machines(click(1, 0, "/a"), click(2, 2, "/b")) == []


def test_a_reader_who_follows_the_links_one_after_the_other_stays_a_reader() -> None:
    assert machines(*(click(n, 30 * n, f"/{n}") for n in range(8))) == []


def test_a_burst_of_opens_is_a_proxy_that_prefetches_whatever_the_mailings() -> None:
    assert machines(*(act(n, "email_open", n, mail=f"news-{n}") for n in range(3))) == ["a0", "a1", "a2"]
    assert machines(act(1, "email_open", 0), act(2, "email_open", 3)) == []


def test_the_open_beside_a_scanners_clicks_is_the_scanners_too() -> None:
    scan = [click(1, 0, "/a"), click(2, 0.5, "/b")]
    assert machines(act(0, "email_open", -4), *scan, act(9, "email_open", 60)) == ["a0", "a1", "a2"]


def test_what_the_platform_marks_is_a_machines_by_that_alone_and_so_is_the_open_beside_it() -> None:
    assert machines(act(1, "email_open", 0, by_machine=True), act(2, "email_open", 900)) == ["a1"]
    assert machines(act(1, "email_open", 0), click(2, 3, by_machine=True)) == ["a1", "a2"]


def test_where_the_platform_says_a_person_did_it_only_three_different_links_contradict() -> None:
    assert machines(click(1, 0, by_machine=False), click(2, 1, by_machine=False), click(3, 2, by_machine=False)) == []
    assert machines(click(1, 0, "/a", by_machine=False), click(2, 0, "/b", by_machine=False)) == []
    assert machines(
        click(1, 0, "/a", by_machine=False), click(2, 1, "/b", by_machine=False), click(3, 2, "/c", by_machine=False)
    ) == [
        "a1",
        "a2",
        "a3",
    ]


def test_times_that_are_told_to_the_minute_or_day_make_no_burst() -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    acts = [Activity(f"a{n}", "email_click", midnight, asset="news-1", url=f"/{n}") for n in range(5)]
    assert recognise(acts) is acts


def test_other_acts_are_left_alone() -> None:
    acts = [act(n, "page_view", 0, f"/{n}") for n in range(5)]
    assert recognise(acts) is acts


MARKS = st.sampled_from([None, True, False])
ACTS = st.tuples(
    st.sampled_from(["email_open", "email_click", "page_view"]), st.integers(0, 40), st.sampled_from("abc"), MARKS
)


@given(st.lists(ACTS, max_size=12), st.randoms())
def test_the_verdict_does_not_depend_on_the_order_in_which_acts_were_read(
    drawn: list[tuple[str, int, str, bool | None]], random: Random
) -> None:
    acts = [act(n, type_, at, f"/{link}", by_machine=mark) for n, (type_, at, link, mark) in enumerate(drawn)]
    mixed = list(acts)
    random.shuffle(mixed)
    assert sorted(machines(*acts)) == sorted(machines(*mixed))
    assert [one.key for one in recognise(mixed)] == [one.key for one in mixed]
