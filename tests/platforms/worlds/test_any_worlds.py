"""Whatever happened on whichever two platforms: once it is quiet, all tell the same."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.platforms.pair import pair
from tests.platforms.test_same_company import SIMULATED as MARKETING
from tests.platforms.test_script_of_decisions import SIMULATED as CRMS
from tests.platforms.worlds.agreement import everything_agrees
from tests.platforms.worlds.life import AnyLife, Party


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("marketing", "crm"), list(product(MARKETING, CRMS)))
def test_any_two_platforms_tell_the_same_in_the_end(marketing: str, crm: str, seed: int, tmp_path: Path) -> None:
    lives(marketing, crm, seed, tmp_path)


def lives(marketing: str, crm: str, seed: int, folder: Path, moves: int = 90) -> None:
    """So many moves, then days of quiet; the story of a world that breaks is printed."""
    with pair(folder, marketing, crm) as (company, audience, desk):
        life = AnyLife(Party(company, audience, desk), seed)
        try:
            life.live(moves)
            life.settle()
            everything_agrees(life)
        except BaseException:
            print("\n".join(life.story))
            raise
