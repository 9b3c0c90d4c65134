"""How RD Station CRM words its refusals, by version.

Source: https://developers.rdstation.com/reference/crm-v1-mensagens-de-erro, …/crm-v2-introduction
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.testing.simulator import Reply

TOO_SHORT = "está muito curto (mínimo: 2 caracteres)"
TAKEN = "já está em uso"


class Refused(Exception):
    """The API refuses what was sent; `first` and `second` say how each version words it."""

    def __init__(self, first: Reply, second: Reply) -> None:
        super().__init__(first.status)
        self.first = first
        self.second = second


def by_field(field: str, text: str, status: int = 422) -> Reply:
    """`{"errors": {"field": ["…"]}}`."""
    return Reply(status, {"errors": {field: [text]}})


def errors(status: int, *items: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """Version 2's list of errors."""
    return Reply(status, {"errors": list(items)}, headers or {})


def unfit(field: str, text: str) -> Refused:
    """A value that its field does not take."""
    return Refused(by_field(field, text), errors(422, {"title": text, "source": {"pointer": f"/data/{field}"}}))


def no_field(code: str) -> Refused:
    """A custom field that the account does not have; version 1 says so in one sentence."""
    told = f'Could not find a custom field that matches: {{:custom_field_id=>"{code}"}}'
    return Refused(Reply(400, {"errors": told}), errors(400, {"title": "unknown custom field", "field": code}))


def name_taken(name: str) -> Refused:
    """Two contacts may not have one name."""
    return Refused(by_field("name", TAKEN), Reply(400, {"detail": f"Nome Contato já cadastrado. ({name})"}))


def denied() -> Reply:
    """A token that is none."""
    return Reply(401, {"error": "Permission denied."})


def forbidden() -> Reply:
    return Reply(403, {"error": "forbidden"})


def missing() -> Reply:
    """No such record, or none that the token's user may see."""
    body = {"errors": {"error_type": "RESOURCE_NOT_FOUND", "error_message": "The resource couldn't be found."}}
    return Reply(404, body)


def task_type() -> Reply:
    """The free plan knows tasks of one type."""
    told = "This account is not allowed to create tasks of the requested type"
    item = {
        "error_type": "ACCESS_DENIED", "error_MESSAGE": told, "feature": "extended_task_types", "access": "false",
    }  # fmt: skip
    return Reply(422, {"errors": [item]})


def limited() -> Reply:
    """Version 1 does not say for how long."""
    body = {"errors": {"error_type": "RATE_LIMIT_EXCEDDED", "error_message": "API usage limit exceeded"}}
    return Reply(429, body)


def limited_until(wait_s: float) -> Reply:
    """Version 2 does."""
    return errors(429, {"title": "Too Many Requests"}, headers={"Retry-After": str(int(wait_s) + 1)})


def trouble() -> Reply:
    """What version 1 answers to a parameter that it does not know."""
    page = "<p>Problemas técnicos são sempre inesperados. Tente de novo em alguns minutos.</p>"
    return Reply(500, page.encode(), {"Content-Type": "text/html"})


def not_routed() -> Reply:
    """What version 2's gateway says of a path that it does not know."""
    return Reply(404, {"message": "no Route matched with those values"})
