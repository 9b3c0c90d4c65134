from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import documents
from connector.adapter.base import FieldPlan
from connector.errors import ConfigError, RecordError
from connector.mapping import CrmEffect, CrmMapping, Note, facts
from connector.mapping.crm_file import CrmFile
from connector.model import ReceiptLine, Score

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
SCORE = Score(
    "A", 80, 100, 62_500, 90, receipt=(ReceiptLine("demo form", 40_000, "why"), ReceiptLine("pages", 22_500, "why"))
)
LEAD = {"id": "ll-1", "is_mql": True, "cycle": 1, "mql_at": AT}


def person(consent: dict[str, str] | None = None, **attributes: Any) -> dict[str, Any]:
    return facts(SCORE, LEAD, attributes, consent)  # type: ignore[arg-type]


FIELDS = """
push_when: {points: 5}
fields:
  - {to: Score, from: score.points}
  - {to: Grade, from: score.grade}
  - {to: MQL, from: lead.is_mql}
  - {to: MQL_At, from: lead.mql_at}
  - {to: Reasons, from: score.reasons, join: "\\n", max_length: 20}
  - {to: Company, from: contact.company, only: Lead, required_default: "(not given)"}
  - {to: Phone, from: contact.phone}
  - {to: Industry, from: contact.segment, values: {saude: Healthcare}, unmapped: reject, when_blank: clear,
     wins: leadloop}
  - {to: Title, from: contact.job_title, wins: crm}
  - {to: City, from: contact.city, wins: newest}
  - {to: State, from: contact.state, wins: leadloop, when_blank: fill_only}
  - {to: Opt_Out, from: contact.consent.email, values: {denied: true, granted: false}}
  - {to: Plan, from: contact.custom.plan, wins: leadloop}
"""


def test_a_new_record_says_all_that_we_know(crm):
    record = crm(FIELDS).record(person(phone="+55", segment="Saúde", job_title="CEO", **{"custom.plan": 0}))
    assert record == {
        "Score": 62, "Grade": "A", "MQL": True, "MQL_At": "2026-11-22T10:00:00Z", "Reasons": "+40 demo form",
        "Company": "(not given)", "Phone": "+55", "Industry": "Healthcare", "Title": "CEO", "Plan": 0,
    }  # fmt: skip


def test_a_line_for_one_object_is_not_written_to_another(crm):
    mapping = crm(FIELDS)
    assert "Company" not in mapping.record(person(company="Acme"), object="Contact")
    assert "Company" not in mapping.fields_for("Contact")


def test_a_blank_keeps_what_the_crm_has_unless_the_line_clears_it(crm):
    current = {"Phone": "1", "Industry": "Retail", "Company": "Acme"}
    record = crm(FIELDS).record(person(), current=current)
    assert "Phone" not in record
    assert record["Industry"] is None
    assert "Company" not in record


def test_a_default_for_a_required_field_goes_only_where_the_crm_has_nothing(crm):
    assert crm(FIELDS).record(person(), current={"Company": None})["Company"] == "(not given)"


@pytest.mark.parametrize(
    ("current", "written"),
    [({"Phone": "1"}, False), ({"Phone": ""}, True), ({"Phone": None}, True), ({}, False), ({"Phone": 0}, False)],
)
def test_what_sales_may_know_better_is_filled_in_and_never_replaced(crm, current: dict[str, Any], written: bool):
    assert ("Phone" in crm(FIELDS).record(person(phone="2"), current=current)) is written


def test_our_own_fields_are_ours_whatever_the_crm_says(crm):
    record = crm(FIELDS).record(person(), current={"Score": 5, "MQL": False})
    assert (record["Score"], record["MQL"]) == (62, True)


def test_where_the_crm_wins_we_write_only_at_creation(crm):
    assert "Title" not in crm(FIELDS).record(person(job_title="CEO"), current={"Title": None})


@pytest.mark.parametrize(
    ("ours", "theirs", "written"), [(2, 1, True), (1, 2, False), (None, 1, False), (2, None, False), (1, 1, False)]
)
def test_the_newest_wins_only_when_both_times_are_known(crm, ours: int | None, theirs: int | None, written: bool):
    day = {1: datetime(2026, 1, 1, tzinfo=UTC), 2: datetime(2026, 1, 2, tzinfo=UTC)}
    lead = facts(SCORE, LEAD, {"city": "Recife"}, times={"city": day[ours]} if ours else {})
    times = {"City": day[theirs]} if theirs else {}
    assert ("City" in crm(FIELDS).record(lead, current={"City": "Natal"}, current_times=times)) is written


