from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigError, RecordError
from connector.mapping import Note

AGREED = """
contact:
  - {to: email, from: Email}
  - {to: company_size, from: Employees}
  - {to: custom.score, from: Score}
  - {to: segment, from: Area, values: {Saúde: healthcare, Varejo: retail, Select: null}}
  - {to: country, from: Country, transform: country_code, unmapped: keep}
  - {to: phone, from: Phone, transform: [e164]}
  - {to: consent.email, from: Do Not Email, values: {yes: denied, no: granted}}
"""


def test_attributes_take_our_names_and_blanks_are_left_out(marketing):
    mapped = marketing(AGREED).contact({"Email": " a@b.example ", "Employees": None, "Area": "saude", "Country": " "})
    assert mapped.attributes == {"email": "a@b.example", "segment": "healthcare"}
    assert mapped.notes == ()


def test_zero_and_false_are_not_blank(marketing):
    mapped = marketing(AGREED).contact({"Employees": 0, "Score": False})
    assert mapped.attributes == {"company_size": 0, "custom.score": False}


def test_a_word_that_becomes_null_counts_as_blank(marketing):
    assert marketing(AGREED).contact({"Area": "Select"}).attributes == {}


def test_what_the_table_does_not_list_is_kept_and_counted(marketing):
    mapped = marketing(AGREED).contact({"Area": "Agro"})
    assert mapped.attributes == {"segment": "Agro"}
    assert mapped.notes == (Note("segment", "unmapped", "Agro"),)


def test_what_cannot_be_read_is_left_out_and_counted_without_its_value(marketing):
    mapped = marketing(AGREED).contact({"Phone": "ask my secretary"})
    assert mapped.attributes == {}
    assert mapped.notes == (Note("phone", "unreadable"),)


def test_a_value_that_a_line_says_to_keep_is_meant_and_not_counted(marketing):
    mapped = marketing(AGREED).contact({"Country": "Narnia"})
    assert (mapped.attributes, mapped.notes) == ({"country": "Narnia"}, ())
    mapped = marketing("contact: [{to: city, from: City, values: {Select: null}, unmapped: keep}]").contact(
        {"City": "X"}
    )
    assert (mapped.attributes, mapped.notes) == ({"city": "X"}, ())


def test_a_phone_is_read_in_the_country_mapped_above_it(marketing):
    assert (
        marketing(AGREED).contact({"Country": "Brasil", "Phone": "(11) 90000-0000"}).attributes["phone"]
        == "+5511900000000"
    )


def test_a_rejected_value_names_its_field_and_not_itself(marketing):
    mapping = marketing("contact: [{to: segment, from: Area, values: {a: b}, unmapped: reject}]")
    with pytest.raises(RecordError, match="'segment'") as caught:
        mapping.contact({"Area": "secret thing"})
    assert caught.value.field == "segment"
    assert "secret" not in str(caught.value)


def test_dropped_values_are_counted_too(marketing):
    mapped = marketing("contact: [{to: segment, from: Area, values: {a: b}, unmapped: drop}]").contact({"Area": "x"})
    assert (mapped.attributes, mapped.notes) == ({}, (Note("segment", "unmapped", "x"),))


def test_a_group_of_values_is_no_attribute(marketing):
    with pytest.raises(RecordError, match="group of values"):
        marketing(AGREED).contact({"Email": {"address": "a@b.example"}})


def test_lists_keep_their_elements_and_lose_their_blanks(marketing):
    mapping = marketing("contact: [{to: custom.tags, from: tags}, {to: goals, from: goals, join: ', '}]")
    mapped = mapping.contact({"tags": ["a", " ", None, "b "], "goals": ["x", "y"]})
    assert mapped.attributes == {"custom.tags": ["a", "b"], "goals": "x, y"}


@pytest.mark.parametrize(("said", "consent"), [("Yes", {"email": "denied"}), ("no", {"email": "granted"}), ("", {})])
def test_consent_is_read_through_its_table(marketing, said: str, consent: dict[str, str]):
    assert marketing(AGREED).contact({"Do Not Email": said}).consent == consent


@pytest.mark.parametrize(
    ("raw", "silent"), [({}, ("email",)), ({"Do Not Email": ""}, ()), ({"Do Not Email": None}, ())]
)
def test_a_lane_whose_field_is_absent_is_silent_and_a_blank_one_is_not(marketing, raw, silent):
    assert marketing(AGREED).contact({"Email": "a@b.example", **raw}).silent == silent


def test_a_lane_is_silent_only_when_all_of_its_fields_are_absent(marketing):
    lines = """
    contact:
      - {to: consent.email, from: optout.mail, values: {yes: denied}}
      - {to: consent.email, from: "bases[?kind=='mail'].status", values: {no: denied}}
    """
    assert marketing(lines).contact({"id": "1"}).silent == ("email",)
    assert marketing(lines).contact({"bases": []}).silent == ()
    assert marketing(lines).contact({"optout": None}).silent == ()
    assert marketing(lines).contact({"optout.mail": ""}).silent == ()


def test_a_consent_word_that_nobody_listed_grants_nothing_and_is_counted_once(marketing):
    mapped = marketing(AGREED).contact({"Do Not Email": "maybe"})
    assert mapped.consent == {}
    assert [note.field for note in mapped.notes] == ["consent.email"]


