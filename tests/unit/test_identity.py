"""Who is who: how addresses are compared, and what ids and addresses together say."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.identity import EmailRules, Verdict, matching_emails, new_leadloop_ids, whose

RULES = EmailRules(shared_mailboxes=frozenset({"info", "vendas"}))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ana@company.example", "ana@company.example"),
        ("  ANA@Company.Example\t", "ana@company.example"),
        ("ana\u200b@company.example", "ana@company.example"),
        ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
        ("ana@M\u00dcNCHEN.example", "ana@xn--mnchen-3ya.example"),
        ("ana@mu\u0308nchen.example", "ana@xn--mnchen-3ya.example"),
        ("ana+list@company.example", "ana+list@company.example"),
        ("o'hara@company.example", "o'hara@company.example"),
    ],
)
def test_an_address_is_compared_in_one_spelling(written: str, key: str) -> None:
    assert RULES.key(written) == key


@pytest.mark.parametrize(
    "written",
    [None, 7, "", " ", "ana", "@company.example", "ana@", "ana@company", "ana@.example", "ana@x.", "a b@x.example"],
)
def test_what_is_no_address_has_no_key(written: object) -> None:
    assert RULES.key(written) is None


def test_plus_addresses_are_the_same_only_where_the_configuration_says_so() -> None:
    same = EmailRules("same")
    assert same.key("ana+list@company.example") == same.key("ana@company.example")
    assert RULES.key("ana+list@company.example") != RULES.key("ana@company.example")
    assert same.key("+@company.example") == "+@company.example"


def test_a_shared_mailbox_is_known_by_what_stands_before_the_at() -> None:
    assert RULES.is_shared("info@company.example")
    assert not RULES.is_shared("information@company.example")


@pytest.mark.parametrize(
    ("by_id", "by_email", "verdict"),
    [
        (1, None, Verdict("known", 1)),
        (None, 2, Verdict("known", 2)),
        (1, 1, Verdict("known", 1)),
        (None, None, Verdict("new")),
        (1, 2, Verdict("clash", 1, 2)),
    ],
)
def test_the_id_counts_first_and_an_address_of_somebody_else_is_a_clash(
    by_id: int | None, by_email: int | None, verdict: Verdict
) -> None:
    assert whose(by_id, by_email) == verdict


def test_only_ones_own_address_that_nobody_shares_finds_a_crm_record() -> None:
    addresses = [("ana@x.example", "own"), ("old@x.example", "alias"), ("info@x.example", "own")]
    assert matching_emails(addresses, RULES) == ["ana@x.example"]


def test_a_leadloop_id_is_80_random_bits_in_lower_case() -> None:
    made = new_leadloop_ids(50, random.Random(1).randbytes)  # noqa: S311 - a source that repeats
    assert len(set(made)) == 50
    assert all(re.fullmatch(r"ll-[a-z2-7]{16}", one) for one in made)
    assert len({letter for one in made for letter in one[3:]}) == 32


def test_leadloop_ids_that_are_made_together_are_neighbours() -> None:
    dice = random.Random(2)  # noqa: S311 - a source that repeats
    one, other = new_leadloop_ids(100, dice.randbytes), new_leadloop_ids(100, dice.randbytes)
    assert len({made[:7] for made in one}) == 1
    assert one[0][:7] != other[0][:7]


@given(st.emails())
def test_a_key_is_its_own_key(address: str) -> None:
    key = RULES.key(address)
    assert key is None or RULES.key(key) == key


@given(st.text())
def test_no_text_breaks_the_comparison(text: str) -> None:
    key = RULES.key(text)
    assert key is None or RULES.key(key) == key
