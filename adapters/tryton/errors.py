"""How Tryton words its refusals, and what they mean.

A refusal of the business rules is a 400 with one English sentence that quotes the record's name: such names are people
or companies, so they are cut out, and only the field's label is kept. All other errors are web pages.
Source: trytond/protocols/wrappers.py and jsonrpc.py; measured on 8.2.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError, RetryableError

LANGUAGE: Final[Mapping[str, str]] = {"Accept-Language": "en"}
"""Sent with every request: sentences in the user's own language could not be told apart."""
RULES: Final = (
    ErrorRule(means="auth", status=401, hint="give the key of a validated application (Preferences > Applications)"),
    ErrorRule(means="forbidden", status=403, hint="give the user the groups that docs/adapters/tryton.md names"),
    ErrorRule(means="retry", status=423, wait_s=5),  # another transaction changed the same record first
    ErrorRule(means="quota", status=429, wait_s=60),  # said by a proxy in front: Tryton itself counts no calls
)
_CODES: Final[Mapping[str, str]] = {
    "a value is required": "required",
    "is not valid according to its domain": "bad_value",
    "is not in the selection": "bad_option",
    "is too long": "too_long",
    "not allowed to modify": "not_allowed",
    "not allowed to access": "not_allowed",
    "not allowed to read": "not_allowed",
    "you can not call": "not_allowed",
}
_FIELD: Final = re.compile(r'field "([^"]{1,80})"')
_QUOTED: Final = re.compile(r'"[^"]*"|"[^"]*$')


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The one sentence of a refusal, without the names that it quotes; none for a web page."""
    try:
        body = answer.json()
    except RetryableError:
        return ()
    message = str(body.get("message") or "") if isinstance(body, dict) else str(body)
    if not message:
        return ()
    label = _FIELD.search(message)
    text = _QUOTED.sub("…", message.splitlines()[0])
    return [RemoteError(_code(message), text, label[1] if label else None)]


def _code(message: str) -> str:
    low = message.casefold()
    return next((code for words, code in _CODES.items() if words in low), "refused")
