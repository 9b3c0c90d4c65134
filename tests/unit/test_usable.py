"""Writes that no call could carry out are told as what they are, before any call is spent."""

from __future__ import annotations

import pytest

from connector.adapter.usable import check_write, unusable
from connector.errors import RecordError
from connector.model import LeadWrite

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
