"""One process that runs and dies for all tests of a worker, and what each history comes to when nobody dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sync.kill.company import HISTORIES, Runner, settle
from tests.sync.oracle import must_hold, picture
from tests.sync.world import Company


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def undisturbed(
    runner: Runner, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[int, dict[str, Any]]]:
    """By history: how many moments its run has, and the picture when it ends undisturbed."""
    known: dict[str, tuple[int, dict[str, Any]]] = {}

    def of(history: str) -> tuple[int, dict[str, Any]]:
        if history not in known:
            with Company(tmp_path_factory.mktemp("undisturbed")) as company:
                HISTORIES[history](company)
                moments = runner.run(company)["moments"]
                settle(company)
                must_hold(company)
                known[history] = moments, picture(company)
        return known[history]

    return of
