"""Reports as text and CSV."""

import csv
import io

import pytest

from connector.insight import funnel, reasons, sources
from connector.insight.render import as_csv, as_text
from connector.insight.render.operation import age
from connector.insight.render.tables import table


@pytest.mark.parametrize("make", [funnel, reasons, sources])
def test_a_report_is_at_most_100_columns_wide(guide, make):
    lines = as_text(make(guide)).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].endswith("since the beginning")


def test_numbers_stand_below_each_other(guide):
    lines = as_text(reasons(guide)).splitlines()
    rows = [line for line in lines if line.startswith(("invalid_data", "no_budget"))]
    assert len({len(row) for row in rows}) == 1


def test_the_notes_stand_below_the_table(guide):
    text = as_text(sources(guide))
    assert "\n\n- Form 'facebook-lead-ad': 61 of 70 MQLs were rejected as invalid_data (87 %" in text


def test_an_empty_report_is_its_notes(write):
    text = as_text(funnel(write(lambda firm: None)))
    assert text.endswith("- No lead became an MQL in this period.")


def test_a_long_report_says_how_much_it_leaves_out(guide):
    content = sources(guide)
    content["rows"] = content["rows"][:1] * 40
    assert "… and 10 more rows" in as_text(content)


def test_csv_has_the_keys_of_the_json_and_every_row(guide):
    content = sources(guide)
    rows = list(csv.DictReader(io.StringIO(as_csv(content))))
    assert list(rows[0]) == list(content["rows"][0])
    assert [row["value"] for row in rows] == [row["value"] or "" for row in content["rows"]]


def test_no_cell_is_a_formula(write):
    db = write(lambda firm: firm.becomes_mql(firm.lead(forms=('=HYPERLINK("x")',))))
    [form] = [row for row in csv.DictReader(io.StringIO(as_csv(sources(db)))) if row["dimension"] == "form"]
    assert form["value"].startswith("'=")


def test_csv_of_nothing_is_empty(write):
    assert as_csv(reasons(write(lambda firm: None))) == ""


def test_a_wide_text_gives_way_to_numbers():
    lines = table(("name", "count"), [("x" * 200, "5")])
    assert max(map(len, lines)) == 100
    assert lines[2].endswith("…      5")


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (61, "1 min"), (12_000, "3 h 20 min"), (90_000, "1 d 1 h")])
def test_a_span_is_told_in_its_largest_units(seconds, text):
    assert age(seconds) == text
