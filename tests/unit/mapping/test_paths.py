from __future__ import annotations

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.paths import compile_path

RECORD: dict[str, Any] = {
    "email": "a@b.example",
    "Lead Source": "Ads",
    "What is your current occupation?": "Student",
    "Score (x)": 7,
    "utm.source": "flat",
    "payload": {"traffic_source": "Search", "deep": {"er": 1}},
    "legal_bases": [{"category": "other", "status": "x"}, {"category": "communications", "status": "granted"}],
    "mobile": None,
    "phone": "1",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("email", "a@b.example"),
        ("Lead Source", "Ads"),
        ("What is your current occupation?", "Student"),
        ('"Score (x)"', 7),
        ("utm.source", "flat"),
        ("payload.traffic_source", "Search"),
        ("payload.deep.er", 1),
        ('payload."traffic_source"', "Search"),
        ("email.part", None),
        ("missing", None),
        ("missing.part", None),
        ("mobile || phone", "1"),
        ("legal_bases[?category=='communications'].status | [0]", "granted"),
        ("sum(legal_bases)", None),
    ],
)
def test_a_path_reads_its_value(text: str, value: Any) -> None:
    assert compile_path(text).read(RECORD) == value


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Lead Source", ("Lead Source",)),
        ("payload.traffic_source", ("payload.traffic_source",)),
        ("legal_bases[?category=='communications'].status | [0]", ("legal_bases",)),
        ("mobile || payload.phone", ("mobile", "payload.phone")),
        ("properties.list[0].name", ("properties.list",)),
        ("join(', ', tags)", ("tags",)),
        ("length(items[?price > `5`])", ("items",)),
        ("max_by(people, &age).name", ("people",)),
    ],
)
def test_a_path_tells_which_fields_it_needs(text: str, reads: tuple[str, ...]) -> None:
    assert compile_path(text).reads == reads


@pytest.mark.parametrize("text", ["", "  ", "a[", "Name (x)", "a ||"])
def test_what_is_no_path_is_refused_with_the_way_to_quote_a_column(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        compile_path(text)


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.integers(0, 3), lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


@given(st.lists(NAMES, min_size=1, max_size=3), st.dictionaries(NAMES, VALUES))
def test_a_plain_path_reads_what_jmespath_reads(keys: list[str], record: dict[str, Any]) -> None:
    text = ".".join(keys)
    assert compile_path(text).read(record) == jmespath.search(text, record)
