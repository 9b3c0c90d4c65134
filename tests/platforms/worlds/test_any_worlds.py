"""Whatever happened on whichever two platforms: once it is quiet, all tell the same."""

from __future__ import annotations

import importlib
from itertools import product
from pathlib import Path

import pytest

from connector.shipped import shipped
from tests.platforms.test_every_pair import MODEL, prepare
from tests.platforms.test_same_company import SIMULATED as MARKETING
from tests.platforms.test_script_of_decisions import SIMULATED as CRMS
from tests.platforms.worlds.agreement import everything_agrees
from tests.platforms.worlds.life import AnyLife, Party
from tests.sync.world import FACTOR, Company


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("marketing", "crm"), list(product(MARKETING, CRMS)))
def test_any_two_platforms_tell_the_same_in_the_end(marketing: str, crm: str, seed: int, tmp_path: Path) -> None:
    lives(marketing, crm, seed, tmp_path)


def lives(marketing: str, crm: str, seed: int, folder: Path, moves: int = 90) -> None:
    with Company(folder) as company:
        audience = importlib.import_module(f"tests.adapters.{marketing}.audience").TheAudience(company.clock, FACTOR)
        desk = importlib.import_module(f"tests.adapters.{crm}.desk").Desk(company.clock, FACTOR)
        with audience, desk:
            company.settings["all"] = {
                "marketing": {"mkt": audience.connection()}, "crm": {"crm": desk.connection()},
                "scoring": str(MODEL), "reasons": str(shipped("reasons.yaml")),
            }  # fmt: skip
            prepare(company)
            life = AnyLife(Party(company, audience, desk), seed)
            try:
                life.live(moves)
                life.settle()
                everything_agrees(life)
            except BaseException:
                print("\n".join(life.story))
                raise
            company.close()