def test_of_two_sources_on_one_lane_the_one_that_denies_wins(marketing):
    lines = """
    contact:
      - {to: consent.email, from: opted_in, values: {yes: granted}}
      - {to: consent.email, from: bounced, values: {yes: denied}}
    """
    assert marketing(lines).contact({"opted_in": "yes", "bounced": "yes"}).consent == {"email": "denied"}
    both = marketing("contact: [{to: consent.contact, from: bases}]").contact({"bases": ["denied", "granted"]})
    assert both.consent == {"contact": "denied"}


def test_a_blank_follows_the_platform_unless_the_line_holds_on(marketing):
    mapping = marketing("""
    contact:
      - {to: city, from: city}
      - {to: state, from: state, when_blank: keep}
      - {to: source, from: source, when_blank: fill_only}
    """)
    before = {"city": "Recife", "state": "PE", "source": "ads"}
    assert mapping.merged(before, mapping.contact({"source": "mail"})) == {"state": "PE", "source": "ads"}
    assert mapping.merged({}, mapping.contact({"source": "mail"})) == {"source": "mail"}
    assert mapping.merged(before, mapping.contact({"state": "SP"})) == {"state": "SP", "source": "ads"}


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        ("[{to: job_titel, from: a}]", 2, "did you mean 'job_title'?"),
        ("[{to: custom., from: a}]", 2, "no attribute of ours"),
        ("\n  - {to: city, from: a}\n  - {to: city, from: b}", 4, "two lines fill this attribute"),
        ("[{to: city, from: 'a['}]", 2, "this is no path"),
        ("[{to: city, from: a, transform: [shout]}]", 2, "unknown transform 'shout'"),
        ("[{to: city, from: a, transfrom: [lower]}]", 2, "did you mean 'transform'?"),
        ("[{to: city, from: a, unmapped: drpo}]", 2, "did you mean 'drop'?"),
        ("[{to: city}]", 2, "'from' is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_remedy(marketing, lines: str, line: int, says: str):
    with pytest.raises(ConfigError) as caught:
        marketing(f"contact: {lines}")
    (problem,) = caught.value.problems
    assert problem.line == line
    assert says in str(problem)


def test_all_mistakes_are_told_at_once(marketing):
    with pytest.raises(ConfigError) as caught:
        marketing("contact: [{to: nope, from: 'a['}, {to: city, from: b, transform: [shout]}]")
    assert len(caught.value.problems) == 3


def test_the_mapping_tells_what_it_reads_and_fills(marketing):
    mapping = marketing(f"key: Prospect ID\n{AGREED}activities: [{{type: page_view, count: TotalVisits}}]")
    assert mapping.source_fields[:2] == ("Prospect ID", "Email")
    assert mapping.source_fields[-1] == "TotalVisits"
    assert "segment" in mapping.attributes


def test_comments_and_order_of_keys_make_no_new_version(marketing):
    one, same = "contact: [{to: city, from: a}]", "contact:\n  # a comment\n  - from: a\n    to: city"
    assert marketing(one).version == marketing(same).version
    assert marketing(one).version != marketing("contact: [{to: city, from: b}]").version


RAW = st.dictionaries(
    st.sampled_from(["Email", "Employees", "Score", "Area", "Country", "Phone", "Do Not Email"]),
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.text(max_size=4), max_size=3),
)


@given(RAW)
def test_any_record_maps_the_same_way_twice_and_stays_untouched(raw: dict[str, Any]):
    from zoneinfo import ZoneInfo

    from connector import documents
    from connector.mapping import MarketingMapping
    from connector.mapping.marketing_file import MarketingFile

    mapping = MarketingMapping(*documents.read_text(f"platform: acme{AGREED}", "acme", MarketingFile), ZoneInfo("UTC"))
    copy = {name: list(value) if isinstance(value, list) else value for name, value in raw.items()}
    once = mapping.contact(raw)
    assert mapping.contact(raw) == once
    assert raw == copy
    assert mapping.merged(once.attributes, once) == once.attributes


@pytest.mark.parametrize("ours", ["no", "opted out", "false", "1"])
def test_a_table_of_consent_that_gives_another_word_is_refused_since_an_opt_out_would_be_lost(marketing, ours):
    with pytest.raises(ConfigError) as caught:
        marketing(f"contact:\n  - {{to: consent.email, from: OptIn, values: {{Sim: granted, Não: {ours}}}}}\n")
    [problem] = caught.value.problems
    assert (problem.path, problem.message) == ("contact[1].values.Não", "this is no word of consent")
    assert problem.value == (ours if ours in ("false", "1") else f"'{ours}'")
    assert problem.remedy == "allowed: granted, denied, unknown, or null for blank"


def test_a_table_of_consent_may_leave_words_blank_and_write_ours_as_it_likes(marketing):
    line = "contact:\n  - {to: consent.contact, from: Calls, values: {S: Granted, N: DENIED, '?': null}}\n"
    assert marketing(line).contact({"Calls": "N"}).consent == {"contact": "denied"}
    assert marketing(line).contact({"Calls": "?"}).consent == {}
