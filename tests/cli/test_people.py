"""Verbs about one lead: explained, joined, given out, erased."""

import json

import pytest

from tests.cli.company import CONTACTS


def test_a_lead_is_found_by_address_by_id_and_by_our_own_id(ran):
    first = ran.json("explain", "ana@acme.example")
    assert first["lead"].startswith("ll-")
    assert ran.json("explain", "c1")["lead"] == ran.json("explain", first["lead"])["lead"] == first["lead"]


def test_the_receipt_sums_to_the_score_for_every_lead(ran):
    for lead in ("c1", "c2", "c3"):
        told = ran.json("explain", lead)
        assert sum(line["points"] for line in told["receipt"]) == told["score"]["points_exact"]


def test_a_lead_that_is_no_mql_says_why_not_and_how_far_from_it(ran):
    mql = ran.json("explain", "bia@acme.example")["mql"]
    assert (mql["is"], mql["short_by"]) == (False, 20)
    assert mql["why_not"]


def test_a_lead_is_explained_as_it_was_at_a_moment(ran):
    assert ran.json("explain", "c1", "--at", "2026-11-20T13:00:00")["score"]["points"] == 60
    assert ran.json("explain", "c1", "--at", "2026-11-01")["score"] is None


def test_people_read_the_explanation_in_words(ran):
    text = ran.leadloop("explain", "c1").stdout
    assert "ebook" in text
    assert "60" in text


def test_people_read_times_as_they_type_them_and_documents_stay_in_utc(ran):
    ran.configure(time_zone="Pacific/Auckland")
    assert "on 2026-11-20 00:00" in ran.leadloop("explain", "c1", "--at", "2026-11-20").stdout
    assert ran.json("explain", "c1", "--at", "2026-11-20")["at"] == "2026-11-19T11:00:00.000000Z"
    assert (
        "from 2026-12-01 until 2026-12-31"
        in ran.leadloop("report", "funnel", "--since", "2026-12-01", "--until", "2026-12-31").stdout
    )
    assert "2026-11-21 01:00" in ran.leadloop("status").stdout
    assert "known on 2026-11-21" in ran.leadloop("explain", "c1", "--at", "2026-11-01").stdout


def test_a_report_of_a_time_that_ends_before_it_begins_is_a_mistake(ran):
    result = ran.leadloop("report", "funnel", "--since", "2026-12-31", "--until", "2026-12-01")
    assert result.exit_code == 2
    assert "'2026-12-01' is not after --since '2026-12-31'" in result.output


def test_an_unknown_lead_ends_with_1_and_repeats_no_address(ran):
    result = ran.leadloop("explain", "nobody@acme.example")
    assert result.exit_code == 1
    assert "nobody@" not in result.output


def test_two_leads_that_are_one_person_are_joined_and_scored_anew(ran):
    ana, bia = (ran.json("explain", lead)["lead"] for lead in ("c1", "c2"))
    assert ran.json("identity", "join", "c1", "c2")["lead"] == ana
    ran.run()
    told = ran.json("explain", bia)
    assert told["lead"] == ana
    assert told["score"]["points"] == 60  # the union of unique acts: nothing is counted twice
    systems = {(one["system"], one["id"]) for one in ran.json("identity", "list", "c2")["identities"]}
    assert {("export", "c1"), ("export", "c2")} <= systems


def test_a_lead_is_not_joined_with_itself(ran):
    assert ran.json("identity", "join", "c1", "ana@acme.example", code=1)["error"]["code"] == "same_lead"


def test_without_a_lead_the_clashes_are_listed(ran):
    assert ran.json("identity", "list") == {"clashes": []}


def test_export_gives_out_everything_that_is_stored(ran):
    told = json.loads(ran.leadloop("export", "c1").stdout)
    assert told["contacts"][0]["content"]["a"]["first_name"] == "Ana"
    assert len(told["activities"]) == 2
    assert told["writes"]


def test_an_erased_person_is_gone_and_stays_so(ran):
    name = ran.json("explain", "c1")["lead"]
    assert ran.json("erase", "c1", "--yes")["leadloop_id"] == name
    ran.write("in/contacts.csv", CONTACTS + "c5,eva@acme.example,Eva,CEO,Google\n")  # read again, ana among them
    ran.run()
    assert ran.leadloop("explain", "ana@acme.example").exit_code == 1
    assert b"ana@acme.example" not in ran.state.read_bytes()
    assert ran.json("explain", name)["score"] is None


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("y\n", 0)])
def test_erasing_asks_first(ran, typed, code):
    result = ran.leadloop("erase", "c1", typed=typed)
    assert result.exit_code == code
    assert (ran.leadloop("explain", "c1").exit_code == 0) is (code == 1)


def test_reports_print_rows_as_text_json_and_csv(ran):
    for name in ("funnel", "reasons", "sources"):
        document = ran.json("report", name, "--since", "2026-11-01")
        assert document["report"] == name
        assert set(document) == {"report", "period", "rows", "notes"}
        assert ran.leadloop("report", name).exit_code == 0
    rows = ran.leadloop("report", "funnel", "--csv").stdout.splitlines()
    assert {"stage", "count"} <= set(rows[0].split(","))
    assert ran.leadloop("report", "funnel", "--csv", "--json").exit_code == 2
