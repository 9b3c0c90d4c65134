"""A wall clock that is set, and a machine that slept, are noticed."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.daemon.clock import ClockWatch


class Clocks:
    """A wall clock and a monotonic one."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.passed_s = 0.0

    def passes(self, seconds: float, *, jump_s: float = 0.0) -> None:
        self.passed_s += seconds
        self.at += timedelta(seconds=seconds + jump_s)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def watch(clocks: Clocks) -> ClockWatch:
    return ClockWatch(lambda: clocks.at, lambda: clocks.passed_s)


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0, 5e9, -2.5])
def test_a_jump_is_told_once(clocks: Clocks, watch: ClockWatch, jump_s: float) -> None:
    clocks.passes(1, jump_s=jump_s)
    assert watch.jump_s() == pytest.approx(jump_s)
    clocks.passes(1)
    assert watch.jump_s() == 0


def test_a_time_service_at_work_is_no_jump(clocks: Clocks, watch: ClockWatch) -> None:
    for _ in range(100):
        clocks.passes(1, jump_s=0.5)
        assert watch.jump_s() == 0


def test_a_process_that_stood_still_sees_no_jump(clocks: Clocks, watch: ClockWatch) -> None:
    clocks.passes(7200)
    assert watch.jump_s() == 0
