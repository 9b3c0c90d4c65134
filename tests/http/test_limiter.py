"""Limits: never exceeded in any window, used to 97 % and more, kept over restarts, with a reserve for fresh MQLs."""

import heapq
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapter.declared import Limit
from connector.errors import QuotaError
from connector.http import Limiter, World
from connector.http.limiter import limits_with
from connector.state.budgets import SqliteBudgets
from connector.state.store import Store
from connector.testing.stores import MemoryBudgetStore


def limiter(clock, *limits, store=None, **more):
    return Limiter("acme:1", limits, store=store or MemoryBudgetStore(), world=clock.world, **more)


def use_up(subject, **how):
    """Calls that are granted until the first refusal, and that refusal."""
    made = 0
    while True:
        try:
            with subject.slot(**how):
                made += 1
        except QuotaError as refusal:
            return made, refusal


class Crowd:
    """Workers that call without pause, in simulated time: each call is counted somewhere between its start and end."""

    def __init__(self, clock, subject, workers):
        self.clock, self.subject, self.seen = clock, subject, []
        self.free = [(0.0, worker) for worker in range(workers)]

    def call(self, latencies, until_s, *, sees=1.0):
        open_calls = []
        for latency in latencies:
            free_at, worker = heapq.heappop(self.free)
            self._finish(open_calls, free_at)
            self.clock.passed_s = max(self.clock.passed_s, free_at)
            slot = self._enter(open_calls)
            start = self.clock.passed_s
            if start > until_s:
                slot.__exit__(None, None, None)
                break
            self.seen.append(start + latency * sees)
            heapq.heappush(open_calls, (start + latency, worker, slot))
            heapq.heappush(self.free, (start + latency, worker))
        self._finish(open_calls, float("inf"))
        return sorted(self.seen)

    def _enter(self, open_calls):
        slot = self.subject.slot()
        self.clock.sleep = self._sleep_over(open_calls)
        slot.__enter__()
        return slot

    def _sleep_over(self, open_calls):
        def sleep(seconds):
            target = self.clock.passed_s + seconds
            self._finish(open_calls, target)
            self.clock.passed_s = target

        return sleep

    def _finish(self, open_calls, until_s):
        while open_calls and open_calls[0][0] <= until_s:
            ends_at, _, slot = heapq.heappop(open_calls)
            self.clock.passed_s = max(self.clock.passed_s, ends_at)
            slot.__exit__(None, None, None)


def crowd(clock, workers, *limits):
    world = World(clock.now, clock.monotonic, sleep=lambda seconds: clock.sleep(seconds))  # noqa: PLW0108 - set later
    subject = Limiter("acme:1", limits, store=MemoryBudgetStore(), world=world, concurrency=workers, patience_s=1e6)
    return Crowd(clock, subject, workers)


def most_in_a_window(seen, per_s):
    most = first = 0
    for index, at in enumerate(seen):
        while seen[first] <= at - per_s:
            first += 1
        most = max(most, index - first + 1)
    return most


