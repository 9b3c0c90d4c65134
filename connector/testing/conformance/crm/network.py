"""Sign-in, refusals and secrets: each documented error is sorted, and none tells what it must not."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.errors import AuthError, LeadloopError, RetryableError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.conformance.crm.world import CrmWorld
from connector.testing.conformance.signing import share_a_renewed_token
from connector.testing.simulator import Fault, Reply

SOON = 1000
"""More times than a client tries."""


def raised(action: Callable[[], object]) -> LeadloopError:
    """The error that an action ends with."""
    with pytest.raises(LeadloopError) as caught:
        action()
    return caught.value


class NetworkConformance:
    """Everything that is said instead of an answer."""

    def test_a_token_that_dies_in_mid_walk_is_renewed(self, world: CrmWorld) -> None:
        added = {world.add(number) for number in range(1, 3 * world.page_size)}
        world.clock.advance(60)
        seen = set()
        for page in world.adapter().records(None):
            seen |= ids(page.records)
            world.expire_tokens()
        assert seen >= added

    def test_two_processes_share_a_token_that_one_of_them_renewed(self, world: CrmWorld) -> None:
        share_a_renewed_token(world)

    def test_refused_credentials_end_in_an_auth_error(self, world: CrmWorld) -> None:
        world.revoke()
        error = raised(lambda: world.adapter().resolve([world.keys(1)]))
        assert isinstance(error, AuthError)
        assert error.hint

    def test_a_read_that_fails_for_a_moment_succeeds(self, world: CrmWorld) -> None:
        record = world.add(1)
        world.clock.advance(60)
        world.simulator.faults.append(Fault("reply", path=world.read_path, reply=Reply(503, b"")))
        world.simulator.faults.append(Fault("lose_before", path=world.read_path, skip=1))
        records, _ = read_all(world.adapter())
        assert record in ids(records)

    def test_a_web_page_instead_of_records_is_no_empty_account(self, world: CrmWorld) -> None:
        world.add(1)
        page = Reply(200, b"<html>maintenance</html>", {"Content-Type": "text/html"})
        world.simulator.faults.append(Fault("reply", path=world.read_path, times=SOON, reply=page))
        assert isinstance(raised(lambda: read_all(world.adapter())), RetryableError)

    def test_each_documented_error_of_reads_is_sorted(self, world: CrmWorld) -> None:
        for error in world.errors:
            if error.raises is None:
                continue
            fault = Fault("reply", path=world.read_path, times=SOON, reply=error.reply)
            world.simulator.faults[:] = [fault]
            found = raised(lambda: world.adapter().resolve([world.keys(1)]))
            world.simulator.faults.clear()
            world.renew_calls()
            assert isinstance(found, error.raises), f"{error.name}: {found!r}"
            self.assert_keeps_quiet(world, f"{found.message} {found.hint}")

    def test_each_documented_error_of_writes_has_its_outcome(self, world: CrmWorld) -> None:
        for number, error in enumerate(world.errors, 1):
            if error.outcome is None:
                continue
            record = world.add(number)
            fault = Fault("reply", path=world.write_path, method=world.write_method, times=SOON, reply=error.reply)
            world.simulator.faults[:] = [fault]
            (outcome,) = world.adapter().write([world.change(record, number, 10)])
            world.simulator.faults.clear()
            assert (outcome.status, outcome.moved) == (error.outcome, error.moved), f"{error.name}: {outcome}"
            self.assert_keeps_quiet(world, f"{outcome.code} {outcome.text}")

    def test_a_refused_row_tells_no_address(self, world: CrmWorld) -> None:
        spoilt, _ = world.spoilt(world.creation(1), "too_long")
        (outcome,) = world.adapter().write([spoilt])
        self.assert_keeps_quiet(world, f"{outcome.code} {outcome.text}")

    def assert_keeps_quiet(self, world: CrmWorld, text: str) -> None:
        """No secret and no address stands in what a person may read."""
        assert not [one for one in world.secrets if one in text]
        assert "@example.com" not in text

    def test_check_finds_nothing_wrong_with_a_good_account(self, world: CrmWorld) -> None:
        lines = world.adapter().check()
        assert lines
        assert [line for line in lines if line.level == "fail"] == []

    def test_check_names_a_field_that_vanished(self, world: CrmWorld) -> None:
        field = world.hide_field()
        failing = [line for line in world.adapter().check() if line.level == "fail"]
        assert any(field in line.what and line.next_step for line in failing)

    def test_fields_are_described_for_the_mapping(self, world: CrmWorld) -> None:
        adapter = world.adapter()
        names = {one.name for one in adapter.fields()}
        assert names >= set(world.creation(1).fields)
