"""Encodings, delimiters, quotes: what exports really look like."""

import json
from pathlib import Path

import pytest

from adapters.csv.contents import PIECE_BYTES, survey
from adapters.csv.lines import MAX_CHARS
from connector.adapter import CheckLine
from tests.adapters.csv.connections import contacts, marketing, put

JOSE = [{"id": "1", "name": "José Müller"}]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_a_file_is_read_in_the_encoding_that_it_has(tmp_path: Path, codec: str) -> None:
    assert contacts(tmp_path, "id,name\n1,José Müller\n".encode(codec)).records == JOSE


def test_bytes_that_windows_leaves_undefined_make_it_latin_1(tmp_path: Path) -> None:
    assert contacts(tmp_path, b"id,name\n1,Jos\xe9\x81\n").records[0]["name"] == "Jos\xe9\x81"


def test_one_damaged_line_does_not_change_the_encoding_of_the_others(tmp_path: Path) -> None:
    read = contacts(tmp_path, "id,name\n1,José Müller\n2,".encode() + b"Jos\xe9\n" + "3,Zoë\n".encode())
    assert [record["name"] for record in read.records] == ["José Müller", "Zoë"]
    assert read.bad == {"contacts.csv:3": "bad_encoding"}


def test_a_character_across_two_pieces_of_the_survey_is_still_one(tmp_path: Path) -> None:
    path = put(tmp_path, "x" + "é" * PIECE_BYTES)
    assert survey(path).encoding.codec == "utf-8"


def test_a_guessed_encoding_is_a_warning_of_check(tmp_path: Path) -> None:
    put(tmp_path, "id;name\n1;José\n".encode("cp1252"))
    [line] = marketing(tmp_path).check()
    assert line.level == "warn"
    assert line.what == "contacts.csv: 2 columns, semicolon between them, cp1252 (a guess: it is not UTF-8)"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(tmp_path: Path, delimiter: str) -> None:
    assert contacts(tmp_path, f"id{delimiter}name\n1{delimiter}José Müller\n").records == JOSE


def test_the_delimiter_that_names_the_key_wins_over_the_one_that_makes_more_columns(tmp_path: Path) -> None:
    read = contacts(tmp_path, "id;a, b, c, d\n1;x\n")
    assert read.records == [{"id": "1", "a, b, c, d": "x"}]


def test_a_told_separator_is_no_header(tmp_path: Path) -> None:
    assert contacts(tmp_path, "sep=;\nid;name\n1;José Müller\n").records == JOSE


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(tmp_path: Path, end: str) -> None:
    read = contacts(tmp_path, end.join(["id,name", "1,José Müller", "", ",", "x"]))
    assert read.records == JOSE
    assert read.bad == {"contacts.csv:5": "too_few_columns"}


def test_quotes_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    read = contacts(tmp_path, 'id,name\n"1","Müller, ""Jo""\r\nline two"\r\n2,plain\n')
    assert [record["name"] for record in read.records] == ['Müller, "Jo"\nline two', "plain"]


def test_a_quote_inside_an_unquoted_cell_is_a_character(tmp_path: Path) -> None:
    assert contacts(tmp_path, 'id,name\n1,5" pipe\n').records == [{"id": "1", "name": '5" pipe'}]


def test_single_quotes_are_quotes_where_the_header_uses_them(tmp_path: Path) -> None:
    read = contacts(tmp_path, "'id','name'\n'1','O''Hara, Ann'\n")
    assert read.records == [{"id": "1", "name": "O'Hara, Ann"}]


def test_a_line_wrapped_whole_in_one_more_pair_of_quotes_is_healed(tmp_path: Path) -> None:
    read = contacts(tmp_path, '"id,name,city"\n"1,""Müller, Jo"",Rio"\n"2,Ann,Recife"\n3,Eva,Natal\n')
    assert [list(record.values()) for record in read.records] == [
        ["1", "Müller, Jo", "Rio"], ["2", "Ann", "Recife"], ["3", "Eva", "Natal"],
    ]  # fmt: skip