@settings(max_examples=60, deadline=None)
@given(
    calls=st.integers(1, 30),
    per_s=st.sampled_from([1, 2, 10, 60, 120]),
    workers=st.integers(1, 6),
    latencies=st.lists(st.floats(0.001, 3.0), min_size=20, max_size=150),
    sees=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_no_window_ever_holds_more_calls_than_allowed(new_clock, calls, per_s, workers, latencies, sees):
    seen = crowd(new_clock(), workers, Limit(calls=calls, per_s=per_s)).call(latencies, 10_000, sees=sees)
    assert most_in_a_window(seen, per_s) <= calls


@pytest.mark.parametrize(
    ("calls", "per_s", "latency_s", "workers"),
    [(190, 10, 0.12, 4), (120, 60, 0.3, 4), (500, 60, 0.15, 4), (10, 10, 0.1, 3)],
)
def test_the_allowed_rate_is_used(clock, calls, per_s, latency_s, workers):
    windows = 12
    seen = crowd(clock, workers, Limit(calls=calls, per_s=per_s)).call([latency_s] * calls * 20, windows * per_s)
    steady = [at for at in seen if per_s <= at < windows * per_s]
    assert most_in_a_window(seen, per_s) <= calls
    assert len(steady) / ((windows - 1) * calls) >= 0.97


def test_threads_share_one_limit_and_the_cap_on_concurrency():
    subject = Limiter(
        "a", [Limit(calls=50, per_s=10)], store=MemoryBudgetStore(), world=World(), concurrency=3, patience_s=0
    )
    busy, most, refused = [], [], []
    barrier = threading.Barrier(8)

    def work():
        barrier.wait()
        for _ in range(10):
            try:
                with subject.slot():
                    busy.append(1)
                    most.append(len(busy))
                    busy.pop()
            except QuotaError:
                refused.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 50
    assert len(refused) == 30
    assert max(most) <= 3


@pytest.fixture
def store(tmp_path, clock):
    opened = Store.open(tmp_path / "leadloop.db", now=clock.now)
    yield opened
    opened.close()


def test_a_budget_outlives_the_process_and_a_killed_one_counts_what_it_claimed(clock, store):
    daily = Limit(calls=100, per_s=86_400)
    killed = limiter(clock, daily, store=SqliteBudgets(store))
    for _ in range(5):
        with killed.slot():
            pass
    clock.passed_s += 5_000
    heir = limiter(clock, daily, store=SqliteBudgets(store))
    made, refusal = use_up(heir)
    assert 5 + made in (89, 90)
    assert refusal.retry_after_s == pytest.approx(86_400 - 5_000, abs=2_000)


def test_unused_calls_are_given_back_at_the_end(clock, store):
    subject = limiter(clock, Limit(calls=1000, per_s=3600), store=SqliteBudgets(store))
    with subject.slot():
        pass
    subject.close()
    assert SqliteBudgets(store).used("acme:1", "*/3600", clock.now()) == 1


def test_a_reserve_of_the_day_is_kept_for_fresh_mqls_within_our_share(clock):
    subject = limiter(clock, Limit(calls=1000, per_s=86_400), daily_share=0.5)
    assert use_up(subject)[0] == 450
    assert use_up(subject, reserve=True)[0] == 50


def test_what_others_use_of_the_account_lowers_our_budget(clock):
    subject = limiter(clock, Limit(calls=1000, per_s=86_400))
    subject.observe(used=980, allowed=1000)
    assert use_up(subject, reserve=True)[0] == 20


def test_a_weighted_budget_counts_what_each_call_costs_and_loses_none_to_rounding(clock, store):
    day = Limit(calls=1000, per_s=86_400, weighted=True)
    subject = limiter(clock, day, Limit(calls=100, per_s=86_400, bucket="calls"), store=SqliteBudgets(store))
    dear, _ = use_up(subject, cost=40)
    assert dear == 900 // 40  # a tenth is the reserve
    cheap, _ = use_up(subject)
    assert cheap == 900 - dear * 40
    fresh, _ = use_up(subject, cost=40, reserve=True)
    assert fresh == 100 // 40


def test_a_record_has_its_own_limit_that_blocks_no_other(clock, store):
    daily = Limit(calls=24, per_s=86_400, bucket="update", per_record=True)
    for _life in range(2):
        subject = limiter(clock, daily, store=SqliteBudgets(store))
        for _ in range(12):
            with subject.slot("update", "ana@acme.example"):
                pass
    with pytest.raises(QuotaError) as caught, subject.slot("update", "ana@acme.example"):
        pass
    assert caught.value.record == "ana@acme.example"
    assert "ana" not in str(caught.value)
    with subject.slot("update", "bob"), subject.slot("read", "ana@acme.example"):
        pass
    rows = store.read().execute("SELECT bucket FROM budgets").fetchall()
    assert not any("ana" in row["bucket"] for row in rows)


def test_sign_ins_have_their_own_limit(clock):
    subject = limiter(clock, Limit(calls=2, per_s=3600, logins=True))
    for _ in range(2):
        with subject.slot(login=True):
            pass
    with pytest.raises(QuotaError, match="sign-ins"), subject.slot(login=True):
        pass
    with subject.slot():
        pass


def test_a_long_pause_is_kept_over_a_restart_and_ends(clock, store):
    limiter(clock, store=SqliteBudgets(store)).pause("search", 600, "http_429")
    heir = limiter(clock, store=SqliteBudgets(store))
    with pytest.raises(QuotaError) as caught, heir.slot("search"):
        pass
    assert caught.value.retry_after_s == pytest.approx(600)
    with heir.slot("write"):
        clock.passed_s += 601
    with heir.slot("search"):
        pass


def test_an_interrupted_wait_leaks_no_place(clock):
    class Stop(Exception):
        pass

    def interrupt(_):
        raise Stop

    world = World(clock.now, clock.monotonic, interrupt, lambda: 0.5)
    subject = Limiter("a", [Limit(calls=1, per_s=10)], store=MemoryBudgetStore(), world=world)
    with subject.slot():
        pass
    with pytest.raises(Stop), subject.slot():
        pass
    clock.passed_s += 10.1
    with subject.slot():
        pass


def test_what_no_longer_counts_is_forgotten(clock, store):
    budgets = SqliteBudgets(store)
    budgets.claim("a", "b", want=1, limit=5, now=clock.now(), until=clock.now() + timedelta(seconds=10))
    budgets.pause("a", "b", clock.now() + timedelta(seconds=10), "x")
    clock.passed_s += 11
    budgets.sweep(clock.now())
    assert store.read().execute("SELECT count(*) FROM budgets").fetchone()[0] == 0
    assert store.read().execute("SELECT count(*) FROM account_pauses").fetchone()[0] == 0


def test_the_accounts_plan_changes_the_declared_limits():
    declared = (
        Limit(calls=120, per_s=60),
        Limit(calls=24, per_s=86_400, bucket="update", per_record=True),
        Limit(calls=5, per_s=1, bucket="search"),
    )
    planned = limits_with(declared, {"per_minute": 500, "per_day": 9000})
    assert [(limit.calls, limit.per_s) for limit in planned] == [(500, 60), (24, 86_400), (5, 1), (9000, 86_400)]
