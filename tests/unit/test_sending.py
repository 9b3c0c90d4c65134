"""A batch on its way: a bad write sinks nobody else, and nothing that was done is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapter import Sending
from connector.errors import (
    AuthError,
    ContractError,
    LeadloopError,
    QuotaError,
    RecordError,
    RemoteError,
    RemoteRefusal,
    RetryableError,
    UnknownOutcome,
)
from connector.model import LeadWrite, Outcome


def writes(count: int) -> list[LeadWrite]:
    return [LeadWrite(f"e{number}", "field", f"k{number}", record_id=str(number)) for number in range(count)]


def refusal(means: str = "record") -> RemoteRefusal:
    return RemoteRefusal("refused", status=400, errors=[RemoteError("BAD", field="plan")], means=means)


class Platform:
    """Applies what it is sent, and refuses a call as a whole when one of its writes is bad."""

    def __init__(self, bad: Sequence[LeadWrite] = (), error: Callable[[], LeadloopError] = refusal) -> None:
        self.bad = {write.effect for write in bad}
        self.error = error
        self.calls: list[list[str]] = []
        self.applied: list[str] = []

    def send(self, some: Sequence[LeadWrite]) -> list[Outcome]:
        self.calls.append([write.effect for write in some])
        if self.bad & set(self.calls[-1]):
            raise self.error()
        self.applied += self.calls[-1]
        return [Outcome(write.effect, "updated", record_id=write.record_id) for write in some]


def raising(error: LeadloopError) -> Callable[[Sequence[LeadWrite]], list[Outcome]]:
    def send(some: Sequence[LeadWrite]) -> list[Outcome]:
        raise error

    return send


def never(some: Sequence[LeadWrite]) -> list[Outcome]:
    pytest.fail("no call was to be made")


def begun() -> tuple[Sending, list[LeadWrite]]:
    """A batch of three of which the first write has gone out, and the two that are left."""
    sending, (first, *rest) = Sending(), writes(3)
    sending.attempt(Platform().send, [first])
    return sending, rest


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_bad_writes_are_refused_alone_and_all_others_applied_once(is_bad):
    batch, sending = writes(len(is_bad)), Sending()
    platform = Platform([write for write, bad in zip(batch, is_bad, strict=True) if bad])
    sending.attempt(platform.send, batch)
    assert [one.effect for one in sending.outcomes_of(batch)] == [write.effect for write in batch]
    assert {one.effect for one in sending.outcomes_of(batch) if one.status == "rejected"} == platform.bad
    assert platform.applied == [write.effect for write in batch if write.effect not in platform.bad]


def test_a_refused_call_is_cut_in_halves():
    batch, sending = writes(4), Sending()
    platform = Platform(batch[3:])
    sending.attempt(platform.send, batch)
    assert platform.calls == [["e0", "e1", "e2", "e3"], ["e0", "e1"], ["e2", "e3"], ["e2"], ["e3"]]


def test_a_refusal_keeps_the_words_of_the_platform_and_is_not_sent_again():
    batch, sending = writes(1), Sending()
    sending.attempt(raising(refusal()), batch)
    expected = Outcome("e0", "rejected", record_id="0", code="BAD", text="refused", field="plan")
    assert sending.outcomes_of(batch) == [expected]


@pytest.mark.parametrize(
    ("means", "status", "moved"),
    [("record", "rejected", False), ("gone", "rejected", True), ("conflict", "conflict", False)],
)
def test_a_write_refused_alone_says_what_the_refusal_means(means, status, moved):
    batch, sending = writes(1), Sending()
    sending.attempt(raising(refusal(means)), batch)
    (outcome,) = sending.outcomes_of(batch)
    assert (outcome.status, outcome.moved) == (status, moved)


def test_a_refusal_that_holds_for_all_is_not_repeated_in_halves():
    class GoneTogether(Sending):
        def is_for_all(self, refusal):
            return refusal.means == "gone"

    batch, sending = writes(3), GoneTogether()
    platform = Platform(batch[:1], lambda: refusal("gone"))
    sending.attempt(platform.send, batch)
    assert len(platform.calls) == 1
    assert all(outcome.moved for outcome in sending.outcomes_of(batch))


TROUBLES = [AuthError("revoked"), RetryableError("down"), QuotaError("spent")]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda error: error.code)
def test_trouble_of_the_account_is_raised_while_nothing_has_gone_out(trouble):
    with pytest.raises(type(trouble)) as raised:
        Sending().attempt(raising(trouble), writes(2))
    assert raised.value is trouble


def test_a_write_that_does_not_fit_is_no_beginning():
    def check(write):
        raise RecordError("no contact", code="no_contact")

    sending, (first, second) = Sending(), writes(2)
    assert not sending.fits(first, check)
    with pytest.raises(AuthError):
        sending.attempt(raising(AuthError("revoked")), [second])
    assert sending.outcomes["e0"].code == "no_contact"


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda error: error.code)
def test_once_something_went_out_trouble_puts_off_all_that_is_left(trouble):
    sending, (second, third) = begun()
    sending.attempt(raising(trouble), [second])
    sending.attempt(never, [third])
    told = [(sending.outcomes[effect].status, sending.outcomes[effect].retry_after_s) for effect in ("e0", "e1", "e2")]
    assert told == [("updated", None), ("rejected", 60.0), ("rejected", 60.0)]


def test_what_is_put_off_waits_as_long_as_the_platform_said():
    sending, rest = begun()
    sending.attempt(raising(RetryableError("slow down", retry_after_s=7)), rest)
    assert [outcome.retry_after_s for outcome in sending.outcomes_of(rest)] == [7.0, 7.0]


def test_trouble_among_the_halves_of_a_refused_call_keeps_what_the_first_half_said():
    batch, sending = writes(2), Sending()
    answers = iter([refusal(), refusal(), AuthError("revoked")])

    def send(some):
        raise next(answers)

    sending.attempt(send, batch)
    assert [(one.code, one.retry_after_s) for one in sending.outcomes_of(batch)] == [("BAD", None), ("auth", 60.0)]


@pytest.mark.parametrize("error", [UnknownOutcome("cut off"), ContractError("odd")], ids=lambda error: error.code)
def test_a_call_whose_fate_nobody_told_is_unknown_and_never_cut_or_raised(error):
    (*pair, last), sending = writes(3), Sending()
    sending.attempt(raising(error), pair)
    assert [outcome.status for outcome in sending.outcomes_of(pair)] == ["unknown", "unknown"]
    sending.attempt(raising(AuthError("revoked")), [last])
    assert sending.outcomes["e2"].retry_after_s == 60.0


def test_an_adapter_may_park_what_a_limit_per_record_stops():
    class PerRecord(Sending):
        def limited(self, send, writes, error):
            self.put_off(writes, error, 3600.0)

    sending, (first, second) = PerRecord(), writes(2)
    sending.attempt(raising(QuotaError("24 a day", record="0")), [first])
    sending.attempt(Platform().send, [second])
    parked, done = sending.outcomes_of([first, second])
    assert (parked.status, parked.retry_after_s, done.status) == ("rejected", 3600.0, "updated")
