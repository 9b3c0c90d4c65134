"""Reports as text and CSV."""

import csv
import io

import pytest

from connector.insight import funnel, reasons, sources
from connector.insight.render import as_csv, as_text
from connector.insight.render.lead import entry
from connector.insight.render.operation import age
from connector.insight.render.tables import WIDTH, shown_width, table, wrapped


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


def test_a_rule_with_a_long_name_has_its_line_for_itself_and_its_reason_below():
    name = "Pedido de demonstração pelo formulário longo da página de preços do site institucional brasileiro"
    lines = entry("+40    ", name, "40 × 1 of 1 activity; the newest today")
    assert lines == [f"  {'+40    ':>9}  {name}", " " * 43 + "40 × 1 of 1 activity; the newest today"]


def test_columns_stay_in_line_beside_ideographs_emoji_and_accents_of_their_own():
    lines = table(("value", "n"), [("日本語", "1"), ("🔥 sale", "2"), ("Promoc\u0327a\u0303o", "3"), ("שלום", "4")])
    assert [shown_width(line) for line in lines] == [11] * len(lines)
    wide = table(("value", "n"), [("日" * 80, "1")])
    assert [shown_width(line) for line in wide] == [WIDTH] * 3
    assert "…" in wide[2]


def test_a_number_stays_on_the_line_of_its_percent():
    for length in range(60, 100):
        assert not [line for line in wrapped(f"{'x' * length} (47.9 %) of all") if line.lstrip().startswith("%")]
