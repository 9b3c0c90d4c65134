"""What a condition asks of one value, sentence by sentence of the scoring language."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.conditions import compile_test, is_blank, normalise, number

LISTS = {"free_mail": frozenset({"Gmail.com", "uol.com.br"})}


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("BR", "br"),
        ("São Paulo", " sao paulo "),
        ("ＣＥＯ", "ceo"),
        (["BR", "PT"], "pt"),
        (1, "1"),
        ("1", 1),
        (1, "1.0"),
        (0.1, "0.1"),
        (True, True),
        (True, "TRUE"),
        (False, False),
        (0, 0),
        ("*/pricing*", "https://a.example/Pricing?x=1"),
        ("demo*", "demo"),
        ({"is": ["a", "b"]}, "B"),
        ({"words": ["gerente de vendas"]}, "Sr. Gerente-de_Vendas, SP"),
        ({"words": "ceo"}, "Founder/CEO"),
        ({"pattern": "a*c"}, "abbc"),
        ({"between": [200, 5000]}, 200),
        ({"between": [200, 5000]}, "5000"),
        ({"at_least": 50}, "50.0"),
        ({"at_most": 0.3}, 0.3),
        ({"at_least": 5, "at_most": 9}, 7),
        ({"list": "free_mail"}, "gmail.com"),
        ({"blank": True}, None),
        ({"blank": True}, "  "),
        ({"blank": True}, ["", None]),
        ({"blank": False}, 0),
        ({"blank": False}, False),
        ("mql", ["webinar", "MQL"]),
        ({"at_least": 3}, [1, "4"]),
    ],
)
def test_what_fits(spec: Any, value: Any) -> None:
    assert compile_test(spec, LISTS)(value)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("BR", "Brasil"),
        ("BR", None),
        ("*", ""),
        (1, True),
        (True, 1),
        (True, "1"),
        (1, "one"),
        ({"words": ["procure"]}, "procurement"),
        ({"words": ["de vendas gerente"]}, "gerente de vendas"),
        ({"pattern": "abc"}, "xabc"),
        ({"pattern": "aba*aba"}, "aba"),
        ({"between": [1, 2]}, "1 and a half"),
        ({"at_least": 0}, "many"),
        ({"at_least": 0}, None),
        ({"at_most": 0.3}, "0.30000000000000001"),
        ({"at_most": 5}, float("nan")),
        ({"list": "free_mail"}, "mail.gmail.com"),
        ({"blank": True}, 0),
        ({"blank": True}, False),
        ({"blank": False}, []),
        ({"blank": False, "is": "a"}, "b"),
        ({"at_least": 5, "at_most": 9}, [1, 12]),
    ],
)
def test_what_does_not_fit(spec: Any, value: Any) -> None:
    assert not compile_test(spec, LISTS)(value)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"equals": 1}, "unknown comparison 'equals'"),
        ({}, "a comparison is missing"),
        ([], "an empty list"),
        (None, "{blank: true}"),
        ("", "{blank: true}"),
        ({"between": [5, 1]}, "wrong way round"),
        ({"between": 5}, "two numbers"),
        ({"at_least": "many"}, "takes a number"),
        ({"at_least": True}, "takes a number"),
        ({"blank": "yes"}, "true or false"),
        ({"blank": True, "is": "a"}, "cannot stand beside"),
        ({"list": "nobody"}, "unknown list 'nobody': known are free_mail"),
        ({"words": ["ger*"]}, "whole words only"),
        ({"words": ["++"]}, "no letter and no digit"),
        ({"words": [True]}, "takes texts"),
        ([{"is": 1}], "in a list stand texts"),
    ],
)
def test_a_bad_condition_is_refused_with_a_sentence(spec: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("{", r"\{").replace("}", r"\}")):
        compile_test(spec, LISTS)


def test_a_star_is_a_star_where_wildcards_are_off() -> None:
    assert compile_test("5*", wildcards=False)("5*")
    assert not compile_test("5*", wildcards=False)("50")


@given(st.text())
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_composed_and_decomposed_texts_are_the_same(text: str) -> None:
    assert compile_test({"is": [text, "x"]} if not is_blank(text) else "x", wildcards=False) is not None
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))


def test_kana_voicing_is_part_of_the_letter_not_an_accent() -> None:
    assert normalise("が") != normalise("か")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_a_number_and_its_text_are_equal(value: Decimal) -> None:
    assert number(f"{value:f}") == value
    assert compile_test(f"{value:f}")(value)


@given(st.text(alphabet="ab", max_size=8), st.text(alphabet="ab*", min_size=1, max_size=6))
def test_a_pattern_means_what_a_naive_matcher_means(text: str, pattern: str) -> None:
    assert compile_test({"pattern": pattern})(text) == (not is_blank(text) and _naive(pattern, text))


def _naive(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_naive(pattern[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and text[0] == pattern[0] and _naive(pattern[1:], text[1:])
