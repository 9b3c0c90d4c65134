"""What is wanted of an answer: the rest is skipped, and an answer of another form comes whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapter.shapes import by_key, each, keys
from connector.errors import RetryableError
from connector.http.answer import HttpAnswer
from connector.http.strict_json import encode
from connector.http.wire import Reply

PAGE = keys(("next",), result=each(keys(("id", "email"), fields=keys(("plan",)))))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def answer(body: object) -> HttpAnswer:
    return HttpAnswer(Reply(200, {}, encode(body)))


def test_only_what_is_wanted_is_told():
    body = {"next": 2, "total": 9, "result": [{"id": 1, "name": "Ana", "fields": {"plan": "pro", "notes": "…"}}]}
    assert answer(body).json(PAGE) == {"next": 2, "result": [{"id": 1, "fields": {"plan": "pro"}}]}


def test_an_object_may_have_any_keys():
    body = {"contacts": {"7": {"id": 7, "owner": {"id": 1}}, "9": {"id": 9}}}
    assert answer(body).json(keys(contacts=by_key(keys(("id",))))) == {"contacts": {"7": {"id": 7}, "9": {"id": 9}}}


@pytest.mark.parametrize("body", [[], {"result": {}}, {"result": [None]}, {"result": [{"fields": []}]}, None, 5])
def test_an_answer_of_another_form_comes_whole(body):
    assert answer(body).json(PAGE) == body


def test_asking_for_a_part_does_not_hide_the_rest_from_the_next():
    told = answer({"next": 1, "error": "no"})
    assert told.json(PAGE) == {"next": 1}
    assert told.json() == {"next": 1, "error": "no"}


def test_a_form_that_is_asked_for_again_is_the_same_one_so_that_its_decoder_is_kept_once():
    again = keys(("next",), result=each(keys(("id", "email"), fields=keys(("plan",)))))
    assert again is PAGE
    assert keys(contacts=by_key(keys("a"))) is keys(contacts=by_key(keys("a")))


def test_what_is_no_json_is_told_as_ever():
    with pytest.raises(RetryableError, match="no JSON"):
        HttpAnswer(Reply(200, {}, b'{"result": [{"id": 1}')).json(PAGE)


@given(wanted=st.dictionaries(st.sampled_from("abc"), VALUES), rest=st.dictionaries(st.sampled_from("xyz"), VALUES))
def test_of_any_object_it_is_exactly_the_wanted_keys(wanted, rest):
    assert answer({**rest, **wanted}).json(keys("abc")) == wanted
