"""Tasks for a deal's owner, and notes. Each carries its effect's key as its last line.

Neither has a key of its own, so an unknown outcome is settled by looking for that line on the deal. It fails where a
person rewrites the text within those minutes: then the task may be there twice.
Source: https://developers.rdstation.com/reference/crm-v1-mensagens-de-erro (types of tasks by plan, shortest subject)
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from adapters.rdstation.sales import outcomes
from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.api import Api, Todo
from adapters.rdstation.sales.columns import DEAL
from adapters.rdstation.sales.errors import TASK_TYPE
from connector.errors import AuthError, RemoteRefusal
from connector.model import LeadWrite, Outcome, ReadBack

CALL: Final = "call"
PLAIN: Final = "task"
"""The one type that every plan takes."""
SHORTEST_SUBJECT: Final = 3


def make(account: Account, api: Api, write: LeadWrite) -> Outcome:
    """Make a task or note on a deal; a task belongs to the deal's owner and is due to the minute, in local time."""
    deal = api.deal(str(write.record_id))
    if deal is None:
        return outcomes.moved(write)
    if write.kind == "note":
        return outcomes.done(write, api.make_note(deal, _text(write)), created=True)
    subject = str(write.fields.get("subject") or "leadloop")
    todo = Todo(
        deal.id, subject if len(subject) >= SHORTEST_SUBJECT else f"leadloop: {subject}", _text(write), CALL,
        deal.owner_id, _due_at(write, account.options.time_zone),
    )  # fmt: skip
    return outcomes.done(write, _make_task(api, todo), created=True)


def seen(api: Api, write: LeadWrite) -> ReadBack:
    """Is the task or note there?"""
    mark = _mark(write.effect)
    found = next((id_ for id_, text in api.texts_on(write.kind, str(write.record_id)) if mark in text), None)
    return ReadBack(write.effect, found is not None, record_id=found, object=DEAL)


def _make_task(api: Api, todo: Todo) -> str:
    """A call where the plan has that, else a plain task."""
    try:
        return api.make_task(todo)
    except RemoteRefusal as refusal:
        if refusal.code != TASK_TYPE:
            raise
    except AuthError as error:
        if error.code == "http_401":
            raise
    return api.make_task(replace(todo, kind=PLAIN))


def _text(write: LeadWrite) -> str:
    return "\n".join([*str(write.fields.get("body") or "").splitlines(), _mark(write.effect)])


def _mark(effect: str) -> str:
    return f"leadloop: {effect}"


def _due_at(write: LeadWrite, time_zone: str) -> datetime | None:
    told = write.fields.get("due_at")
    if told is None:
        return None
    at = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    return at.astimezone(ZoneInfo(time_zone))
