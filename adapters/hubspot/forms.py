"""Form submissions: newest first, form by form, with no way to ask for those since a moment.

A form's mark moves only when its walk has met the old mark; a walk that was cut short begins again at the top.
Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v1 (get-submissions-for-a-form)
Quirk:  a submission may show up late under an older time, and `conversionId` may be missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from adapters.hubspot.api import Api
from adapters.hubspot.walking import ms
from connector.adapter import Page
from connector.adapter.apart import Failures
from connector.adapter.cursors import reading
from connector.errors import ContractError
from connector.model import Json

OVERLAP_MS: Final = 20 * 60 * 1000
A_PAGE: Final = 50
TYPE: Final = "FORM_SUBMISSION"
Marks = dict[str, int]


def pages(
    api: Api, chosen: Sequence[str], since: datetime | None, marks: Mapping[str, int], failures: Failures
) -> Iterator[tuple[Page[Json], Marks | None]]:
    """Pages of submissions; marks stand beside the last page of each form. One that cannot be read stops no other."""
    stood = dict(marks)
    found = 0
    listed = _forms(api)
    if listed is None:
        yield Page(why_zero="the token lacks the scope 'forms': no submission is read"), None
        return
    for form in (one for one in listed if not chosen or str(one.get("id")) in chosen):
        guid = str(form["id"])
        with reading():
            until = stood[guid] - OVERLAP_MS if guid in stood else ms(since) if since else 0
        newest = stood.get(guid, 0)
        with failures.of_one():
            for rows in _submissions(api, guid, until):
                found += len(rows)
                newest = max([newest, *(int(row["submittedAt"]) for row in rows)])
                yield Page([_act(form, row) for row in rows]), None
            if newest:
                stood[guid] = min(newest, ms(api.client.now()))  # a time to come would hide what comes before it
            yield Page(), dict(stood)
    if not found:
        yield Page(why_zero=f"none of {len(listed)} forms was submitted since the last read"), None


def may_read(api: Api) -> bool:
    """Does the token have the scope?"""
    return api.client.request("GET", "/marketing/v3/forms", params={"limit": 1}, accept=(403,)).status != 403


def _forms(api: Api) -> list[Json] | None:
    """All forms of the account; None when the token may not see them."""
    forms: list[Json] = []
    after: str | None = None
    while True:
        params = {"limit": A_PAGE, "formTypes": "all", **({"after": after} if after else {})}
        answer = api.client.request("GET", "/marketing/v3/forms", params=params, accept=(403,))
        if answer.status == 403:
            return None
        body = answer.json()
        forms += _results(body)
        before, after = after, _next(body)
        if after is None:
            return forms
        if after == before:
            raise ContractError("the list of forms names the same next page again")


def _submissions(api: Api, guid: str, until_ms: int) -> Iterator[list[Json]]:
    """Pages of one form, newest first, back to `until_ms`; what a page holds beyond it is passed on as well."""
    path = f"/form-integrations/v1/submissions/forms/{quote(guid, safe='')}"
    after: str | None = None
    while True:
        params: Json = {"limit": A_PAGE, **({"after": after} if after else {})}
        answer = api.client.request("GET", path, params=params, accept=(404,))
        if answer.status == 404:
            return  # the form was deleted since it was listed
        body = answer.json()
        rows = _results(body)
        yield rows
        before, after = after, _next(body)
        if after is None or (rows and int(rows[-1]["submittedAt"]) < until_ms):
            return
        if after == before:
            raise ContractError(f"the submissions of form {guid} name the same next page again")


def _act(form: Json, row: Json) -> Json:
    """A submission as an act: who, when, which form, and the answers by their names."""
    answers: dict[str, Any] = {}
    for one in row.get("values") or ():
        name, value = str(one.get("name")), one.get("value")
        answers[name] = [*_listed(answers[name]), value] if name in answers else value
    return {
        "type": TYPE,
        "key": row.get("conversionId") or _content_key(str(form["id"]), row),
        "email": answers.get("email"),
        "at": row["submittedAt"],
        "formId": form["id"],
        "formName": form.get("name") or form["id"],
        "pageUrl": row.get("pageUrl"),
        "fields": answers,
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _content_key(guid: str, row: Json) -> str:
    """A key for a submission without an id; the form's name stays out of it, since people rename forms."""
    text = json.dumps([guid, row["submittedAt"], row.get("values")], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _results(body: Any) -> list[Json]:
    rows = body.get("results") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise ContractError("HubSpot answered about forms without 'results'")
    return rows


def _next(body: Json) -> str | None:
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return None if after is None else str(after)
