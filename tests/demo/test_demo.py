"""The demo is played once, small, and looked at from many sides; its company is still up, so that it can be asked."""

import io
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.cli.caller import Caller
from connector.cli.demo import played
from connector.cli.demo.files import with_own_fields
from connector.cli.demo.found import explained, found
from connector.cli.demo.progress import Progress
from connector.cli.demo.telling import MOST_REASONS, as_text
from connector.loop.connect import read_files
from connector.loop.run import run_once
from connector.scoring import run_tests
from connector.shipped import shipped
from connector.testing.company.clock import Clock
from connector.testing.company.forms import FACEBOOK_AD
from connector.testing.company.journeys import Planner

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
CONTACTS = 400


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    stream = io.StringIO()
    with played(tmp_path_factory.mktemp("demo"), NOW, 7, CONTACTS, Progress(stream)) as (company, loop, totals):
        yield company, loop, totals, found(loop, totals), stream.getvalue()


@pytest.fixture
def company(demo):
    return demo[0]


@pytest.fixture
def loop(demo):
    return demo[1]


@pytest.fixture
def document(demo):
    return demo[3]


def count_of(loop, sql, *values):
    return loop.store.read().execute(sql, values).fetchone()[0]


def funnel_of(document, path="points"):
    return {row["stage"]: row["count"] for row in document["funnel"]["rows"] if row["path"] == path}


def test_the_reports_name_the_form_that_yields_invalid_data(document):
    assert any(note.startswith(f"Form '{FACEBOOK_AD.name}': ") for note in document["sources"]["notes"])
    assert document["reasons"]["rows"][0]["reason"] == "invalid_data"


def test_the_share_of_sql_and_of_invalid_data_are_those_of_the_guides_case(document):
    row = document["reasons"]["rows"][0]
    mqls = sum(funnel_of(document, path)["mql"] for path in ("points", "hand_raise"))
    qualified = sum(funnel_of(document, path)["qualified"] for path in ("points", "hand_raise"))
    assert 0.08 <= qualified / mqls <= 0.25
    assert 0.35 <= row["count"] / (mqls - qualified) <= 0.65


def test_the_funnel_adds_up(document, loop):
    funnel = funnel_of(document)
    fast = funnel_of(document, "hand_raise")
    assert funnel["mql"] >= funnel["accepted"] >= funnel["qualified"] >= funnel["won"]
    assert funnel["lost"] + funnel["rejected"] + funnel["undecided"] <= funnel["mql"]
    assert funnel["mql"] + fast["mql"] == count_of(
        loop, "SELECT count(*) FROM lifecycle WHERE kind = 'mql' AND origin = 'leadloop' AND implied = 0"
    )


def test_what_the_screen_leaves_out_of_a_report_is_told_so_that_its_sums_agree(document):
    said = as_text(document)
    left = len(document["reasons"]["rows"]) - MOST_REASONS
    told = f"… and {left} more: 'leadloop report reasons' shows them all"
    lines = said.splitlines()
    if left > 0:
        assert lines[lines.index(told) - 1].split()[0] == document["reasons"]["rows"][MOST_REASONS - 1]["reason"]
        assert lines[lines.index(told) + 1].startswith("- ")
    else:
        assert "more: 'leadloop report reasons'" not in said


def test_every_receipt_sums_to_its_score(loop):
    mqls = loop.store.read().execute("SELECT DISTINCT person_id FROM lifecycle WHERE kind = 'pushed'").fetchall()
    for (person,) in mqls:
        lead = explained(loop, person)
        assert round(sum(line["points"] for line in lead["receipt"]), 3) == lead["score"]["points_exact"]


def test_the_lead_that_is_explained_came_back_after_sales_had_given_it_back(document):
    kinds = [one["kind"] for one in document["lead"]["history"] if not one["implied"]]
    assert kinds.index("rejected") < len(kinds) - 1 - kinds[::-1].index("mql")


def test_nobody_who_opted_out_was_handed_over(loop, company):
    declined = [one.email for one in company.marketing.account.contacts.values() if one.legal_bases]
    in_crm = {row["Email"] for row in company.crm.live("Lead")}
    assert declined
    assert not in_crm & set(declined)


