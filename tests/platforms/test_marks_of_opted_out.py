"""Where a CRM has tags, the mark of an MQL is taken off whoever opted out or was lost, as the field is."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.adapter.registry import spec_of
from tests.platforms.test_script_of_decisions import SIMULATED, Play, desk_of
from tests.sync.test_joined_on_the_way import ask_for
from tests.sync.world import address

WITH_TAGS = [name for name in SIMULATED if "tag" in spec_of("crm", name).capabilities.writes]


@pytest.mark.parametrize("name", WITH_TAGS)
def test_the_tag_goes_off_with_the_flag(tmp_path: Path, name: str) -> None:
    with Play(tmp_path, desk_of(name)) as play:
        play.mql()
        tags = "SELECT is_on, state FROM outbox WHERE connection = 'crm' AND kind = 'tag' ORDER BY id"
        assert play.ask(tags) == [(1, "confirmed")]
        play.rd.opt_out(play.convert("ana"))
        play.convert("ana", "point-x")
        play.run_until_quiet()
        assert play.ask(tags) == [(1, "confirmed"), (0, "confirmed")]


@pytest.mark.parametrize("name", WITH_TAGS)
def test_a_tag_that_hangs_on_a_held_creation_is_planned_once(tmp_path: Path, name: str) -> None:
    with Play(tmp_path, desk_of(name), guard={"creates": 0}) as play:
        play.convert("ana", "ebook-a", "ebook-b")
        for number in range(3):
            play.run()
            play.convert("ana", f"other-{number}")
        tags = "SELECT is_on, state FROM outbox WHERE connection = 'crm' AND kind = 'tag' ORDER BY id"
        assert play.ask(tags) == [(1, "planned")]
        ask_for(play, "held release")
        play.run_until_quiet()
        assert play.ask(tags) == [(1, "confirmed")]


@pytest.mark.parametrize("name", [name for name in WITH_TAGS if name != "pipedrive"])  # a deal has labels of its own
def test_a_tag_that_a_conversion_carried_over_goes_off_when_the_deal_is_lost(tmp_path: Path, name: str) -> None:
    with Play(tmp_path, desk_of(name)) as play:
        play.mql()
        play.desk.qualify(address("ana"))
        play.later(hours=1)
        play.desk.lose(address("ana"), "competitor")
        for _ in range(3):
            play.run_until_quiet()
            play.later(hours=12)
        assert play.stage("ana") == "lost" or name == "odoo"  # where one lead is lost, not its deal
        assert not play.desk.tagged(address("ana"))
