"""The script that all CRMs play, played by people in a real Tryton."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.tryton.desk import Desk
from tests.adapters.tryton.running import TrytonServer
from tests.platforms.test_script_of_decisions import (
    Play,
    test_the_same_decisions_reasons_and_stages_whatever_the_crm,
    test_the_script_is_told_to_marketing_and_then_nothing_more_is_written,
)

pytestmark = pytest.mark.long
__all__ = [
    "test_the_same_decisions_reasons_and_stages_whatever_the_crm",
    "test_the_script_is_told_to_marketing_and_then_nothing_more_is_written",
]


@pytest.fixture
def play(tmp_path: Path, running: TrytonServer) -> Iterator[Play]:
    desk: Any = partial(Desk, server=running)
    with Play(tmp_path, desk) as play:
        yield play
