"""Conditions: which keys are asked of the activities and which of the lead."""

from __future__ import annotations

import pytest

from connector.model import Person
from connector.scoring import newest_counting_at
from tests.unit.scoring.leads import NOW, act, group, model_of, points, undesirable


def test_all_keys_of_a_when_must_hold_and_a_list_means_any() -> None:
    model = group(when={"type": ["download", "webinar"], "asset": ["guide", "prices"]})
    assert points(model, [act("webinar", asset="guide")]) == 10
    assert points(model, [act("webinar", asset="other")]) == 0
    assert points(model, [act("chat", asset="guide")]) == 0


def test_a_key_of_the_lead_beside_a_key_of_the_activity_is_asked_of_the_lead() -> None:
    model = group(when={"type": "download", "country": "BR"})
    assert points(model, [act()], country="br") == 10
    assert points(model, [act()], country="PT") == 0
    assert points(model, [act()]) == 0


def test_channel_beside_an_activity_key_is_the_activitys() -> None:
    model = group(when={"type": "download", "channel": "email"})
    assert points(model, [act(channel="email")], channel="paid") == 10
    assert points(model, [act(channel="paid")], channel="email") == 0


def test_channel_alone_is_the_leads_and_counts_once() -> None:
    model = group(when={"channel": "email"})
    assert points(model, [act(channel="paid"), act("chat", channel="paid")], channel="Email") == 10
    assert points(model, [act(channel="email")], channel="paid") == 0


@pytest.mark.parametrize("key", ["asset", "url", "campaign"])
def test_each_text_of_an_activity_makes_a_condition_ask_activities(key: str) -> None:
    model = group(when={key: "it*"})
    assert points(model, [act("page_view", **{key: "IT and more"}), act("download", 1, **{key: "it"})]) == 20


def test_numbers_and_form_answers_of_an_activity_are_asked() -> None:
    assert points(group(when={"seconds": {"at_least": 30}}), [act(seconds=30), act(days_ago=1, seconds=29.9)]) == 10
    assert points(group(when={"value": {"between": [1, 2]}}), [act(value=2), act(days_ago=1, value=2.01)]) == 10
    wants = group(when={"fields": {"contact me": ["yes", "sim"], "budget": {"at_least": 1000}}})
    assert points(wants, [act(fields={"contact me": "SIM", "budget": "1000.00"})]) == 10
    assert points(wants, [act(fields={"contact me": "SIM"})]) == 0


def test_texts_are_compared_without_regard_to_case_accents_width_and_outer_spaces() -> None:
    model = model_of(interest={"groups": {"it": {"points": 1, "when": {"city": "São Paulo"}}}})
    assert points(model, city="  SAO PAULO ") == 1
    assert points(model, city="Ｓão Ｐaulo") == 1


def test_a_star_stands_for_any_run_over_the_whole_value() -> None:
    model = group(when={"url": "*/pricing*"})
    assert points(model, [act(url="https://x.example/Pricing?plan=1"), act(days_ago=1, url="/prices")]) == 10


def test_an_email_domain_is_what_follows_the_last_at_compared_whole() -> None:
    model = undesirable(when={"email_domain": {"list": "free_mail"}}, points=-10)
    assert points(model, email="Ana@GMAIL.com") == -10
    assert points(model, email='"odd@name"@gmail.com') == -10
    assert points(model, email="ana@mail.gmail.com") == 0
    assert points(model, email="no address") == 0


def test_a_models_own_list_may_be_asked_for_and_replaces_a_shipped_one() -> None:
    rule = {"name": "rival", "when": {"email_domain": {"list": "rivals"}}, "points": -5, "because": "they look"}
    own = {"interest": {"floor": -100}, "undesirables": [rule]}
    assert points(model_of(**own, lists={"rivals": ["Rival.example"]}), email="a@rival.example") == -5
    free = {**own, "undesirables": [{**rule, "when": {"email_domain": {"list": "free_mail"}}}]}
    assert points(model_of(**free, lists={"free_mail": ["only.example"]}), email="a@gmail.com") == 0


def test_blank_is_absent_null_or_spaces_and_zero_and_false_are_not() -> None:
    model = undesirable(when={"phone": {"blank": True}}, points=-1)
    assert [points(model), points(model, phone=None), points(model, phone="  ")] == [-1, -1, -1]
    assert [points(model, phone=0), points(model, phone=False)] == [0, 0]


def test_one_and_true_are_different_values_for_a_remembering_rule() -> None:
    model = model_of(interest={"groups": {"it": {"points": 1, "when": {"custom.n": 1}}}})
    assert [points(model, **{"custom.n": value}) for value in (True, 1, "1", 1.0, "true")] == [0, 1, 1, 1, 0]


def test_an_act_that_no_group_counts_or_that_a_machine_did_is_no_new_evidence() -> None:
    model, person = group(), Person({})
    did = [act(days_ago=5), act("chat", 1), act(days_ago=2, by_machine=True)]
    assert newest_counting_at(person, did, model) == act(days_ago=5).at
    assert newest_counting_at(person, [act("chat", 1)], model) is None
    assert act().at == NOW
