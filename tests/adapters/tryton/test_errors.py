"""Tryton's sentences quote names of records, which are people: none of them may be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.tryton.errors import remote_errors
from connector.errors import RemoteError, RetryableError


@dataclass
class Told:
    """An answer with this body."""

    content: bytes
    status: int = 400

    def json(self, only: Any = None) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            raise RetryableError("no JSON") from None


def refusal(message: str) -> Told:
    return Told(json.dumps({"status": 400, "message": message, "description": ""}).encode())


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        ('A value is required for field "Employee" in record "1 [Ana]" of "X".', "required", "Employee"),
        ('The value "7.0" for field "P" in record "Ana" is not valid according to its domain.', "bad_value", "P"),
        ('You are not allowed to modify the field "Comment" in record "Ana" of "X".', "not_allowed", "Comment"),
        ('To delete opportunity "Ana Silva", you must cancel it.', "refused", None),
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_its_rule_and_field_alone(message: str, code: str, field: str | None) -> None:
    [error] = remote_errors(refusal(message))
    assert (error.code, error.field) == (code, field)
    assert "Ana" not in error.text
    assert "7.0" not in error.text


def test_a_sentence_whose_quotation_never_ends_shows_nothing_of_it() -> None:
    [error] = remote_errors(refusal('The name "Ana\nSilva" is bad'))
    assert error == RemoteError("refused", "The name …", None)


def test_a_web_page_has_no_errors_of_its_own() -> None:
    assert remote_errors(Told(b"<!doctype html><title>500</title>", 500)) == ()
