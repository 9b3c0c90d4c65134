"""How RD Station CRM refuses, and what each refusal means for what we do next.

Errors come as `{"error": "…"}`, `{"errors": "…"}`, `{"errors": {field: [texts or objects]}}`, `{"errors": {error_type,
error_message}}`, `{"errors": [{error_type, error_MESSAGE}]}` and, from version 2's gateway, `{"message": "…"}` or
`{"detail": "…"}`. Their sentences may quote what was sent, so none is passed on: the type and the field are.
Source: https://developers.rdstation.com/reference/crm-v1-mensagens-de-erro and …/crm-v2-introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError, RemoteRefusal

NOT_ROUTED: Final = "not_routed"
"""Our own code: version 2's gateway knows no such path."""
BAD_PARAMETER: Final = "bad_parameter"
"""Our own code: a parameter that version 1 does not know is answered 500 with a page; to ask again does not help."""
NO_SUCH_FIELD: Final = "no_such_field"
NAME_TAKEN: Final = "name_taken"
"""Our own code: a contact of that name is there."""
TASK_TYPE: Final = "ACCESS_DENIED"
"""The free plan takes tasks of the type `task` alone."""

RULES: Final = (
    ErrorRule(code=NOT_ROUTED, means="contract", hint="check base_url: version 2 is at https://api.rd.services/crm/v2"),
    ErrorRule(code=BAD_PARAMETER, means="contract"),
    ErrorRule(
        status=401,
        means="refresh",
        hint="make a new token in the user's profile, or sign in with 'leadloop auth {connection}'",
    ),
    ErrorRule(status=403, means="forbidden", hint="the user may not do this, or the account's plan has no API"),
    # Version 1 names no time: a minute holds 120 requests.
    ErrorRule(status=429, means="retry", wait_s=15),
    ErrorRule(status=404, means="gone"),
    ErrorRule(status=400, means="record"),
    ErrorRule(status=422, means="record"),
)

_FIELD_ID = re.compile(r"custom_field_id=>\W*(\w+)")
_SAID_TAKEN = re.compile(r"já (?:está em uso|existe|cadastrad)|already|taken", re.IGNORECASE)
_NAMES = frozenset({"name", "nome"})


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The errors of a refused request."""
    try:
        body: Any = answer.json()
    except Exception:  # noqa: BLE001 - a page of HTML is still an error of that status
        is_page = answer.status == 500 and answer.content.lstrip()[:1] == b"<"
        return (RemoteError(BAD_PARAMETER),) if is_page else ()
    if not isinstance(body, Mapping):
        return ()
    if "no Route matched" in str(body.get("message")):
        return (RemoteError(NOT_ROUTED),)
    return tuple(_errors(body.get("errors", body.get("detail"))))


def is_taken_name(refusal: RemoteRefusal) -> bool:
    """Is there a contact of that name already?"""
    return any(error.code == NAME_TAKEN for error in refusal.errors)


def _errors(told: Any) -> Iterator[RemoteError]:
    if isinstance(told, str):
        yield _sentence(told, None)
    elif isinstance(told, list):
        for one in told:
            yield from _errors(one)
    elif isinstance(told, Mapping) and ("error_type" in told or "code" in told or "title" in told):
        sentence = _sentence(str(told.get("error_message") or told.get("detail") or ""), _field_of(told))
        code = str(told.get("error_type") or told.get("code") or "")
        yield sentence if sentence.code == NAME_TAKEN else RemoteError(code, field=sentence.field)
    elif isinstance(told, Mapping):
        for name, texts in told.items():
            yield _of_field(str(name), texts)


def _of_field(name: str, texts: Any) -> RemoteError:
    """`{field: [texts]}`, or objects with a type of their own."""
    first = texts[0] if isinstance(texts, list) and texts else texts
    if isinstance(first, Mapping):
        return RemoteError(str(first.get("error_type") or "invalid"), field=name)
    is_taken = name in _NAMES and bool(_SAID_TAKEN.search(str(first)))
    return RemoteError(NAME_TAKEN if is_taken else "invalid", field=name)


def _sentence(text: str, field: str | None) -> RemoteError:
    named = _FIELD_ID.search(text)
    if named:
        return RemoteError(NO_SUCH_FIELD, field=named[1])
    if _SAID_TAKEN.search(text) and (field in _NAMES or text.lower().startswith(tuple(_NAMES))):
        return RemoteError(NAME_TAKEN, field="name")
    return RemoteError("invalid", field=field)


def _field_of(told: Mapping[str, Any]) -> str | None:
    """Which part of the body is meant: `field`, or the end of a JSON pointer (`/data/name`)."""
    source = told.get("source")
    pointer = source.get("pointer") if isinstance(source, Mapping) else None
    name = told.get("field") or (str(pointer).rpartition("/")[2] if pointer else None)
    return str(name) if name else None
