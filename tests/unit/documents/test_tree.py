"""What is refused before any model looks at it."""

import pytest
from ruamel.yaml.error import YAMLError

from connector.documents import parse, read, text_of
from connector.documents.model import FileModel
from connector.documents.tree import MAX_BYTES, grow
from connector.errors import ConfigError
from connector.shipped import shipped

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)


def problem_of(text):
    with pytest.raises(ConfigError) as refused:
        parse(text, "file.yaml")
    (problem,) = refused.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: !!python/object/apply:os.system [id]", 1, 4, "tags"),
        ("a: !!str 5", 1, 4, "tags"),
        (BOMB, 6, 15, "more than 200000 values"),
        ("[" * 1000, 1, 42, "deeper than 40"),
        ("a: &x [*x]", 1, 8, "names nothing"),
        ("a: 1\nb: 2\na: 3", 3, 1, "'a' is given twice"),
        ("a: 1\n---\nb: 2", 3, 1, "second document"),
        ("? [1, 2]\n: 3", 1, 3, "plain word"),
        (": 3", 1, 1, "key is missing"),
        ("a:\n\t- b", 2, 1, "cannot be read"),
        ("a: [1, 2", 1, 9, "cannot be read"),
        ("a: 1\nb: 'open\nc: 2\n", 2, 4, "unexpected end"),
        ("a: 1\nb: \x00", 2, 4, "no text file has"),
        ("", 1, 1, "empty"),
        ("# only a comment", 1, 1, "empty"),
        ("a: " + "x" * MAX_BYTES, 1, 1, "too large"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else str(value),
)
def test_what_cannot_be_read_is_told_with_its_place(text, line, column, words):
    problem = problem_of(text)
    assert (problem.file, problem.line, problem.column) == ("file.yaml", line, column)
    assert words in problem.message


@pytest.mark.parametrize("value", ["!hunter2", "*hunter2", "!hunter2!x", "&hunter2 *hunter2", "%hunter2", "[hunter2"])
def test_a_password_that_looks_like_yaml_is_not_repeated(value):
    assert "hunter2" not in str(problem_of(f"password: {value}"))


def test_a_reference_in_braces_is_told_to_be_quoted():
    assert "in quotes" in (problem_of("a: {b: ${NAME}}").remedy or "")


def test_quoted_and_block_texts_stay_texts():
    data, _ = parse("a: '5'\nb: \"true\"\nc: |\n  null\n", "file.yaml")
    assert data == {"a": "5", "b": "true", "c": "null\n"}


def test_an_alias_within_bounds_is_its_value():
    data, _ = parse("a: &x {k: 1}\nb: *x", "file.yaml")
    assert data == {"a": {"k": 1}, "b": {"k": 1}}


def test_a_directive_for_older_yaml_changes_nothing():
    data, _ = parse("%YAML 1.1\n---\na: NO", "file.yaml")
    assert data == {"a": "NO"}


def test_a_file_of_10_mb_is_refused_without_being_parsed(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: " + "ç".encode() * 5_000_000)
    with pytest.raises(ConfigError) as refused:
        read(path, FileModel)
    assert "too large" in refused.value.problems[0].message


def test_an_absent_file_is_told_by_its_name(tmp_path):
    with pytest.raises(ConfigError) as refused:
        text_of(tmp_path / "absent.yaml")
    assert str(refused.value.problems[0]).startswith(
        f"{tmp_path}/absent.yaml:1:1: document: the file cannot be read: No such"
    )


def test_what_is_not_utf8_is_told_with_its_place(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(ConfigError) as refused:
        text_of(path)
    problem = refused.value.problems[0]
    assert (problem.line, problem.column, problem.remedy) == (2, 7, "save the file as UTF-8")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert parse(text_of(path), "marked.yaml")[0] == {"a": 1}


@pytest.mark.parametrize("file", sorted(shipped("reasons.yaml").parent.rglob("*.yaml")), ids=lambda file: file.name)
def test_the_pure_parser_reads_what_we_ship_as_the_compiled_one_does(file, monkeypatch):
    def refuses(text):
        raise YAMLError

    text = file.read_text(encoding="utf-8")
    compiled = grow(text)
    monkeypatch.setattr("connector.documents.tree._compiled_events", refuses)
    assert grow(text) == compiled
