"""One lead explained: its receipt, its stage, how far from an MQL and why, what was sent."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from connector.insight import explain
from connector.insight.explain import _pushes_last
from connector.insight.render import lead_as_text
from connector.loop.score import examine, has_new_evidence
from connector.model import LeadWrite
from connector.scoring import ScoringModel, compile_model
from connector.state import corrections, desired, leads, outbox
from connector.state.clock import stamp
from connector.state.contacts import change_contacts, save_activities
from connector.state.corrections import Correction
from connector.state.desired import Wish
from connector.state.erase import erase_person
from connector.state.packing import pack
from connector.state.store import Tx
from tests.insight.company import DAY, NOW, START, Company

MODEL = compile_model(
    ScoringModel.model_validate(
        {
            "version": "2026-11",
            "profile": {"attributes": {"job_title": {"weight": 2, "answers": [{"grade": 10, "is": "CEO"}]}}},
            "interest": {
                "groups": {
                    "forms": {"points": 20, "when": {"type": "form_submission"}, "repeat": "once_per_asset"},
                    "reads": {"points": 1.5, "when": {"type": "page_view"}},
                }
            },
            "undesirables": [
                {"name": "rival", "when": {"company": "Rival"}, "veto": True, "because": "they look at us"},
                {
                    "name": "free mail",
                    "when": {"email": "*@free.example"},
                    "points": -5,
                    "because": "agreed with sales",
                },
            ],
            "qualification": {
                "mql": {
                    "thresholds": {"A": 50},
                    "require": ["country"],
                    "hand_raise": {"when": {"type": "form_submission", "asset": "demo"}, "needs": ["phone"]},
                }
            },
            "recycle": {"invalid_data": {"wait_days": 30, "require": ["phone"]}, "no_budget": {"wait_days": 0}},
        }
    ),
    time_zone="UTC",
)
LOOP = SimpleNamespace(
    model=MODEL, config=SimpleNamespace(consent=SimpleNamespace(unknown="pass", email_denied="hold"))
)


def explained(db: Tx, person: int, at=NOW):
    """The lead as the command explains it: examined by the loop with what was known at that time."""
    [dossier] = leads.dossiers(db, [person], known_by=at)
    lead = examine(LOOP, dossier, at, {}, explain=True)
    return explain(db, person, lead, MODEL, at, has_new_evidence=has_new_evidence(LOOP, lead))


@pytest.fixture
def ana(write):
    """Fits well, has 35.5 of 50 points, and no country."""

    def recipe(firm: Company) -> None:
        person = firm.lead(email="ana@free.example", job_title="CEO", day=20)
        for number, form in enumerate(("ebook", "webinar")):
            firm.submits(person, form, day=20 + number)
        row = ("view", person, "page_view", (START + 22 * DAY).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "{}")
        save_activities(firm.tx, "rd", [row], START + 22 * DAY)
        change_contacts(
            firm.tx, "rd", [("c1", pack({"a": {"job_title": "CEO", "email": "ana@free.example"}, "c": {}}), None)],
            START + 23 * DAY,
        )  # fmt: skip

    return write(recipe)


def test_the_receipt_sums_to_the_score(ana):
    content = explained(ana, 1)
    assert [(line["rule"], line["points"]) for line in content["receipt"]] == [
        ("forms", 40), ("reads", 1.5), ("free mail", -5),
    ]  # fmt: skip
    assert sum(line["points"] for line in content["receipt"]) == content["score"]["points_exact"] == 36.5
    assert content["score"]["points"] == 36


def test_it_says_how_far_from_an_mql_and_what_is_missing(ana):
    mql = explained(ana, 1)["mql"]
    assert mql["is"] is False
    assert mql["short_by"] == 13.5
    assert mql["why_not"] == ["13.5 points short of the 50 that grade A needs", "missing: country"]


def test_a_past_moment_is_explained_by_what_was_known_then(ana):
    content = explained(ana, 1, START + 20.5 * DAY)
    assert [line["rule"] for line in content["receipt"]] == ["forms"]
    assert content["score"]["points"] == 20, "the address became known later"


def test_a_lead_not_known_yet_has_no_score(ana):
    content = explained(ana, 1, START)
    assert content["score"] is None
    assert content["notes"] == ["This lead became known on 2026-11-22, after the time asked about."]


def test_the_version_of_the_model_and_every_id_are_there(ana):
    content = explained(ana, 1)
    assert content["lead"] == "ll-0000000000000001"
    assert content["score"]["model_version"] == MODEL.version
    assert {"system": "email", "id": "ana@free.example", "role": "own"} in content["ids"]


def lead_that(write, recipe, **known):
    """A lead with these attributes whose life the recipe tells."""

    def written(firm: Company) -> None:
        recipe(firm, firm.lead(**{"job_title": "CEO", "country": "BR", "email": "eva@a.example", **known}))

    return explained(write(written), 1)


def test_a_wait_after_a_rejection_is_told_with_its_end_and_what_it_asks_for(write):
    def recipe(firm, person):
        firm.becomes_mql(person)
        firm.decides(person, "rejected", day=25, reason="invalid_data", text="Wrong number")

    content = lead_that(write, recipe)
    given_back = "sales gave it back on 2026-11-27 (invalid_data)"
    assert content["mql"]["why_not"][-3:] == [
        f"{given_back}: it waits until 2026-12-27",
        f"{given_back}: nothing new counts since",
        f"{given_back}: before it may return it needs phone",
    ]
    assert (content["stage"], content["cycle"]) == ("lead", 2)
    last = content["history"][-1]
    assert (last["kind"], last["stage"], last["by"], last["reason"], last["reason_text"]) == (
        "rejected", "lead", "sales", "invalid_data", "Wrong number",
    )  # fmt: skip


def test_a_lead_that_qualifies_but_was_not_scored_since_is_told_so(write):
    def recipe(firm, person):
        for form in ("a", "b", "c"):
            firm.submits(person, form, day=28)

    assert lead_that(write, recipe)["mql"]["why_not"] == ["it qualifies now: the next run makes it an MQL"]


def test_an_mql_needs_no_reasons(write):
    content = lead_that(write, lambda firm, person: firm.becomes_mql(person))
    assert content["mql"]["is"] is True
    assert (content["mql"]["why_not"], content["mql"]["short_by"]) == ([], None)


def test_consent_is_told_first(write):
    def recipe(firm, person):
        firm.becomes_mql(person)
        packed = pack({"a": {"job_title": "CEO"}, "c": {"contact": "denied"}})
        change_contacts(firm.tx, "rd", [("c1", packed, None)], START + DAY)

    mql = lead_that(write, recipe)["mql"]
    assert (mql["is"], mql["why_not"]) == (False, ["consent: the person does not want to be contacted"])


def test_a_hand_raiser_without_what_an_answer_needs_is_told(write):
    content = lead_that(write, lambda firm, person: firm.submits(person, "demo", day=28))
    assert content["mql"]["why_not"][-1] == "asked for sales, but cannot be answered without: phone"


def test_a_veto_says_why(write):
    content = lead_that(write, lambda firm, person: None, company="Rival")
    assert content["mql"]["why_not"][0] == "veto 'rival': they look at us"


def test_a_lost_lead_says_so(write):
    def recipe(firm, person):
        firm.becomes_mql(person)
        firm.decides(person, "lost", reason="competitor")

    assert lead_that(write, recipe)["mql"]["why_not"] == ["sales lost it on 2026-11-05 (competitor)"]


def test_a_lead_that_sales_took_up_by_itself_is_no_mql(write):
    content = lead_that(write, lambda firm, person: firm.decides(person, "accepted"))
    assert content["mql"]["why_not"] == ["sales took it up by itself on 2026-11-05: marketing never qualified it"]


def send(firm: Company, person: int, *, state: str, why: str | None = None) -> None:
    write = LeadWrite("e1", "record", "ll", object="Lead", fields={"LeadScore__c": 60})
    row = outbox.plan(firm.tx, "sf", "crm", person, 1, write, START + DAY, run="r", held=why)
    if state != "held":
        outbox.settle(firm.tx, row, state, START + 2 * DAY, record_id="00Q1")


def test_what_was_sent_is_listed(write):
    content = lead_that(write, lambda firm, person: send(firm, person, state="confirmed"))
    [sent] = content["sent"]
    assert (sent["connection"], sent["record"], sent["fields"]) == ("sf", "00Q1", {"LeadScore__c": 60})
    assert sent["at"].startswith("2026-11-04")


def test_a_tag_that_was_taken_off_is_told_as_such(write):
    def recipe(firm, person):
        for number, on in enumerate((True, False)):
            tag = LeadWrite(f"e{number}", "tag", "ll", object="Lead", record_id="00Q1", name="MQL", on=on)
            row = outbox.plan(firm.tx, "sf", "crm", person, 1, tag, START + DAY, run="r")
            outbox.settle(firm.tx, row, "confirmed", START + (2 + number) * DAY, record_id="00Q1")

    content = lead_that(write, recipe)
    assert [one["on"] for one in content["sent"]] == [True, False]
    assert "2026-11-05 09:00  sf: tag Lead 00Q1 MQL taken off" in lead_as_text(content)


def test_what_others_made_of_our_fields_is_told(write):
    def recipe(firm, person):
        wish = Wish("sf", person, "Lead", {"MQL__c": True}, [], 0, due=False, fresh=False, limited=False)
        desired.wish(firm.tx, wish, START)
        desired.link(firm.tx, "sf", person, "Lead", "00Q1", START)
        seen = stamp(START + 2 * DAY), stamp(START + 2 * DAY + timedelta(minutes=5))
        entries = {"MQL__c": Correction(True, False, *seen, contested=True), "LeadScore__c": Correction(60, 1, *seen)}
        corrections.keep(firm.tx, "sf", person, {}, entries)

    content = lead_that(write, recipe)
    assert [(one["field"], one["contested"]) for one in content["corrected"]] == [
        ("LeadScore__c", False), ("MQL__c", True),
    ]  # fmt: skip
    text = lead_as_text(content)
    assert "2026-11-04 09:00  sf: Lead 00Q1: LeadScore__c, written again\n" in text
    assert "sf: Lead 00Q1: MQL__c, changed again, and left so" in text
    assert content["history"] == lead_that(write, lambda firm, person: None)["history"]


def test_a_push_stands_after_what_it_handed_over_though_the_crm_dates_it_by_the_second():
    def line(kind, second, known, by="rule"):
        at, known_at = (f"2026-11-04T09:00:{moment}Z" for moment in (second, known))
        return {"kind": kind, "by": by, "cycle": 1, "at": at, "known_at": known_at}

    pushed = line("pushed", "02.000000", "02.900000")
    mql, later = line("mql", "02.700000", "02.700000"), line("qualified", "30.000000", "30.000000")
    assert _pushes_last([pushed, mql, later]) == [mql, pushed, later]


def test_a_held_write_is_told(write):
    content = lead_that(write, lambda firm, person: send(firm, person, state="held", why="blast guard"))
    assert content["mql"]["held"][0]["why"] == "blast guard"
    assert content["sent"] == []
    assert "a write to sf is held since 2026-11-03 09:00: blast guard" in lead_as_text(content)


def test_of_an_erased_person_nothing_is_kept(write):
    def recipe(firm, person):
        firm.becomes_mql(person)
        send(firm, person, state="confirmed")
        erase_person(firm.tx, person, NOW - timedelta(days=1), "salt")

    content = lead_that(write, recipe)
    assert content["score"] is None
    assert content["ids"] == []
    assert content["mql"]["why_not"] == content["notes"]
    assert content["notes"] == ["The person was erased on 2026-11-30: what was known of them is not kept any more."]
    assert "not kept any more" in lead_as_text(content)


def test_the_text_aligns_points_and_shows_their_sum(ana):
    lines = lead_as_text(explained(ana, 1)).splitlines()
    forms, reads, mail = (
        next(line for line in lines if f" {name} " in line) for name in ("forms", "reads", "free mail")
    )
    total = next(line for line in lines if line.endswith("the sum"))
    assert total.split() == ["36.5", "the", "sum"]
    units = {
        line.index(number) + len(number)
        for line, number in ((forms, "+40"), (reads, "+1"), (mail, "-5"), (total, "36"))
    }
    assert len(units) == 1, "units stand below units"
    assert max(map(len, lines)) <= 100


def test_the_text_says_what_is_missing(ana):
    text = lead_as_text(explained(ana, 1))
    assert "It is no MQL, 13.5 points short:" in text
    assert "  - missing: country" in text
