"""How Pipedrive refuses, and what each refusal means for what we do next.

Source: https://pipedrive.readme.io/docs/core-api-concepts-http-status-codes and
https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting. Its sentences may quote what was sent, so none is
passed on: the status, its `code` and the field's code are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError

DAY_SPENT: Final = "daily_tokens_spent"
"""Our own code: a spent day and a burst are both 429, and only the tokens left tell them apart."""
EDGE_BLOCKED: Final = "edge_blocked"
"""Our own code: what stands before the API answers a web page to who went on asking after 429."""
LOOK_AGAIN_S: Final = 3600.0
"""The day ends at midnight of the server, whose time zone nobody tells: a spent one is looked at again in an hour."""

RULES: Final = (
    ErrorRule(
        code=DAY_SPENT, means="quota", hint="other integrations use this budget too: Company settings > API usage"
    ),
    ErrorRule(code=EDGE_BLOCKED, means="quota", wait_s=600),
    ErrorRule(status=402, means="auth", hint="the company's subscription is not active"),
    ErrorRule(code="feature_capping*", means="config", hint="the plan's limit of such records is reached"),
    ErrorRule(
        status=403, means="forbidden", hint="give the user or app this permission; see docs/adapters/pipedrive.md"
    ),
    ErrorRule(status=410, means="contract", hint="Pipedrive retired this address: update leadloop"),
    ErrorRule(status=415, means="config", hint="the account has not enabled this feature"),
)

_CODE = re.compile(r"\b[0-9a-f]{40}\b")


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The error of a refused request."""
    if answer.status == 429 and _is_day_spent(answer):
        return (RemoteError(DAY_SPENT),)
    body = _body(answer)
    if body is None:
        return (RemoteError(EDGE_BLOCKED),) if answer.status == 403 else ()
    code = body.get("code")
    named = _CODE.search(str(body.get("error") or ""))
    return (RemoteError(code if isinstance(code, str) else "", field=named[0] if named else None),)


def retry_after_s(answer: Answer) -> float | None:
    """Seconds to wait: of a burst what is left of its window, of a spent day an hour, whatever `Retry-After` says."""
    if answer.status != 429:
        return None
    if _is_day_spent(answer):
        return LOOK_AGAIN_S
    try:
        told = float(answer.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return None
    return told if 0 < told <= 60 else None


def usage(answer: Answer) -> tuple[int, int] | None:
    """Tokens used and allowed today, where the answer tells: the headers are sometimes missing."""
    left = answer.headers.get("x-daily-ratelimit-token-remaining", "")
    allowed = answer.headers.get("x-daily-ratelimit-token-limit", "")
    if not (left.isdigit() and allowed.isdigit()):
        return None
    return max(0, int(allowed) - int(left)), int(allowed)


def _is_day_spent(answer: Answer) -> bool:
    return answer.headers.get("x-daily-ratelimit-token-remaining") == "0"


def _body(answer: Answer) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - a page of HTML is still an error of that status
        return None
    return body if isinstance(body, dict) else None
