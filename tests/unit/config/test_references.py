from hypothesis import given
from hypothesis import strategies as st

from connector.config.references import Resolver, holds_reference, is_inline
from connector.documents import parse


def resolver(tmp_path, text, **environ):
    data, places = parse(text, "leadloop.yaml")
    made = Resolver(places, environ, tmp_path)
    return made.resolve(data), made


def test_variables_defaults_and_files_are_put_into_texts(tmp_path):
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    text = "a: x-${A}-${B:-b}-y\nb: [{c: '${file:key}'}]\nn: 5\n"
    assert resolver(tmp_path, text, A="1")[0] == {"a": "x-1-b-y", "b": [{"c": "s3cret"}], "n": 5}


def test_a_value_that_looks_like_a_reference_or_like_yaml_is_only_a_text(tmp_path):
    values, made = resolver(tmp_path, "a: ${A}\nb: ${B}", A="${file:/etc/passwd}", B="{x: [1]}")
    assert values == {"a": "${file:/etc/passwd}", "b": "{x: [1]}"}
    assert not made.absent
    assert not made.problems


def test_two_dollars_are_one_and_no_reference(tmp_path):
    assert resolver(tmp_path, "a: $${A} $x $${B:-c}", A="1")[0] == {"a": "${A} $x ${B:-c}"}


def test_an_unset_or_empty_variable_is_absent_and_named(tmp_path):
    values, made = resolver(tmp_path, "a: ${A}\nb: {c: '${B}'}", B="")
    assert values == {"a": "${A}", "b": {"c": "${B}"}}
    assert [str(problem) for problem in made.absent.values()] == [
        (
            "leadloop.yaml:1:4: a: the environment variable A is not set, or empty (found '${A}'); "
            "set it where leadloop starts (a file .env is loaded by a shell: set -a; . ./.env; set +a),"
            " or write ${file:path}"
        ),
        (
            "leadloop.yaml:2:8: b.c: the environment variable B is not set, or empty (found '${B}'); "
            "set it where leadloop starts (a file .env is loaded by a shell: set -a; . ./.env; set +a),"
            " or write ${file:path}"
        ),
    ]


def test_a_default_may_be_empty(tmp_path):
    assert resolver(tmp_path, "a: x${A:-}")[0] == {"a": "x"}


def test_a_file_that_cannot_be_read_is_absent(tmp_path):
    _, made = resolver(tmp_path, "a: ${file:nowhere}")
    assert made.absent[("a",)].message == "the file nowhere cannot be read: No such file or directory"


def test_a_file_that_is_too_large_for_a_value_is_absent(tmp_path):
    (tmp_path / "large").write_text("x" * 70_000, encoding="utf-8")
    _, made = resolver(tmp_path, "a: ${file:large}")
    assert made.absent[("a",)].message == "the file large is too large for a value"


def test_what_is_no_reference_is_a_mistake(tmp_path):
    _, made = resolver(tmp_path, "a: ${A\nb: ${}\nc: ${1A}\nd: ${A:-${B}}\ne: ${A:+x}", A="1")
    assert [problem.path for problem in made.problems] == ["a", "b", "c", "d", "e"]


def test_a_secret_is_inline_when_the_text_or_a_default_carries_it():
    assert [is_inline(text) for text in ("abc", "x${A}", "${A:-abc}")] == [True, True, True]
    assert [is_inline(text) for text in ("${A}", "${file:x}", "${A:-}", " ${A} ")] == [False] * 4


@given(st.text())
def test_a_text_without_references_stays_as_it_is(tmp_path_factory, text):
    if not holds_reference(text) and "$${" not in text:
        made = Resolver(parse("a: 1", "x")[1], {}, tmp_path_factory.getbasetemp())
        assert made.resolve({"a": text}) == {"a": text}
