"""How RD Station words its refusals: each shape of its error page once.

Source: https://developers.rdstation.com/reference/mensagens-de-erro-rdsm
"""

from __future__ import annotations

from connector.testing.simulator import Reply


def flat(error_type: str, text: str, status: int = 400) -> Reply:
    """`{"errors": {"error_type": …}}`."""
    return Reply(status, {"errors": {"error_type": error_type, "error_message": text}})


def several(error_type: str, text: str, path: str | None = None, status: int = 400) -> Reply:
    """`{"errors": [{…}]}`, with the path of what is wrong where there is one."""
    item = {"error_type": error_type, "error_message": text}
    return Reply(status, {"errors": [{**item, "validation_rules": {}, "path": path} if path else item]})


def by_field(field: str, error_type: str, text: str) -> Reply:
    """`{"errors": {"field": [{…}]}}`."""
    return Reply(400, {"errors": {field: [{"error_type": error_type, "error_message": text}]}})


def bare(error_type: str, text: str, path: str) -> Reply:
    """A bare array, as the address of events answers."""
    return Reply(400, [{"error_type": error_type, "error_message": text, "path": path}])


def not_found() -> Reply:
    """Nobody has this id or address."""
    return flat("RESOURCE_NOT_FOUND", "The resource could not be found", 404)


def expired() -> Reply:
    """Only the header tells an expired token from a wrong one."""
    reply = flat("UNAUTHORIZED", "Invalid token.", 401)
    challenge = (
        'Bearer realm="https://api.rd.services/", error="expired_token", error_description="The access token expired"'
    )
    return Reply(reply.status, reply.body, {"WWW-Authenticate": challenge})


def unsigned() -> Reply:
    """A request without a token."""
    return Reply(401, {"error": "invalid_request", "error_description": "The access token is missing"})


def lead_limited(key: str, calls: int, period_s: int, wait_s: float) -> Reply:
    """The limit of one lead; the sentence carries the lead's e-mail."""
    sentence = f"'lead_limiter' rate limit exceeded for {period_s} second(s) period for key '{key}'"
    return Reply(429, {"error": sentence, "max": calls, "usage": calls + 1, "remaining_time": int(wait_s) + 1})


def account_limited(wait_s: float) -> Reply:
    """The limit of the account, spelled as the platform spells it."""
    body = {"errors": {"error_type": "RATE_LIMIT_EXCEDDED", "error_message": "Rate limit exceeded"}}
    return Reply(429, body, {"retry-after-quotas": str(int(wait_s) + 1)})
