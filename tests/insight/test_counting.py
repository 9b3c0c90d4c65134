"""What counts in reports, and what does not."""

from connector.insight import funnel, reasons, sources
from tests.insight.company import DAY, START


def counts(content, **wanted):
    rows = [row for row in content["rows"] if all(row[name] == value for name, value in wanted.items())]
    return {row["stage"]: row["count"] for row in rows}


def test_reports_of_an_empty_state_say_so(write):
    db = write(lambda firm: None)
    for make in (funnel, reasons, sources):
        assert make(db)["notes"] == ["No lead became an MQL in this period."]


def test_a_later_stage_implies_the_earlier(write):
    def recipe(firm):
        person = firm.lead()
        firm.becomes_mql(person)
        firm.decides(person, "won", day=9)

    content = funnel(write(recipe))
    assert counts(content, path="points") == {
        "mql": 1, "accepted": 1, "qualified": 1, "won": 1, "lost": 0, "rejected": 0, "undecided": 0,
    }  # fmt: skip
    [accepted] = [row for row in content["rows"] if row["stage"] == "accepted"]
    assert accepted["median_days"] is None, "nobody saw when it was accepted"


def test_hand_raisers_have_lines_of_their_own(write):
    def recipe(firm):
        for number in range(3):
            firm.becomes_mql(firm.lead(), fast=number == 0)

    content = funnel(write(recipe))
    assert counts(content, path="points")["mql"] == 2
    assert counts(content, path="hand_raise")["mql"] == 1
    assert counts(content, path="hand_raise")["qualified"] == 0, "a rule said so, not sales"
    assert content["notes"] == [
        "Leads that asked for sales: 1; a rule made 1 of them SQL at once, which no rate counts."
    ]


def test_tracks_are_told_apart(write):
    def recipe(firm):
        firm.becomes_mql(firm.lead())
        firm.becomes_mql(firm.lead(), track="pql")

    content = funnel(write(recipe))
    assert counts(content, track="mql")["mql"] == 1
    assert counts(content, track="pql")["mql"] == 1


def test_leads_that_sales_found_by_themselves_are_in_no_rate(write):
    def recipe(firm):
        firm.becomes_mql(firm.lead())
        own = firm.lead()
        firm.decides(own, "accepted")
        firm.decides(own, "rejected", day=5, reason="no_fit")

    db = write(recipe)
    assert counts(funnel(db), path="points")["mql"] == 1
    assert reasons(db)["rows"] == []
    told = "Leads that sales decided on and leadloop never handed over: 1; they are in no rate."
    assert told in funnel(db)["notes"]


def test_a_lead_that_came_back_is_a_second_mql(write):
    def recipe(firm):
        person = firm.lead()
        firm.becomes_mql(person, day=1)
        firm.decides(person, "rejected", day=3, reason="bad_timing")
        firm.becomes_mql(person, day=10)

    content = funnel(write(recipe))
    stages = counts(content, path="points")
    assert (stages["mql"], stages["rejected"], stages["undecided"]) == (2, 1, 1)
    assert content["notes"][0] == "Of the 2 MQLs, 1 had been given back by sales before."


def test_an_mql_belongs_to_the_period_in_which_it_became_one(write):
    def recipe(firm):
        for day in (1, 8, 15):
            person = firm.lead(day=day - 1)
            firm.becomes_mql(person, day=day)
            firm.decides(person, "rejected", day=20, reason="no_fit")

    db = write(recipe)
    period = {"since": START + 5 * DAY, "until": START + 15 * DAY}
    assert counts(funnel(db, **period), path="points")["rejected"] == 1
    assert reasons(db, **period)["rows"][0]["count"] == 1
    assert counts(funnel(db, **period))["lead"] == 2
    assert funnel(db, **period)["period"]["since"] == "2026-11-07T09:00:00.000000Z"


def test_an_mql_that_was_taken_back_is_told(write):
    def recipe(firm):
        person = firm.lead()
        firm.becomes_mql(person, day=1)
        firm.event(person, "left", 4)

    content = funnel(write(recipe))
    assert counts(content, path="points")["undecided"] == 1
    assert content["notes"][0].startswith("Undecided MQLs that were taken back")


def test_a_reason_that_came_later_counts_instead_of_none(write):
    def recipe(firm):
        person = firm.lead()
        firm.becomes_mql(person)
        firm.decides(person, "rejected", day=3, reason="none_given")
        firm.decides(person, "rejected", day=4, reason="invalid_data", text="No such person")

    rows = reasons(write(recipe))["rows"]
    assert [(row["reason"], row["count"]) for row in rows] == [("invalid_data", 1)]


def test_a_rejection_that_sales_took_back_is_none(write):
    def recipe(firm):
        person = firm.lead()
        firm.becomes_mql(person)
        firm.decides(person, "rejected", day=3, reason="no_contact")
        firm.decides(person, "accepted", day=4)

    db = write(recipe)
    assert reasons(db)["rows"] == []
    assert counts(funnel(db), path="points")["accepted"] == 1


def test_words_without_a_reason_and_rejections_without_words_are_told(write):
    def recipe(firm):
        for reason, text in (("other", "Zzz " * 30), ("none_given", None)):
            person = firm.lead()
            firm.becomes_mql(person)
            firm.decides(person, "rejected", reason=reason, text=text)

    content = reasons(write(recipe))
    [other] = [row for row in content["rows"] if row["reason"] == "other"]
    assert len(other["examples"][0]["text"]) == 60
    assert any(note.startswith("Without a reason: 1.") for note in content["notes"])
    assert any(note.startswith("Counted as other, in the CRM's words: 'Zzz") for note in content["notes"])


def test_forms_count_only_if_they_came_before_the_hand_over_and_from_people(write):
    def recipe(firm):
        person = firm.lead(forms=("ebook",))
        firm.submits(person, "robot", by_machine=True)
        firm.becomes_mql(person, day=1)
        firm.submits(person, "survey", day=2)

    rows = sources(write(recipe))["rows"]
    assert [row["value"] for row in rows if row["dimension"] == "form"] == ["ebook"]


def test_a_lead_with_two_forms_counts_in_both(write):
    db = write(lambda firm: firm.becomes_mql(firm.lead(forms=("ebook", "webinar"))))
    rows = [row for row in sources(db)["rows"] if row["dimension"] == "form"]
    assert {row["value"]: row["mql"] for row in rows} == {"ebook": 1, "webinar": 1}


def test_a_contact_without_channel_has_that_of_its_newest_form(write):
    def recipe(firm):
        person = firm.lead()
        firm.submits(person, "ebook", day=0, channel="email")
        firm.submits(person, "webinar", day=0.5, channel="paid_social", campaign="spring")
        firm.becomes_mql(person)

    rows = sources(write(recipe))["rows"]
    assert {row["dimension"]: row["value"] for row in rows if row["dimension"] in ("channel", "campaign")} == {
        "channel": "paid_social", "campaign": "spring",
    }  # fmt: skip


def test_only_rules_that_gave_points_are_rules_of_an_mql(write):
    db = write(lambda firm: firm.becomes_mql(firm.lead(), forms=20, free_mail=-10, robots=0))
    assert [row["value"] for row in sources(db)["rows"] if row["dimension"] == "rule"] == ["forms"]
