from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigError, RecordError
from connector.model import CrmRecord, FieldChange

DAY0 = datetime(2026, 11, 1, tzinfo=UTC)
LINES = """
decisions:
  - {is: won,       object: Opportunity, when: {IsWon: true}, amount: Amount}
  - {is: lost,      object: Opportunity, when: {IsClosed: true}, reason: Loss_Reason}
  - {is: qualified, object: Lead, when: {IsConverted: true, OpportunityId: {blank: false}}, at: ConvertedDate}
  - {is: accepted,  when: {IsConverted: true}}
  - {is: rejected,  when: {Status: [Unqualified, "Closed*"]}, reason: Why, reason_text: Notes}
  - {is: recycled,  when: {Status: Nurturing}}
  - {is: accepted,  when: {Status: [Working, Contacted]}}
"""
REASONS = "no_budget: [Sem verba]\ninvalid_data: [{words: [wrong number]}]\n"


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


def record(
    at: float = 1, *, object_name: str = "Lead", history: tuple[FieldChange, ...] = (), **fields: Any
) -> CrmRecord:
    return CrmRecord(object_name, "00Q1", fields, day(at), changed_by="005B", history=history, created_at=DAY0)


def moved(at: float, old: Any, new: Any, field: str = "Status", by: str | None = "005A") -> FieldChange:
    return FieldChange(day(at), field, old, new, by)


def test_the_first_line_that_fits_counts(crm):
    decide = crm(LINES).decide
    assert decide(record(object_name="Opportunity", IsWon=True, IsClosed=True, Amount="1200.50")).amount == 1200.5
    lost = decide(record(object_name="Opportunity", IsWon=False, IsClosed=True))
    assert (lost.kind, lost.rule) == ("lost", 2)
    assert decide(record(IsConverted=True, OpportunityId="006", Status="Working")).kind == "qualified"
    assert decide(record(IsConverted=True, OpportunityId=None)).kind == "accepted"
    assert decide(record(Status="Open")) is None


def test_a_line_asks_only_records_of_its_object(crm):
    assert crm(LINES).decide(record(object_name="Contact", Status="Working")) is None


def test_a_decision_carries_who_when_and_which_record(crm):
    found = crm(LINES).decide(record(3, Status="working"), record(2, Status="Open"))
    assert (found.at, found.precision, found.by, found.object, found.record_id) == (
        day(3),
        "poll",
        "005B",
        "Lead",
        "00Q1",
    )


def test_a_state_that_was_told_is_not_told_again(crm):
    mapping = crm(LINES)
    seen = record(1, Status="Working")
    assert mapping.decisions_of(seen, seen) == []
    assert mapping.decisions_of(record(2, Status="Contacted"), seen) == []
    assert mapping.decisions_of(record(2, Status="Open"), seen) == []


def test_a_rejection_gets_our_reason_and_keeps_their_words(crm, reasons):
    mapping = crm(LINES, reasons(REASONS))
    found = mapping.decide(record(Status="Unqualified", Why="SEM VERBA"))
    assert (found.reason, found.reason_text) == ("no_budget", "SEM VERBA")
    found = mapping.decide(record(Status="Closed - lost", Why="Other stuff", Notes="wrong number"))
    assert (found.reason, found.reason_text) == ("invalid_data", "wrong number")
    assert mapping.decide(record(Status="Unqualified")).reason == "none_given"
    assert mapping.decide(record(Status="Unqualified", Why="Mercury retrograde")).reason == "other"
    assert mapping.decide(record(Status="Working", Why="Sem verba")).reason is None


def test_a_reason_that_comes_later_is_told(crm, reasons):
    mapping = crm(LINES, reasons(REASONS))
    before = record(1, Status="Unqualified")
    (late,) = mapping.decisions_of(record(2, Status="Unqualified", Why="Sem verba"), before)
    assert (late.kind, late.reason, late.at) == ("rejected", "no_budget", day(2))
    assert mapping.decisions_of(record(3, Status="Unqualified"), record(2, Status="Unqualified", Why="Sem verba")) == []


