"""Whatever happened, and in whatever order: once it is quiet, every system tells the same."""

from __future__ import annotations

import pytest

from tests.sync.world import Company
from tests.sync.worlds.agreement import everything_agrees
from tests.sync.worlds.life import Life


@pytest.mark.parametrize("seed", range(10))
def test_every_system_tells_the_same_in_the_end(company: Company, seed: int) -> None:
    settles(company, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 160))
def test_every_system_tells_the_same_in_the_end_of_many_worlds(company: Company, seed: int) -> None:
    settles(company, seed)


def settles(company: Company, seed: int) -> None:
    life = Life(company, seed)
    try:
        life.live(100)
        life.settle()
        everything_agrees(company, life)
    except BaseException:
        print("\n".join(life.story))  # shown by pytest: what this world lived through
        raise
