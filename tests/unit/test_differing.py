"""Which of our fields in a CRM's record show a value that is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.loop.alike import alike
from connector.loop.ours import differing
from connector.model import CrmRecord
from connector.state.desired import Desired

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
NAMES = ("Score", "Grade", "MQL", "Since", "Reasons")


def wish(have: Mapping[str, Any], **want: Any) -> Desired:
    return Desired(
        connection="crm", person=1, object="Lead", record_id="1", want={**have, **want}, have=dict(have), points_mp=0,
        have_points_mp=0, fresh=False, resolved_at=None, limited=False, effects=[], shown=None, have_at={},
        confirmed_at=None, corrected={},
    )  # fmt: skip


def differences(one: Desired, shown: Mapping[str, Any], words: Mapping[Any, Any] | None = None) -> dict[str, Any]:
    """`words` are what the platform makes of our values."""
    record = CrmRecord("Lead", "1", shown, AT)
    return differing(NAMES, one, record, lambda _, value: (words or {}).get(value, value))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (60, 60), (60, "60"), (60, 60.0), (True, "true"), (False, False), ("A", " A "), ("x\ny", "x\r\ny"),
        ("2026-11-22T10:00:00.123456Z", "2026-11-22T10:00:00Z"), ("2026-11-22T10:00:00Z", "2026-11-22T07:00:00-03:00"),
    ],
)  # fmt: skip
def test_our_value_as_platforms_tell_it_is_ours(ours: Any, theirs: Any) -> None:
    assert differences(wish({"Score": ours}), {"Score": theirs}) == {}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (60, 0), (60, None), (True, False), (True, None), (False, True), ("A", "D"), ("A", ""), (0, 1), (0, None),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z"), ("2026-11-22T10:00:00Z", "2026-11-22"),
    ],
)  # fmt: skip
def test_another_value_is_not(ours: Any, theirs: Any) -> None:
    assert differences(wish({"Score": ours}), {"Score": theirs}) == {"Score": theirs}


def test_a_platforms_own_words_for_our_value_are_ours() -> None:
    one = wish({"MQL": True, "Since": "2026-11-22T10:00:00Z"})
    words = {True: "Sim", "2026-11-22T10:00:00Z": "2026-11-22"}
    assert differences(one, {"MQL": "Sim", "Since": "2026-11-22"}, words) == {}
    assert differences(one, {"MQL": "Não", "Since": "2026-11-23"}, words) == {"MQL": "Não", "Since": "2026-11-23"}


def test_what_we_want_by_now_is_nothing_to_correct() -> None:
    assert differences(wish({"MQL": True}, MQL=False), {"MQL": False}) == {}


def test_a_field_without_a_value_of_ours_is_anybodys() -> None:
    one = wish({"Reasons": None, "Other": 1}, Grade="A")
    assert differences(one, {"Reasons": "call back", "Grade": "B", "Other": 2}) == {}


def test_a_field_that_the_record_does_not_show_tells_nothing() -> None:
    assert differences(wish({"Score": 60}), {}) == {}


TEXTS = st.text(st.characters(codec="ascii"), max_size=12)
VALUES = st.booleans() | st.integers(-999, 999) | TEXTS


@given(VALUES, VALUES)
def test_whatever_a_value_is_its_echo_is_ours(ours: Any, theirs: Any) -> None:
    assert differences(wish({"Score": ours}), {"Score": ours}) == {}
    assert alike(ours, theirs) == alike(theirs, ours)
