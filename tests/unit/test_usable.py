"""Writes that no call could carry out are told as what they are, before any call is spent."""

from __future__ import annotations

import pytest

from connector.adapter.usable import FIELD_MISSING, check_write, stop_if_nothing_fits, unusable
from connector.errors import ConfigError, RecordError
from connector.model import LeadWrite, Outcome

KINDS = ("record", "task")


@pytest.mark.parametrize(
    "write",
    [
        LeadWrite("creation", "record", "ll-1"),
        LeadWrite("change of a record that has no key", "record", "", record_id="1"),
        LeadWrite("task", "task", "ll-1", record_id="1"),
    ],
)
def test_a_good_write_passes(write: LeadWrite) -> None:
    check_write(write, KINDS, "Acme")
    assert unusable(write, KINDS, "Acme") is None


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (LeadWrite("tag", "tag", "ll-1", record_id="1"), "unsupported"),
        (LeadWrite("creation without a key", "record", ""), "blank_key"),
        (LeadWrite("task on nothing", "task", "ll-1"), "no_record"),
    ],
)
def test_a_write_that_cannot_be_sent_says_why(write: LeadWrite, code: str) -> None:
    with pytest.raises(RecordError) as caught:
        check_write(write, KINDS, "Acme")
    assert caught.value.code == code
    told = unusable(write, KINDS, "Acme")
    assert told is not None
    assert (told.effect, told.status, told.code) == (write.effect, "rejected", code)


def test_a_field_that_every_row_wants_in_vain_is_the_mappings_fault() -> None:
    told = [Outcome(str(number), "rejected", code=FIELD_MISSING, field=name) for number, name in enumerate("bab")]
    with pytest.raises(ConfigError, match="'acme-1': Acme does not have, or hides from this user: a, b") as caught:
        stop_if_nothing_fits(told, "Acme", "acme-1")
    assert "'leadloop prepare acme-1' makes it" in str(caught.value.hint)
    with pytest.raises(ConfigError) as caught:
        stop_if_nothing_fits(told, "Acme", "acme-1", "ask Acme for it")
    assert caught.value.hint == "ask Acme for it", "where nobody can make fields"


def test_a_batch_of_which_something_went_through_goes_on() -> None:
    missing = Outcome("1", "rejected", code=FIELD_MISSING, field="a")
    for told in ([], [missing, Outcome("2", "updated")], [missing, Outcome("2", "rejected", code="too_long")]):
        stop_if_nothing_fits(told, "Acme", "acme-1")
