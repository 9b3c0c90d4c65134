"""Which values are the same on two platforms."""

from __future__ import annotations

from typing import Any

import pytest

from connector.loop.alike import alike


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (60, "60.0"), (60.5, "60.50"), ("60", 60), (True, "true"), (False, "False"), (None, ""), ("Ana", " Ana "),
        ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000+00:00"),
    ],
)  # fmt: skip
def test_a_value_is_the_same_however_a_platform_tells_it(ours: Any, theirs: Any) -> None:
    assert alike(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("01310", "1310"), ("+5511987654321", "5511987654321"), ("12345678901234567", "12345678901234568"),
        ("1e3", "1000"), (60, 61), (True, "false"), ("Ana", "Anna"), (0, ""),
    ],
)  # fmt: skip
def test_texts_of_digits_are_texts(ours: Any, theirs: Any) -> None:
    assert not alike(ours, theirs)