def test_fill_only_writes_where_the_crm_is_blank(crm):
    mapping = crm(FIELDS)
    assert "State" not in mapping.record(person(state="PE"), current={"State": "SP"})
    assert mapping.record(person(state="PE"), current={"State": None})["State"] == "PE"


def test_of_consent_the_most_restrictive_wins(crm):
    mapping = crm(FIELDS)
    assert mapping.record(person({"email": "denied"}), current={"Opt_Out": False})["Opt_Out"] is True
    assert mapping.record(person({"email": "denied"}), current={})["Opt_Out"] is True
    assert "Opt_Out" not in mapping.record(person({"email": "granted"}), current={"Opt_Out": True})
    assert mapping.record(person({"email": "granted"}), current={"Opt_Out": None})["Opt_Out"] is False


def test_an_unmapped_value_that_is_rejected_names_its_field(crm):
    with pytest.raises(RecordError, match="'Industry'"):
        crm(FIELDS).record(person(segment="agro"))


def test_values_that_could_not_be_used_are_noted(crm):
    mapping = crm(
        "fields: [{to: A, from: contact.segment, values: {a: b}}, {to: B, from: contact.phone, transform: e164}]"
    )
    notes: list[Note] = []
    assert mapping.record(person(segment="agro", phone="?"), notes=notes) == {"A": "agro"}
    assert notes == [Note("A", "unmapped", "agro"), Note("B", "unreadable")]


def test_a_long_text_loses_whole_lines_before_it_is_cut(crm):
    mapping = crm('fields: [{to: R, from: score.reasons, join: "\\n", max_length: 26}]')
    assert mapping.record(person()) == {"R": "+40 demo form\n+22.5 pages"}
    short = crm('fields: [{to: R, from: score.reasons, join: "\\n", max_length: 8}]')
    assert short.record(person()) == {"R": "+40 dem…"}


def test_the_mapping_tells_what_it_must_know_before_it_writes(crm):
    needs = crm(FIELDS).needs_current("Lead")
    assert needs == ("Company", "Phone", "City", "State", "Opt_Out")
    assert crm(FIELDS).reads["Lead"] == ("Our_Id", *needs, *OWN)


OWN = ("Score", "Grade", "MQL", "MQL_At", "Reasons")


def test_what_we_alone_know_is_read_back_and_nothing_in_which_sales_has_a_say(crm):
    mapping = crm("""
    fields:
      - {to: Score, from: score.points}
      - {to: Grade, from: score.grade, wins: crm}
      - {to: Stage, from: lead.stage, when_blank: fill_only}
      - {to: Cycle, from: lead.cycle, wins: crm_unless_blank}
      - {to: Track, from: lead.track, required_default: mql}
      - {to: Since, from: lead.mql_at, only: Contact, when_blank: clear}
      - {to: Plan, from: contact.custom.plan, wins: leadloop}
      - {to: Why, from: decision.reason}
      - {to: MQL, from: lead.is_mql}
    decisions: [{is: rejected, when: {MQL: false}}]
    """)
    assert mapping.ours == {"Lead": ("Score",), "Contact": ("Score", "Since", "MQL")}
    assert mapping.reads["Lead"] == ("Our_Id", "Stage", "Cycle", "Track", "MQL", "Score")


def test_our_fields_alone_make_no_object_worth_a_reading():
    text = """
    {platform: acme, object: Lead, also: [Contact], match: [email], fields: [{to: Score, from: score.points}],
     decisions: [{is: won, when: {Won: true}}]}
    """
    mapping = CrmMapping(*documents.read_text(text, "acme.yaml", CrmFile), ZoneInfo("UTC"))
    assert mapping.ours == {"Lead": ("Score",)}
    assert mapping.reads == {"Lead": ("Won", "Score"), "Contact": ()}