BROKEN = {
    "2,b": "too_few_columns",
    "2,b,c,d": "too_many_columns",
    "2,b,c,": "too_many_columns",
    '2,"b,c': "open_quote",
    '2,"b"x,c': "broken_quote",
    "2,b\x00,c": "nul_byte",
    " ,b,c": "blank_key",
    "2,b," + "c" * MAX_CHARS: "too_long",
}


@pytest.mark.parametrize("line", BROKEN, ids=BROKEN.values())
def test_a_broken_line_is_a_reject_with_its_line_number_and_the_others_are_read(tmp_path: Path, line: str) -> None:
    read = contacts(tmp_path, f'id,name,city\n1,a,x\n{line}\n3,"c",z\n4,d,"two\nlines"\n')
    assert [record["id"] for record in read.records] == ["1", "3", "4"]
    assert read.bad == {"contacts.csv:3": BROKEN[line]}


def test_a_quote_that_closes_many_lines_later_does_not_swallow_the_whole_records_between(tmp_path: Path) -> None:
    read = contacts(tmp_path, 'id,name,city,job\n1,a,"x\n2,b,y,k\n3,d",w\n4,e,v,n\n')
    assert [record["id"] for record in read.records] == ["2", "4"]
    assert read.bad == {"contacts.csv:2": "open_quote", "contacts.csv:4": "too_few_columns"}


def test_a_reject_keeps_the_line_and_its_error_says_nothing_of_the_content(tmp_path: Path) -> None:
    put(tmp_path, "id,email\n1,ann@example.com,extra\n")
    [page] = marketing(tmp_path).changes(None)
    [bad] = page.bad
    assert bad.raw == {"line": "1,ann@example.com,extra"}
    assert bad.error.message == "3 columns instead of 2"
    assert bad.error.place == "contacts.csv:2"


def test_the_last_line_with_a_key_counts_and_the_earlier_are_rejects(tmp_path: Path) -> None:
    read = contacts(tmp_path, "id,name\n1,old\n2,b\n1,newer\n 1 ,newest\n")
    assert [record["name"] for record in read.records] == ["b", "newest"]
    assert read.bad == {"contacts.csv:2": "duplicate_key", "contacts.csv:4": "duplicate_key"}


def test_repeated_and_missing_names_of_columns_get_names_of_their_own(tmp_path: Path) -> None:
    read = contacts(tmp_path, "id,name,name,\n1,a,b,c\n")
    assert read.records == [{"id": "1", "name": "a", "name (2)": "b", "column 4": "c"}]


def test_a_file_without_the_key_column_is_one_reject_and_the_next_file_is_read(tmp_path: Path) -> None:
    put(tmp_path, "1,ann@example.com\n2,b\n", "contacts-1.csv")
    read = contacts(tmp_path, "id,name\n1,a\n")
    assert [record["id"] for record in read.records] == ["1"]
    assert read.bad == {"contacts-1.csv:1": "no_key_column"}
    assert "ann" not in json.dumps([line.what for line in marketing(tmp_path).check()])


def test_a_header_that_cannot_be_read_is_a_reject(tmp_path: Path) -> None:
    assert contacts(tmp_path, "id,na\x00me\n1,a\n").bad == {"contacts.csv:1": "bad_header"}


@pytest.mark.parametrize(("content", "why"), [("", "contacts.csv is empty"), ("\n\n", "contacts.csv holds no records")])
def test_nothing_to_read_says_why(tmp_path: Path, content: str, why: str) -> None:
    assert contacts(tmp_path, content).why_zero == why


def test_check_names_a_missing_key_column_and_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "id,name\n1,a\n")
    assert marketing(tmp_path, key="Prospect ID").check() == [
        CheckLine(
            "fail",
            "contacts.csv: 2 columns, comma between them, utf-8, none called 'Prospect ID'",
            "change `key` in the mapping, or name the column so",
        )
    ]
