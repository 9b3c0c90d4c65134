from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.adapter import MarketingSpec
from connector.errors import ConfigError, RecordError
from connector.mapping import Note, RecordReader, Said, content_key
from connector.model import Activity

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = datetime(2026, 11, 20, 17, 25, 24, tzinfo=UTC)
RD = """
contact: []
activities:
  - {type: form_submission, when: {event_type: CONVERSION, event_identifier: "demo*"}, asset: event_identifier,
     channel: payload.traffic_source, fields: payload, at: event_timestamp}
  - {type: {from: event_type, values: {OPENED: email_open, IGNORED: null}}, value: payload.value, by_machine: bot}
"""
RAW = {
    "event_type": "CONVERSION",
    "event_identifier": "demo-request",
    "event_timestamp": "2026-11-20T14:25:24.000-03:00",
    "payload": {"traffic_source": "Google", "cargo": "CEO", "blank": "", "group": {"a": 1}},
}


def test_an_act_is_the_first_line_that_fits(marketing):
    (act,) = marketing(RD).activity(RAW, "c1", NOW)
    answers = {"traffic_source": "Google", "cargo": "CEO"}
    key = content_key("c1", RAW)
    assert act == Activity(key, "form_submission", AT, asset="demo-request", channel="Google", fields=answers)


def test_a_word_without_an_entry_keeps_its_own_and_is_counted(marketing):
    notes: list[Note] = []
    (act,) = marketing(RD).activity({"event_type": "CALL_FINISHED"}, "c1", NOW, notes=notes)
    assert act.type == "CALL_FINISHED"
    assert notes == [Note("type", "unmapped", "CALL_FINISHED")]


def test_a_word_that_becomes_null_is_no_act(marketing):
    assert marketing(RD).activity({"event_type": "IGNORED"}, "c1", NOW) == []


def test_a_record_that_fits_no_line_is_no_act(marketing):
    assert marketing("contact: []\nactivities: [{type: call, when: {a: b}}]").activity({"a": "c"}, "c1", NOW) == []


def test_an_act_without_a_time_takes_the_moment_of_its_first_reading(marketing):
    (act,) = marketing(RD).activity({"event_type": "OPENED"}, "c1", NOW)
    assert (act.type, act.at) == ("email_open", NOW)
    (act,) = marketing(RD).activity({"event_type": "OPENED"}, "c1", NOW, Said(at=AT))
    assert act.at == AT


def test_the_platforms_own_id_is_the_key(marketing):
    (act,) = marketing(RD).activity(RAW, "c1", NOW, Said(key="e9", by_machine=True))
    assert (act.key, act.by_machine) == ("e9", True)


def test_a_content_key_depends_on_person_and_content_not_on_order_or_mapping():
    assert content_key("c1", {"a": 1, "b": 2}) == content_key("c1", {"b": 2, "a": 1})
    assert len({content_key("c1", {"a": 1}), content_key("c2", {"a": 1}), content_key("c1", {"a": 2})}) == 3
    assert len(content_key("c1", {})) == 32


def test_only_the_answers_that_the_model_asks_for_are_kept(marketing):
    (act,) = marketing(RD, frozenset({"cargo"})).activity(RAW, "c1", NOW)
    assert act.fields == {"cargo": "CEO"}


def test_answers_may_be_named_one_by_one(marketing):
    mapping = marketing("contact: []\nactivities: [{type: call, fields: {role: payload.cargo, gone: payload.x}}]")
    (act,) = mapping.activity(RAW, "c1", NOW)
    assert act.fields == {"role": "CEO"}


@pytest.mark.parametrize(
    ("said", "by"), [(True, True), ("false", False), (0, False), (None, None), ("", None), ("yes", True)]
)
def test_marks_of_machines_are_passed_on(marketing, said, by):
    (act,) = marketing(RD).activity({"event_type": "OPENED", "bot": said}, "c1", NOW)
    assert act.by_machine is by


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"event_type": "OPENED", "payload": {"value": "many"}}, "payload.value"),
        ({**RAW, "event_timestamp": "soon"}, "event_timestamp"),
    ],
)
def test_a_time_or_number_that_is_none_rejects_the_act_and_names_its_field(marketing, raw, field):
    with pytest.raises(RecordError) as caught:
        marketing(RD).activity(raw, "c1", NOW)
    assert caught.value.field == field