VALUES = st.none() | st.sampled_from(["", "a", "b"]) | st.booleans() | st.integers(0, 2)
NAMES = ["Phone", "Industry", "Title", "City", "State", "Company", "Opt_Out", "Plan"]
ATTRIBUTES = st.dictionaries(st.sampled_from(["phone", "company", "job_title", "city", "state", "custom.plan"]), VALUES)


@given(ATTRIBUTES, st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)), st.sampled_from(["denied", "granted", None]))
def test_writing_twice_is_the_same_as_writing_once(
    attributes: dict[str, Any], current: dict[str, Any], word: str | None
):
    from zoneinfo import ZoneInfo

    from connector import documents
    from connector.mapping import CrmMapping
    from connector.mapping.crm_file import CrmFile

    text = f"platform: acme\nobject: Lead\nkey: Our_Id{FIELDS}"
    mapping = CrmMapping(*documents.read_text(text, "acme", CrmFile), ZoneInfo("UTC"))
    lead = person({"email": word} if word else None, **attributes)
    after = {**current, **mapping.record(lead, current=current)}
    again = mapping.record(lead, current=after)
    assert {**after, **again} == after
    assert mapping.changes(after, again) == {}


def test_only_what_differs_is_sent(crm):
    mapping = crm(FIELDS)
    assert mapping.changes(None, {"Score": 62}) == {"Score": 62}
    assert mapping.changes({"Grade": "A", "Phone": "1"}, {"Grade": "B", "Phone": "1"}) == {"Grade": "B"}
    assert mapping.changes({"Score": 62}, {"Score": 62, "Industry": None}) == {}


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ({"Score": 59, "Reasons": "x"}, set()),
        ({"Score": 57, "Reasons": "x"}, {"Score", "Reasons"}),
        ({"Score": 59, "Grade": "B"}, {"Score", "Grade"}),
        ({"Score": 61, "MQL": False}, {"Score", "MQL"}),
    ],
)
def test_a_score_that_only_decayed_waits_for_the_step(crm, wanted: dict[str, Any], sent: set[str]):
    confirmed = {"Score": 62, "Grade": "A", "MQL": True, "Reasons": "y"}
    assert crm(FIELDS).changes(confirmed, {**confirmed, **wanted}).keys() == sent


def test_a_part_of_the_score_that_is_not_confirmed_any_more_waits_for_no_step(crm):
    mapping = crm(FIELDS)
    confirmed = {"Score": 62, "Grade": "A"}
    assert mapping.changes(confirmed, {"Score": 61, "Grade": "A", "Reasons": "x"}) == {"Score": 61, "Reasons": "x"}
    assert mapping.changes({**confirmed, "Reasons": "y"}, {"Score": 61, "Grade": "A", "Reasons": "x"}) == {}


def test_fields_that_only_we_can_fill_are_planned(crm):
    plan = crm("""
    fields:
      - {to: Score, from: score.points}
      - {to: Why, from: score.reasons, max_length: 255, only: Lead}
      - {to: Long, from: score.reasons, only: Lead, label: All reasons}
      - {to: Company, from: contact.company}
    decisions: [{is: rejected, when: {Status: Out}, reason: Why_Not}, {is: won, when: {Won: true}, reason: Note}]
    """).field_plan()
    assert plan[:2] == [FieldPlan(name, "Our_Id", "leadloop id", "text", (), True, 32) for name in ("Lead", "Contact")]
    assert [(one.object, one.name, one.label, one.type) for one in plan[2:]] == [
        ("Lead", "Score", "Lead score", "number"),
        ("Contact", "Score", "Lead score", "number"),
        ("Lead", "Why", "MQL reasons", "text"),
        ("Lead", "Long", "All reasons", "long_text"),
        ("Lead", "Why_Not", "Rejection reason", "picklist"),
    ]


EFFECTS = """
tag: {name: MQL}
task: {on: mql, subject: "Call {contact.first_name}: {score.grade}, {score.points} points", due_hours: 24}
note: [{on: [mql, qualified], body: score.reasons}, {on: mql, body: contact.company}]
"""


def test_the_tag_follows_the_lead(crm):
    effects = crm(EFFECTS).effects
    assert effects(person()) == [CrmEffect("tag", "MQL")]
    assert effects(facts(lead={"is_mql": False})) == [CrmEffect("tag", "MQL", on=False)]