def test_history_gives_every_decision_in_order_with_its_exact_time_and_actor(crm):
    history = (moved(3, "Working", "Unqualified"), moved(2, "Open", "Working"), moved(5, "Unqualified", "Working"))
    found = crm(LINES).decisions_of(record(6, Status="Working", history=history))
    assert [(one.kind, one.at, one.precision, one.by) for one in found] == [
        ("accepted", day(2), "exact", "005A"),
        ("rejected", day(3), "exact", "005A"),
        ("accepted", day(5), "exact", "005A"),
    ]


def test_history_before_the_last_look_is_not_told_again(crm):
    history = (moved(2, "Open", "Working"), moved(5, "Working", "Unqualified"), moved(6, "Unqualified", "Working"))
    before = record(2, Status="Working", history=history[:1])
    found = crm(LINES).decisions_of(record(6, Status="Working", history=history), before)
    assert [(one.kind, one.at) for one in found] == [("rejected", day(5)), ("accepted", day(6))]


def test_a_reason_written_a_moment_after_the_status_belongs_to_the_same_rejection(crm, reasons):
    history = (moved(2, "Open", "Unqualified"), moved(2.001, None, "Sem verba", "Why"))
    (found,) = crm(LINES, reasons(REASONS)).decisions_of(
        record(3, Status="Unqualified", Why="Sem verba", history=history)
    )
    assert (found.at, found.reason) == (day(2), "no_budget")


def test_changes_of_one_moment_are_one_step(crm):
    history = (moved(2, "Open", "Working"), moved(2, "Working", "Unqualified"))
    found = crm(LINES).decisions_of(record(3, Status="Unqualified", history=history))
    assert [one.kind for one in found] == ["rejected"]


def test_what_the_history_does_not_track_is_not_dated_back(crm):
    history = (moved(2, "Open", "Working"),)
    found = crm(LINES).decisions_of(record(9, Status="Working", IsConverted=True, OpportunityId="006", history=history))
    assert [(one.kind, one.at, one.precision) for one in found] == [
        ("accepted", day(2), "exact"),
        ("qualified", day(9), "poll"),
    ]


def test_a_state_older_than_all_history_is_dated_at_creation_and_not_called_exact(crm):
    history = (moved(4, "Working", "Unqualified"),)
    first, second = crm(LINES).decisions_of(record(4, Status="Unqualified", history=history))
    assert (first.kind, first.at, first.precision, first.by) == ("accepted", DAY0, "poll", None)
    assert (second.kind, second.at) == ("rejected", day(4))


def test_a_field_of_the_crm_may_tell_the_day_of_the_decision(crm):
    found = crm(LINES).decide(record(9, IsConverted=True, OpportunityId="006", ConvertedDate="2026-11-05"))
    assert (found.at, found.precision) == (datetime(2026, 11, 5, 3, tzinfo=UTC), "date")


def test_a_record_untouched_since_it_was_made_tells_its_moment_exactly(crm):
    assert crm(LINES).decide(record(0, Status="Working")).precision == "exact"


@pytest.mark.parametrize(("fields", "field"), [({"Amount": "a lot"}, "Amount")])
def test_an_amount_that_is_none_rejects_the_record(crm, fields: dict[str, Any], field: str):
    with pytest.raises(RecordError) as caught:
        crm(LINES).decide(record(object_name="Opportunity", IsWon=True, **fields))
    assert caught.value.field == field
    assert "a lot" not in str(caught.value)


def test_all_fields_that_decisions_ask_are_read(crm):
    reads = crm(LINES).reads
    assert reads["Opportunity"] == ("IsWon", "Amount", "IsClosed", "Loss_Reason")
    assert {"IsConverted", "OpportunityId", "ConvertedDate", "Status", "Why", "Notes"} <= set(reads["Lead"])


TAKEN_ON = """
decisions:
  - {is: accepted, when: {stage: {after: first}}}
  - {is: accepted, when: {OwnerId: {changed_by: person}}}
"""


