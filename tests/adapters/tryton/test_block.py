"""Our lines in a comment that belongs to people: theirs stays, ours can be read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.tryton.block import lines_of, value_of, with_lines

TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
THEIRS = "Met at a fair.\nCall on Monday: she is away till then."


def test_what_people_wrote_stands_above_our_lines() -> None:
    text = with_lines(THEIRS, {"Lead score": 60, "MQL": True})
    assert text == f"{THEIRS}\n\n--- leadloop ---\nLead score: 60\nMQL: yes\n--- end of leadloop ---"


def test_a_line_is_changed_where_it_stands_and_others_stay() -> None:
    text = with_lines(with_lines(THEIRS, {"Lead score": 60, "Lead grade": "A"}), {"Lead score": 75})
    assert lines_of(text) == {"Lead score": "75", "Lead grade": "A"}
    assert text.count("--- leadloop ---") == 1


def test_what_people_write_below_our_lines_stays_too() -> None:
    text = with_lines(with_lines("Above.", {"Lead score": 1}) + "\n\nBelow.", {"Lead score": 2})
    assert "Above." in text
    assert "Below." in text
    assert lines_of(text) == {"Lead score": "2"}


def test_several_lines_of_one_value_are_read_back_as_they_were() -> None:
    reasons = "Requested a demo (+40)\nRead about prices: twice (+20)"
    assert lines_of(with_lines(None, {"MQL reason": reasons, "MQL": False})) == {"MQL reason": reasons, "MQL": "no"}


def test_the_last_line_that_goes_takes_the_block_along() -> None:
    assert with_lines(with_lines(THEIRS, {"MQL": True}), {"MQL": None}) == THEIRS


def test_windows_line_ends_of_an_editor_do_no_harm() -> None:
    text = with_lines(THEIRS, {"Lead score": 60}).replace("\n", "\r\n")
    assert lines_of(text) == {"Lead score": "60"}


def test_a_value_that_looks_like_our_last_line_does_not_end_the_block() -> None:
    text = with_lines(None, {"MQL reason": "a\n--- end of leadloop ---\nb", "MQL": True})
    assert lines_of(text) == {"MQL reason": "a\nb", "MQL": "yes"}


def test_lines_are_read_as_the_values_that_they_were() -> None:
    assert [value_of(one) for one in ("60", "-3.5", "yes", "no", "A", "007", "")] == [
        60,
        -3.5,
        True,
        False,
        "A",
        "007",
        None,
    ]


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_writing_the_same_twice_changes_nothing(theirs: str, lines: list[str]) -> None:
    wanted = {"MQL reason": "\n".join(lines), "Lead score": 5}
    once = with_lines(theirs, wanted)
    assert with_lines(once, wanted) == once
