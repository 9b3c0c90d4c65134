"""The network: limits kept in every window, every documented refusal sorted, nothing secret in an error."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from collections import defaultdict

import pytest

from connector.adapter import Limit, MarketingAdapter
from connector.errors import AuthError, ForbiddenError, LeadloopError
from connector.model import Outcome
from connector.testing.conformance.marketing.keeping import Kept
from connector.testing.conformance.marketing.world import DocumentedError, MarketingWorld
from connector.testing.conformance.signing import share_a_renewed_token
from connector.testing.simulator import Entry, Fault, Request, Simulator


class NetworkConformance:
    """Needs `world`: a fresh MarketingWorld for each test."""

    def test_no_limit_is_exceeded_in_any_window(self, world: MarketingWorld) -> None:
        """As many contacts as the tightest account limit of a minute or less takes calls, and half again."""
        calls = min((limit.calls for limit in world.simulator.limits if _is_short(limit)), default=0)
        for number in range(min(calls + calls // 2, 2_000)):
            world.act(world.add(number))
        Kept().pull(world.adapter())
        assert not [entry for entry in world.simulator.ledger if entry.status == 429]
        for limit in world.simulator.limits:
            assert _most_in_a_window(world.simulator, limit) <= limit.calls

    def test_every_documented_refusal_of_a_read_is_sorted(self, world: MarketingWorld) -> None:
        id_ = world.add(1)
        for error in world.errors:
            if error.raises is not None:
                caught = _refused_read(world, id_, error)
                assert _sorted_as(caught) is error.raises, error.name
                assert error.retry_after_s in (None, getattr(caught, "retry_after_s", None)), error.name

    def test_every_documented_refusal_of_a_write_is_sorted(self, world: MarketingWorld) -> None:
        for number, error in enumerate(one for one in world.errors if one.outcome is not None):
            outcome = _refused_write(world, world.add(number), error)
            assert outcome.status == error.outcome, (error.name, outcome)
            assert outcome.retry_after_s == error.retry_after_s, (error.name, outcome)
            assert outcome.moved is error.moved, error.name

    def test_no_error_shows_a_secret_or_an_address(self, world: MarketingWorld) -> None:
        id_ = world.add(1)
        for error in world.errors:
            texts = [_text(_refused_read(world, id_, error))] if error.raises is not None else []
            texts += [str(_refused_write(world, id_, error))] if error.outcome is not None else []
            for hidden in (*world.secrets, world.email_of(id_)):
                assert not [text for text in texts if hidden in text], error.name

    def test_a_check_of_good_credentials_is_ok(self, world: MarketingWorld) -> None:
        assert "fail" not in {line.level for line in world.adapter().check()}

    def test_two_processes_share_a_token_that_one_of_them_renewed(self, world: MarketingWorld) -> None:
        share_a_renewed_token(world)

    def test_revoked_credentials_ask_for_a_person(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        adapter.check()
        world.revoke()
        with pytest.raises(AuthError) as caught:
            adapter.check()
        assert caught.value.hint
        assert not [secret for secret in world.secrets if secret and secret in _text(caught.value)]

    def test_fields_have_names_of_their_own(self, world: MarketingWorld) -> None:
        names = [field.name for field in world.adapter().fields()]
        assert names
        assert len(names) == len(set(names))


def _refused_read(world: MarketingWorld, id_: str, error: DocumentedError) -> LeadloopError | None:
    world.simulator.faults.append(Fault("reply", path=world.read_path, times=1_000, reply=error.reply))
    try:
        Kept().pull(world.adapter())
        list(world.adapter().contacts([id_]))
    except LeadloopError as caught:
        return caught
    finally:
        _go_on(world)
    return None


def _refused_write(world: MarketingWorld, id_: str, error: DocumentedError) -> Outcome:
    adapter: MarketingAdapter = world.adapter()
    fault = Fault("reply", path=world.write_path(error.kind), method="P.*", times=1_000, reply=error.reply)
    world.simulator.faults.append(fault)
    try:
        (outcome,) = adapter.write_back([world.write(error.kind, id_, 1)])
    finally:
        _go_on(world)
    return outcome


def _go_on(world: MarketingWorld) -> None:
    """The trouble is over, and so is every pause that it asked for."""
    world.simulator.faults.clear()
    world.clock.advance(2 * 86_400)


def _sorted_as(error: LeadloopError | None) -> type | None:
    """The error's place in the tree of connector.errors; a finer class of the client's own counts as its parent.

    So do rights that are lacking: platforms differ in how well they tell them from credentials that are refused.
    """
    if isinstance(error, ForbiddenError):
        return AuthError
    return next((one for one in type(error).__mro__ if one.__module__ == "connector.errors"), None)


def _text(error: LeadloopError | None) -> str:
    """All that an error may show: its message, hint and what caused it."""
    texts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        texts += [str(cause), repr(cause), str(getattr(cause, "hint", ""))]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(texts)


def _is_short(limit: Limit) -> bool:
    return limit.per_s <= 60 and not limit.per_record and not limit.logins


def _most_in_a_window(simulator: Simulator, limit: Limit) -> int:
    """The most calls that any window of this limit's length has seen, per record where it counts so."""
    times: dict[str, list[float]] = defaultdict(list)
    for entry in simulator.ledger:
        bucket, record, logins = simulator.bucket(_request(entry))
        if limit.bucket in ("*", bucket) and limit.logins is logins and (record or not limit.per_record):
            times[record if limit.per_record else ""].append(entry.at_s)
    return max((_densest(seen, limit.per_s) for seen in times.values()), default=0)


def _densest(times: list[float], window_s: float) -> int:
    first, most = 0, 0
    for last, time in enumerate(times):
        while times[first] <= time - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def _request(entry: Entry) -> Request:
    return Request(entry.method, entry.path, entry.params, {}, entry.body)
