from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.errors import ConfigError
from connector.mapping import FeedbackEffect, facts
from connector.model import Decision, ReceiptLine, Score

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
SCORE = Score("A", 80, 100, 62_500, 90, receipt=(ReceiptLine("demo", 40_000, "demo form"),))
REJECTED = Decision("rejected", AT, reason="no_budget", reason_text="Sem verba", by="005")
LINES = """
contact: []
feedback:
  - {to: cf_score, from: score.points}
  - {to: cf_reason, from: decision.reason, when_blank: clear}
  - {to: cf_decided_on, from: decision.at, transform: [date]}
  - {tag: mql, while: lead.is_mql}
  - {list: "Sales", on: accepted}
  - {stage: Qualified Lead, on: mql}
  - {event: OPPORTUNITY_LOST, on: [rejected, lost], reason: decision.reason, fields: {grade: score.grade}}
  - {event: SALE, on: won, value: decision.amount}
  - {note: "Rejected: {decision.reason_text}", on: rejected}
"""


def person(decision: Decision | None = None, **lead: object) -> dict[str, object]:
    return facts(SCORE, {"is_mql": True, "cycle": 2, **lead}, {}, decision=decision)


def test_fields_and_marks_follow_the_state(marketing):
    plan = marketing(LINES).feedback.plan
    assert plan(person()) == [
        FeedbackEffect("field", fields={"cf_score": 62, "cf_reason": None}),
        FeedbackEffect("tag", "mql"),
    ]
    assert plan(person(REJECTED, is_mql=False)) == [
        FeedbackEffect("field", fields={"cf_score": 62, "cf_reason": "no_budget", "cf_decided_on": "2026-11-21"}),
        FeedbackEffect("tag", "mql", on=False),
    ]


def test_an_event_sets_off_its_effects_in_the_order_of_the_file(marketing):
    lost, note = marketing(LINES).feedback.plan(person(REJECTED), "rejected")
    assert lost == FeedbackEffect(
        "event", "OPPORTUNITY_LOST", {"grade": "A", "reason": "no_budget"}, once_key="event:OPPORTUNITY_LOST:rejected:2"
    )
    assert (note.kind, note.fields) == ("note", {"body": "Rejected: Sem verba"})


def test_blank_parts_of_an_event_are_left_out(marketing):
    (sale,) = marketing(LINES).feedback.plan(person(Decision("won", AT)), "won")
    assert sale.fields == {}


def test_the_same_event_in_the_next_cycle_is_another_effect(marketing):
    plan = marketing(LINES).feedback.plan
    assert plan(person(), "mql")[0].once_key != plan(person(cycle=3), "mql")[0].once_key


def test_feedback_tells_what_it_needs_of_its_platform(marketing):
    feedback = marketing(LINES).feedback
    assert feedback.writes == ("cf_score", "cf_reason", "cf_decided_on")
    assert feedback.kinds == {"field", "tag", "list", "stage", "event", "note"}


def test_reasons_of_a_score_are_its_strongest_lines():
    lines = [
        ReceiptLine(f"r{n}", n * 1000, f"why {n}", newest="today (ebook)" if n == 5 else "")
        for n in (1, 2, 3, -7, 4, 0, 5)
    ]
    shown = facts(Score("A", 1, 1, 8000, 1, receipt=tuple(lines)))["score"]["reasons"]
    assert shown == ["-7 r-7", "+5 r5: today (ebook)", "+4 r4", "+3 r3", "+2 r2"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{to: cf_x, from: score.pionts}", "did you mean 'score.points'?"),
        ("{to: cf_x, from: email}", "'email' is no value of ours"),
        ("{event: SALE, on: [sold]}", "is none of the allowed words"),
        ("{event: SALE, on: [won], value: deal.amount}", "'deal.amount' is no value of ours"),
        ("{mood: good, on: mql}", "a line of feedback has one of: to, stage, event, tag, list, note"),
        ("{tag: mql, onn: mql}", "did you mean 'on'?"),
        ("{tag: mql}", "either 'on' or 'while'"),
        ("{tag: mql, on: mql, while: lead.is_mql}", "either 'on' or 'while'"),
        ("{tag: mql, while: lead.mql}", "no value of ours"),
        ("{note: 'Hi {contact.frist_name}', on: mql}", "did you mean 'contact.first_name'?"),
        ("{note: 'Hi {', on: mql}", "stands alone"),
    ],
)
def test_a_mistake_in_feedback_is_told(marketing, line: str, says: str):
    with pytest.raises(ConfigError) as caught:
        marketing(f"contact: []\nfeedback: [{line}]")
    assert says in "\n".join(map(str, caught.value.problems))