def test_any_stage_after_the_first_is_asked_by_its_place(crm):
    decide = crm(TAKEN_ON).decide
    assert [decide(record(stage_order=place)) is not None for place in (None, 1, 2, 5)] == [False, False, True, True]
    assert {"stage_order", "OwnerId"} <= set(crm(TAKEN_ON).reads["Lead"])


def test_an_owner_whom_a_person_chose_is_told_with_time_and_author(crm):
    given = moved(2, "queue", "ana", field="OwnerId", by="005S")
    [found] = crm(TAKEN_ON).decisions_of(record(3, OwnerId="ana", history=(given,)), record(1, OwnerId="queue"))
    assert (found.kind, found.at, found.by) == ("accepted", day(2), "005S")


def test_an_owner_whom_our_write_or_a_rule_of_the_crm_chose_says_nothing(crm):
    given = moved(2, "queue", "ana", field="OwnerId", by="005US")
    seen = record(3, OwnerId="ana", history=(given,)), record(1, OwnerId="queue")
    assert crm(TAKEN_ON).decisions_of(*seen, lambda author: author != "005US") == []
    unknown = moved(2, "queue", "ana", field="OwnerId", by=None)
    assert crm(TAKEN_ON).decisions_of(record(3, OwnerId="ana", history=(unknown,))) == []


def test_without_history_a_new_owner_is_seen_by_difference(crm):
    before, now = record(1, OwnerId="queue"), record(3, OwnerId="ana")
    assert [one.kind for one in crm(TAKEN_ON).decisions_of(now, before)] == ["accepted"]
    assert crm(TAKEN_ON).decisions_of(now) == [], "who is new to us may always have had this owner"
    assert crm(TAKEN_ON).decisions_of(record(4, OwnerId="ana"), now) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{is: acepted, when: {Status: A}}", "did you mean 'accepted'?"),
        ("{is: accepted, when: {}}", "an empty 'when'"),
        ("{is: accepted}", "'when' is missing"),
        ("{is: accepted, when: {Status: {matches: A}}}", "unknown comparison 'matches'"),
        ("{is: accepted, when: {Status: }}", "{blank: true}"),
        ("{is: accepted, when: {stage: {after: second}}}", "{stage: {after: first}}"),
        ("{is: accepted, when: {OwnerId: {changed_by: me}}}", "the word person"),
    ],
)
def test_a_mistake_in_a_decision_is_told(crm, line: str, says: str):
    with pytest.raises(ConfigError) as caught:
        crm(f"decisions: [{line}]")
    assert says in str(caught.value.problems[0])


STATUSES = ["Open", "Working", "Contacted", "Unqualified", "Nurturing"]
KINDS = {"Working": "accepted", "Contacted": "accepted", "Unqualified": "rejected", "Nurturing": "recycled"}


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=8), st.integers(0, 8))
def test_however_often_we_look_the_same_decisions_are_told_once(walk: list[str], look_after: int):
    """A lead walks through statuses, one a day; one look at the end tells what two looks tell together."""
    from zoneinfo import ZoneInfo

    from connector import documents
    from connector.mapping import CrmMapping
    from connector.mapping.crm_file import CrmFile

    text = f"platform: acme\nobject: Lead\nkey: Our_Id\nfields: []{LINES}"
    mapping = CrmMapping(*documents.read_text(text, "acme", CrmFile), ZoneInfo("UTC"))
    steps = [moved(n, old, new) for n, (old, new) in enumerate(pairwise(["Open", *walk]), 1) if old != new]
    whole = record(len(walk), Status=walk[-1], history=tuple(steps))
    expected = [KINDS.get(status) for status in ["Open", *walk]]
    changes = [new for old, new in pairwise(expected) if new and new != old]
    all_at_once = mapping.decisions_of(whole)
    assert [one.kind for one in all_at_once] == changes
    assert [one.at for one in all_at_once] == sorted(one.at for one in all_at_once)
    cut = min(look_after, len(walk))
    half = record(cut, Status=["Open", *walk][cut], history=tuple(step for step in steps if step.at <= day(cut)))
    assert mapping.decisions_of(half) + mapping.decisions_of(whole, half) == all_at_once