COUNTED = """
contact: []
activities:
  - {type: page_view, count: TotalVisits, seconds: Total Time}
  - {of: contacts, type: {from: Last Activity, values: {Email Opened: email_open}}}
"""


def test_a_counting_column_makes_as_many_acts_with_keys_that_a_reread_repeats(marketing):
    mapping = marketing(COUNTED)
    first = mapping.acts_of_contact({"TotalVisits": "2", "Total Time": "30"}, "c1", NOW)
    assert [(act.key, act.type, act.at, act.seconds) for act in first] == [
        ("c1:TotalVisits:1", "page_view", NOW, 30),
        ("c1:TotalVisits:2", "page_view", NOW, 30),
    ]
    grown = {act.key for act in mapping.acts_of_contact({"TotalVisits": 3}, "c1", AT)}
    assert grown - {act.key for act in first} == {"c1:TotalVisits:3"}


def test_every_line_about_the_contact_that_fits_makes_its_acts(marketing):
    acts = marketing(COUNTED).acts_of_contact({"TotalVisits": 1, "Last Activity": "Email Opened"}, "c1", NOW)
    assert [act.type for act in acts] == ["page_view", "email_open"]


def test_the_same_last_activity_read_again_is_the_same_act_whatever_else_changed(marketing):
    mapping = marketing(COUNTED)
    (one,) = mapping.acts_of_contact({"Last Activity": "Email Opened", "City": "A"}, "c1", NOW)
    (two,) = mapping.acts_of_contact({"Last Activity": "Email Opened", "City": "B"}, "c1", AT)
    (other,) = mapping.acts_of_contact({"Last Activity": "SMS Sent"}, "c1", NOW)
    assert one.key == two.key != other.key


@pytest.mark.parametrize("count", [None, "", 0, "0"])
def test_nothing_counted_is_no_act(marketing, count):
    assert marketing(COUNTED).acts_of_contact({"TotalVisits": count}, "c1", NOW) == []


@pytest.mark.parametrize("count", ["many", -1, 10_001])
def test_a_count_that_is_none_is_refused(marketing, count):
    with pytest.raises(RecordError, match="TotalVisits"):
        marketing(COUNTED).acts_of_contact({"TotalVisits": count}, "c1", NOW)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{type: call, when: {a: {equals: 1}}}", "unknown comparison 'equals'"),
        ("{type: call, when: {}}", "an empty 'when'"),
        ("{type: call, at: 'a['}", "this is no path"),
        ("{type: call, count: a, of: activities}", "write of: contacts"),
        ("{type: call, count: a, id: b}", "makes its own ids"),
        ("{type: {from: 'a['}}", "this is no path"),
    ],
)
def test_a_mistake_in_an_act_is_told(marketing, line: str, says: str):
    with pytest.raises(ConfigError) as caught:
        marketing(f"contact: []\nactivities: [{line}]")
    assert says in str(caught.value.problems[0])


def test_a_type_that_is_no_word_of_ours_is_warned_of(marketing):
    (warning,) = marketing("contact: []\nactivities: [{type: form_submision}]").warnings
    assert "did you mean 'form_submission'?" in str(warning)


SPEC = MarketingSpec(
    name="acme", title="Acme", contact_key="info.uuid", contact_changed_at="changed", activity_key="eid",
    activity_contact="who", activity_at="ts", activity_by_machine="bot",
)  # fmt: skip


def test_records_are_read_where_the_adapter_declares():
    reader = RecordReader(SPEC)
    assert reader.contact_id({"info": {"uuid": 17}}) == "17"
    assert reader.contact_changed_at({"changed": 1795195524000}) == AT
    assert reader.contact_changed_at({}) is None
    act = {"eid": "e1", "who": "c1", "ts": "2026-11-20T17:25:24Z", "bot": True}
    assert reader.activity_contact(act) == "c1"
    assert reader.said(act) == Said("e1", AT, True)


def test_the_mappings_key_column_is_the_id_in_files():
    reader = RecordReader(SPEC, "Prospect ID")
    assert reader.contact_id({"Prospect ID": " 7 "}) == "7"
    assert reader.activity_contact({"Prospect ID": "7"}) == "7"


@pytest.mark.parametrize("raw", [{}, {"info": {"uuid": " "}}, {"info": {"uuid": {"a": 1}}}])
def test_a_record_that_names_nobody_is_refused(raw):
    with pytest.raises(RecordError, match=r"info\.uuid"):
        RecordReader(SPEC).contact_id(raw)
