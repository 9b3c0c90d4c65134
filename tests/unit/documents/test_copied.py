"""Lines that look right to whoever wrote them: copied from a word processor, or written as numbers are at home."""

from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator

from connector.documents import FileModel, Wrong, is_typographic, parse, read_text, suggest
from connector.errors import ConfigError

NO_SPACE = "a space that is none (a no-break space): type the space anew"
NO_ITEM = "a dash or bullet that begins no item of a list: write - and a space"
CLOSED_LATE = "is closed only in line 3: close it where its text ends"


def _reason(word: str) -> str:
    if word != "no_budget":
        raise Wrong(f"'{word}' is no reason", suggest(word, ["no_budget"]))
    return word


class Sample(FileModel):
    points: float = 0
    cap: int = 0
    grades: dict[Literal["A", "B"], int] | None = None
    wait: dict[Annotated[str, AfterValidator(_reason)], int] | None = None
    words: tuple[str | int, ...] = ()


def told(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text, "f")
        read_text(text, "f", Sample)
    (problem,) = caught.value.problems
    return str(problem).removeprefix("f:")


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("0,8", "write it with a point: 0.8"),
        ("−0,8", "write it with a point: -0.8"),
        ("−10", "its sign is a dash, no minus; write -10"),
        ("80 %", "write the number alone, without %"),
        ("1.000.000", "write it without signs between thousands: 1000000"),
        ("1 000", "write it without signs between thousands: 1000"),
        ("ten", None),
    ],
)
def test_a_number_as_people_write_it_comes_with_the_way_to_write_it_here(value, remedy):
    assert told(f"points: {value}") == f"1:9: points: should be a number (found '{value}')" + (
        f"; {remedy}" if remedy else ""
    )


def test_a_decimal_comma_in_braces_is_no_riddle():
    said = told("{points: 7,5}")
    assert said.startswith("1:12: 5: a key must be a word, no number; write a decimal with a point (7.5)")


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("a:\n\u00a0 b: 1\n  c: 2\n", "3:4", f"line 2 holds {NO_SPACE}"),
        ("a:\u00a01\nb: 2\n", "2:2", f"line 1 holds {NO_SPACE}"),
        ("a:1\nb: 2\n", "2:2", "line 1 lacks the space after the colon"),
        ("a: “b: c”\n", "1:6", "line 1 holds typographic quotes: write \" or '"),
        ("a:\n  - b\n  – c: 1\n", "3:3", f"line 3 holds {NO_ITEM}"),
        ("a: 'they don't'\nb: 1\n", "1:14", "a text in quotes ends before this; put a text that holds ' in \"…\""),
        ('a: "open\nb: 1\nc: "2"\n', "1:4", f"the quote that opens here {CLOSED_LATE}"),
        ("a: [1, 2}\n", "1:9", "put texts that hold { } [ ] : # or ${…} in quotes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_by_what_stands_there(text, place, remedy):
    said = told(text)
    assert said.startswith(f"{place}: document: this cannot be read: ")
    assert said.endswith(f"; {remedy}")


def test_a_key_that_is_none_of_those_allowed_is_told_once_with_the_one_that_was_meant():
    assert told("grades: {a: 1}") == (
        "1:10: grades.a: the key 'a' is none of the allowed words; did you mean 'A'? allowed: A, B"
    )
    assert told("wait: {no_bugdet: 1}") == (
        "1:8: wait.no_bugdet: the key 'no_bugdet' is no reason; did you mean 'no_budget'? allowed: no_budget"
    )


def test_an_item_of_a_list_that_is_empty_is_told_as_empty():
    assert told("words: [a, ]\n".replace(", ", ", null")).endswith(
        "is empty and should be a text or a whole number; give it a value, or delete the line"
    )


def test_a_text_in_quotes_that_are_a_part_of_it_is_known():
    assert [is_typographic(text) for text in ("“demo”", "„demo“", "«demo»", "say “demo”", '"demo"', "”")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
