"""How EspoCRM words its refusals: a status, a word or a sentence in `X-Status-Reason`, and for some a JSON body.

The sentences are localised in part and may quote what was sent, so none is passed on: words and names of fields are.
Source: espocrm/espocrm, application/Espo/Core/Api/ErrorOutput.php, …/Core/FieldValidation/Exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError

FORBIDDEN: Final = "forbidden"
BUSY_S: Final = 300.0
"""How long a record that somebody else holds is left alone."""

RULES: Final = (
    # A key has no token behind it that could be renewed.
    ErrorRule(status=401, means="auth", hint="check api_key, and that the API user is active"),
    ErrorRule(status=403, means="forbidden", hint="give the role of leadloop's API user this permission"),
)

_WORD = re.compile(r"[A-Za-z]+(-[a-z]+)*")


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The error of a refused request: what was not valid, and of which field, where EspoCRM says so."""
    if answer.status == 403:
        return (RemoteError(FORBIDDEN),)
    told = _translation(answer)
    label = told.get("label")
    if isinstance(label, str) and _WORD.fullmatch(label):
        data = told.get("data")
        details: Mapping[str, Any] = data if isinstance(data, dict) else {}
        kind, field = details.get("type"), details.get("field")
        return (RemoteError(".".join(str(one) for one in (label, kind) if one), field=str(field) if field else None),)
    word = answer.headers.get("X-Status-Reason", "")
    return (RemoteError(word),) if _WORD.fullmatch(word) else ()


def _translation(answer: Answer) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - most refusals have no body, and some are a page of HTML
        return {}
    told = body.get("messageTranslation") if isinstance(body, dict) else None
    return told if isinstance(told, dict) else {}
