"""The case of the guide: 15 % of the MQLs become SQL, half of the rest is rejected for invalid data, from one form."""

from connector.insight import funnel, reasons, sources


def by(rows, **wanted):
    [row] = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return row


def test_the_funnel_shows_that_15_percent_of_the_mqls_become_sql(guide):
    rows = funnel(guide)["rows"]
    assert by(rows, stage="lead")["count"] == 200
    assert by(rows, stage="mql")["count"] == 200
    qualified = by(rows, stage="qualified")
    assert (qualified["count"], qualified["percent_of_mql"]) == (30, 15.0)


def test_the_funnel_tells_how_long_each_stage_took(guide):
    rows = funnel(guide)["rows"]
    assert by(rows, stage="mql")["median_days"] == 1.0
    assert by(rows, stage="accepted")["median_days"] == 1.0
    assert by(rows, stage="qualified")["median_days"] == 4.0
    assert by(rows, stage="qualified")["median_days_from_mql"] == 5.0
    assert by(rows, stage="won")["median_days"] == 14.0


def test_every_mql_of_the_funnel_is_somewhere(guide):
    rows = funnel(guide)["rows"]
    assert by(rows, stage="rejected")["count"] == 105
    assert by(rows, stage="lost")["count"] == 5
    assert by(rows, stage="undecided")["count"] == 60
    assert by(rows, stage="won")["count"] == 10


def test_half_of_the_rest_is_rejected_for_invalid_data(guide):
    content = reasons(guide)
    first = content["rows"][0]
    assert (first["reason"], first["count"], first["rejected"], first["lost"]) == ("invalid_data", 85, 85, 0)
    assert first["percent_of_mqls"] == 42.5
    assert first["percent_of_rejections"] == 77.3
    assert content["notes"] == [
        "30 of 200 MQLs became SQL (15 %); of the other 170, 85 were given back as invalid_data (50 %)."
    ]


def test_reasons_show_the_crms_own_words(guide):
    assert reasons(guide)["rows"][0]["examples"] == [
        {"text": "Wrong number", "count": 43},
        {"text": "Fake e-mail", "count": 42},
    ]


def test_losses_have_reasons_too(guide):
    lost = by(reasons(guide)["rows"], reason="competitor")
    assert (lost["count"], lost["rejected"], lost["lost"]) == (5, 0, 5)


def test_the_form_that_the_invalid_data_came_from_is_named(guide):
    notes = sources(guide)["notes"]
    assert notes[0] == (
        "Form 'facebook-lead-ad': 61 of 70 MQLs were rejected as invalid_data (87 %; elsewhere 18 %)."
        " Mostly the same leads: source 'facebook', channel 'paid_social'."
    )


def test_only_what_stands_out_is_named(guide):
    causes = [note for note in sources(guide)["notes"] if "elsewhere" in note]
    assert [note.split(":")[0] for note in causes if "invalid_data" in note] == ["Form 'facebook-lead-ad'"]


def test_the_harmful_form_stands_at_the_top_of_the_sources(guide):
    rows = sources(guide)["rows"]
    form = by(rows, dimension="form", value="facebook-lead-ad")
    assert (form["mql"], form["rejected"], form["invalid_data"], form["qualified"]) == (70, 61, 61, 5)
    assert form["rejected_low"] < form["rejected_percent"] < form["rejected_high"]
    assert form["harm"] > 0
    assert {row["value"] for row in rows[:3]} == {"facebook-lead-ad", "facebook", "paid_social"}
    assert [row["harm"] for row in rows] == sorted((row["harm"] for row in rows), reverse=True)


def test_rules_that_every_mql_shares_do_no_harm(guide):
    rule = by(sources(guide)["rows"], dimension="rule", value="forms")
    assert (rule["mql"], rule["harm"]) == (200, 0.0)


def test_what_nobody_told_is_said_and_not_shown_as_a_row(guide):
    content = sources(guide)
    assert "campaign" not in {row["dimension"] for row in content["rows"]}
    assert "Nothing is known of: campaign. A line in the mapping can read it." in content["notes"]