def test_a_task_and_a_note_once_per_cycle_with_their_texts(crm):
    task, note = crm(EFFECTS).effects(person(first_name="Ana"), "mql", AT)
    assert task.fields == {"subject": "Call Ana: A, 62 points", "due_at": "2026-11-23T10:00:00Z"}
    assert (task.once_key, note.once_key) == ("task:1:mql:1", "note:1:mql:1")
    assert note.fields == {"body": "+40 demo form\n+22.5 pages"}


def test_an_event_that_nobody_waits_for_sets_off_nothing(crm):
    assert crm(EFFECTS).effects(person(), "lost", AT) == []


def test_a_text_in_braces_is_a_path_and_nothing_more(crm):
    mapping = crm('task: {on: mql, subject: "{contact.first_name} {{contact.last_name}"}'.replace("{{", "{"))
    (task,) = mapping.effects(person(first_name="{score.points}", last_name="{0.__class__}"), "mql", AT)
    assert task.fields["subject"] == "{score.points} {0.__class__}"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("protected: [Status]\nfields:\n  - {to: status, from: score.points}", 7, "is protected: sales owns it"),
        ("fields:\n  - {to: A, from: score.points}\n  - {to: A, from: score.grade}", 7, "two lines write 'A'"),
        ("fields: [{to: A, from: score.points, only: Deal}]", 5, "allowed: Lead, Contact"),
        ("fields: [{to: A, from: score.points, wins: most_restrictive}]", 5, "compares consent only"),
        ("fields: [{to: A, from: lead.is_mlq}]", 5, "did you mean 'lead.is_mql'?"),
        ("fields: [{to: A, from: contact.nickname}]", 5, "no value of ours"),
        ("fields: [{to: A, from: score.points, wins: salesforce}]", 5, "none of the allowed words"),
        ("tag: {name: MQL, while: lead.mql}", 6, "no value of ours"),
        ("task: {on: mql, subject: 'Call {name}'}", 6, "'name' is no value of ours"),
        ("note: {on: mql, body: score.raisons}", 6, "did you mean 'score.reasons'?"),
        ("protected: [Our_Id]", 4, "'Our_Id' is protected"),
    ],
)
def test_a_mistake_is_told_with_its_line(crm, text: str, line: int, says: str):
    with pytest.raises(ConfigError) as caught:
        crm(text)
    (problem,) = caught.value.problems
    assert (problem.line, says in str(problem)) == (line, True), str(problem)


def test_a_mapping_that_matches_by_our_id_names_the_field_that_holds_it():
    from zoneinfo import ZoneInfo

    from connector import documents
    from connector.mapping import CrmMapping
    from connector.mapping.crm_file import CrmFile

    file, places = documents.read_text("platform: acme\nobject: Lead\nfields: []\n", "acme", CrmFile)
    with pytest.raises(ConfigError) as caught:
        CrmMapping(file, places, ZoneInfo("UTC"))
    assert "nothing holds leadloop_id" in str(caught.value.problems[0])


def test_a_connection_may_create_a_later_object_of_the_mapping():
    text = """
    platform: acme
    object: Lead
    also: [Deal, Person]
    key: Our_Id
    fields:
      - {to: Score, from: score.points}
      - {to: Company, from: contact.company, only: Lead}
      - {to: Phone, from: contact.phone, only: Person}
    decisions:
      - {is: rejected, when: {closed: true}}
    """
    file, places = documents.read_text(dedent(text), "acme.yaml", CrmFile)
    whole, later = (CrmMapping(file, places, ZoneInfo("UTC"), object=name) for name in (None, "Deal"))
    assert (whole.object, whole.also) == ("Lead", ("Deal", "Person"))
    assert (later.object, later.also) == ("Deal", ("Person",))
    assert {plan.object for plan in later.field_plan()} == {"Deal", "Person"}
    assert later.fields_for("Person") == ("Score", "Phone")
    assert [rule.object for rule in later.decision_rules] == ["Lead"]
    assert whole.version != later.version
    with pytest.raises(ConfigError) as caught:
        CrmMapping(file, places, ZoneInfo("UTC"), object="Contact")
    (problem,) = caught.value.problems
    assert "has Lead, Deal, Person" in problem.message
    assert problem.line == 3