def test_a_merge_in_marketing_left_one_person(loop):
    assert count_of(loop, "SELECT count(*) FROM people WHERE merged_into IS NOT NULL") == 1


def test_people_whom_sales_found_by_themselves_are_in_no_rate(document):
    assert any("never handed over" in note for note in document["funnel"]["notes"])


def test_sales_see_the_company_which_stands_in_the_accounts_own_field(company):
    handed_over = [row for row in company.crm.live("Lead") if row["LeadLoop_Id__c"]]
    assert {row["Company"] for row in handed_over} - {"(not given)"}
    assert not [row["Id"] for row in handed_over if row["Company"] == "(not given)"]


def test_every_write_arrived_and_the_one_reject_is_the_person_whom_sales_had_twice(loop, document):
    rows = loop.store.read().execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
    assert {state for state, _ in rows} <= {"confirmed", "replaced"}
    assert [row[0] for row in loop.store.read().execute("SELECT code FROM rejects")] == ["crm_duplicate"]
    assert document["totals"]["troubles"] == []


def test_a_second_run_right_after_sends_nothing(loop, company, document):
    written = [len(one.calls("PATCH|POST|PUT")) for one in (company.marketing, company.crm)]
    lines = run_once(loop)
    assert [len(one.calls("PATCH|POST|PUT")) for one in (company.marketing, company.crm)] == written
    assert Counter(line.created + line.updated + line.effects for line in lines) == {0: len(lines)}


def test_the_files_that_it_leaves_are_valid_and_its_model_passes_its_own_tests(loop):
    files = read_files(loop.config)
    assert [result for result in run_tests(files.model) if not result.passed] == []


def test_only_the_lines_for_the_accounts_own_company_fields_are_switched_on():
    text = shipped("rdstation-marketing.yaml").read_text(encoding="utf-8")
    switched = [line for line in with_own_fields(text).splitlines() if line not in text.splitlines()]
    assert [line.split(",")[0] for line in switched] == ["  - {to: company", "  - {to: company_size"]


def test_progress_has_a_line_for_every_week(demo):
    assert [line.split(":")[0] for line in demo[4].splitlines()[1:]] == [f"week {n} of 4" for n in (1, 2, 3, 4)]


def test_the_end_is_about_a_screen_and_says_what_to_do_next(document):
    lines = as_text(document).splitlines()
    assert len(lines) <= 70
    assert [line for line in lines if len(line) > 100 and "LEADLOOP_CONFIG" not in line] == []
    assert f"leadloop explain {document['lead']['lead']}" in lines[-4]


def test_the_same_seed_draws_the_same_company():
    plans = [Planner(random.Random(3), NOW, 28).plan(200) for _ in range(2)]  # noqa: S311 - draws people
    assert plans[0] == plans[1]


def test_what_happens_on_the_way_happens_at_its_own_moment():
    clock, seen = Clock(NOW), []
    clock.at(NOW + timedelta(hours=2), lambda: seen.append(clock()))
    clock.at(NOW + timedelta(hours=1), lambda: clock.at(NOW + timedelta(hours=1.5), lambda: seen.append(clock())))
    clock.move_to(NOW + timedelta(hours=3))
    assert seen == [NOW + timedelta(hours=1.5), NOW + timedelta(hours=2)]
    assert clock() == NOW + timedelta(hours=3)


def test_the_verb_prints_one_document_and_the_other_verbs_read_what_it_leaves(tmp_path):
    def call(*words):
        return CliRunner().invoke(main, words, obj=Caller(environ={}, now=lambda: NOW))

    folder = tmp_path / "kept"
    done = call("demo", "--contacts", "100", "--dir", str(folder), "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert document.keys() == {"funnel", "reasons", "sources", "lead", "totals", "files"}
    lead = call("explain", document["lead"]["lead"], "-c", document["files"]["configuration"], "--json")
    assert json.loads(lead.stdout)["history"] == document["lead"]["history"]
    refused = call("demo", "--dir", str(folder))
    assert refused.exit_code == 2
    assert "is not empty" in refused.stderr
