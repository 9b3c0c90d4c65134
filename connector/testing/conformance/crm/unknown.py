"""What nobody told is read back before anything is sent again: no duplicate, nothing lost, whatever breaks."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from connector.testing.conformance.crm.driving import able, needs, settle
from connector.testing.conformance.crm.world import CrmWorld
from connector.testing.simulator import Fault, Reply

APPLIED_AND_LOST = [
    pytest.param(Fault("lose_after"), id="connection_lost_after_apply"),
    pytest.param(Fault("reply_after", reply=Reply(503, b"")), id="503_after_apply"),
    pytest.param(Fault("reply_after", reply=Reply(200, b"<html>back soon</html>")), id="web_page_after_apply"),
    pytest.param(Fault("reply_after", reply=Reply(200, b'[{"id":')), id="cut_answer_after_apply"),
]
NOT_APPLIED = [
    pytest.param(Fault("lose_before"), id="connection_lost_before_apply"),
    pytest.param(Fault("reply", reply=Reply(503, b"")), id="503_before_apply"),
]


class UnknownOutcomeConformance:
    """Creations and updates whose answer is lost."""

    @pytest.mark.parametrize("fault", [*APPLIED_AND_LOST, *NOT_APPLIED])
    def test_a_creation_whose_answer_is_lost_makes_one_record(self, world: CrmWorld, fault: Fault) -> None:
        writes = [world.creation(number) for number in (1, 2, 3)]
        world.simulator.faults.append(replace(fault, path=world.write_path, method=world.write_method))
        confirmed = settle(world, writes)
        assert [world.records_of(number) for number in (1, 2, 3)] == [[confirmed[one.effect]] for one in writes]

    @pytest.mark.parametrize("fault", APPLIED_AND_LOST)
    def test_an_applied_write_is_called_unknown_and_never_refused(self, world: CrmWorld, fault: Fault) -> None:
        world.simulator.faults.append(replace(fault, path=world.write_path, method=world.write_method))
        (outcome,) = world.adapter().write([world.creation(1)])
        assert outcome.status == "unknown"

    @pytest.mark.parametrize("fault", [*APPLIED_AND_LOST, *NOT_APPLIED])
    def test_an_update_whose_answer_is_lost_arrives(self, world: CrmWorld, fault: Fault) -> None:
        record = world.add(1)
        world.simulator.faults.append(replace(fault, path=world.write_path, method=world.write_method))
        settle(world, [world.change(record, 1, 64)])
        assert world.score_on(record) == 64

    def test_half_a_batch_is_completed_and_not_repeated(self, world: CrmWorld) -> None:
        needs(world, "half_batch")
        writes = [world.creation(number) for number in range(1, 7)]
        world.half_batch()
        settle(world, writes)
        assert [len(world.records_of(number)) for number in range(1, 7)] == [1] * 6

    def test_what_is_there_is_read_back_truly(self, world: CrmWorld) -> None:
        made, absent = world.creation(1), world.creation(2)
        record = settle(world, [made])[made.effect]
        change = world.change(record, 1, 91)
        stale = changed(change, effect="never-sent")
        world.adapter().write([change])
        world.clock.advance(able(world.adapter()).visible_after_s)
        backs = world.adapter().read_back([made, absent, stale])
        assert [one.effect for one in backs] == [made.effect, absent.effect, stale.effect]
        assert [one.present for one in backs] == [True, False, True]
        assert (backs[0].object, backs[0].record_id) == record
        assert dict(backs[1].fields) == {}
        assert dict(backs[2].fields) == dict(change.fields)

    @pytest.mark.parametrize("kind", ["task", "note"])
    @pytest.mark.parametrize("fault", [*APPLIED_AND_LOST, *NOT_APPLIED])
    def test_a_task_whose_answer_is_lost_is_there_once(self, world: CrmWorld, kind: str, fault: Fault) -> None:
        if kind not in able(world.adapter()).writes:
            pytest.skip(f"this adapter writes no {kind}")
        task = changed(
            world.change(world.add(1), 1, 1, f"{kind}-1"), kind=kind, fields={"subject": "Call", "body": "A, 60 points"}
        )
        world.simulator.faults.append(replace(fault, path=world.write_path, method=world.write_method))
        (outcome,) = world.adapter().write([task])
        assert outcome.status == "unknown"
        world.clock.advance(able(world.adapter()).visible_after_s)
        applied = fault.action in ("lose_after", "reply_after")
        (back,) = world.adapter().read_back([task])
        assert back.present is applied
        if not applied:
            world.adapter().write([task])
        (back,) = world.adapter().read_back([task])
        assert back.present
