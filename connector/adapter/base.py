"""What both kinds of adapter share: how pages, checks and fields travel, and how errors are read.

An adapter holds no loop over pages that it does not yield, does not sleep, retry or log, and knows no database: it
asks through its client and yields what it read. The cursor is its own JSON; the engine stores it, never looks inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from msgspec import Struct, field

from connector.adapter.client import Answer, Client
from connector.adapter.declared import Spec
from connector.errors import LeadloopError, RecordError, RemoteError
from connector.model import Json

T = TypeVar("T")


class ToRead(Struct, frozen=True):
    """Something that a page named and nobody has read yet: the engine keeps it as a row until it is.

    `stream`: `contacts` (a contact behind an id), `activities` (the acts of a contact) or, named by the engine alone,
    `decisions` (a CRM record). `since` is the newest act
    that is worth asking for, when the page tells. `changed_at` orders them: fresh leads first.
    """

    stream: Literal["contacts", "activities", "decisions"]
    id: str
    since: datetime | None = None
    changed_at: datetime | None = None


class Removal(Struct, frozen=True):
    """A record that is no more: deleted, or merged into another one."""

    id: str
    merged_into: str | None = None
    at: datetime | None = None
    object: str = ""


class BadRecord(Struct, frozen=True):
    """A record that could not even be read (a broken line): its place, what stood there, what is wrong with it.

    `records`: how many it stands for, where many have the same mistake.
    """

    place: str
    raw: Json
    error: RecordError
    records: int = 1


class Unread(Struct, frozen=True):
    """A CRM record that changed and was not read whole: a part of it (its contact, its history) is told by itself, and
    the platform answered `error`. None: it was not asked about any more. The engine asks for the record later.
    """

    object: str
    id: str
    error: LeadloopError | None = None


class WholeFile(Struct, frozen=True):
    """A file was read to its end, begun at `since`: what is parked of it from before was not wrong any more.

    Its rejects have places that begin with the file's name (`Leads.csv:24`).
    """

    name: str
    since: datetime


class Page(Struct, Generic[T], frozen=True):
    """What one step of a stream brought, and where the stream stands once that is saved.

    `cursor` is saved in the same transaction as the records; None means: leave it where it is (a walk whose mark may
    only move at its end). An iterator that ends normally has read everything there was. `total` is the platform's own
    count when it gives one. `why_zero` says, for a page without records, why there are none.
    """

    records: Sequence[T] = ()
    cursor: Json | None = None
    to_read: Sequence[ToRead] = ()
    bad: Sequence[BadRecord] = ()
    total: int | None = None
    why_zero: str | None = None
    unread: Sequence[Unread] = ()
    whole: Sequence[WholeFile] = ()


class CheckLine(Struct, frozen=True):
    """One line of `check` and `doctor`: ok, warn or fail, what was found, what to do next."""

    level: Literal["ok", "warn", "fail"]
    what: str
    next_step: str | None = None


class Options(Struct, frozen=True):
    """What the connection and its mapping tell the adapter: plain values, so that every part can be built alone.

    `fields` are the platform's field names that the mapping reads or writes, by object ('' where a platform has one
    kind of record). `key` is the mapping's key (the CRM field that holds leadloop_id; the id column of a file).
    `match` is the mapping's order of keys to find a record by (`leadloop_id`, `email`). `values` holds the
    connection's further keys (`lists`, `folder`, `object` …) as declared in `Spec.options`. `events` are the
    platform's events that feedback tells, with the names of their parts. `credentials` are the names of those that are
    given, for a platform whose sign-ins lead to different APIs; their values never reach an adapter. `ours` are those
    of `fields` that show what leadloop alone knows: of a CRM's records they are read as they stand, without history,
    and one that the account does not have must not keep the others from being read. `asked` are those by which the
    mapping tells decisions, by object: where one is missing, its line never fits.
    """

    connection: str
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    key: str | None = None
    match: Sequence[str] = ("leadloop_id", "email")
    object: str = ""
    also: Sequence[str] = ()
    since: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    base_dir: Path = Path()
    time_zone: str = "UTC"
    events: Mapping[str, Sequence[str]] = field(default_factory=dict)
    credentials: frozenset[str] = frozenset()
    ours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def historic(self, object_name: str) -> tuple[str, ...]:
        """The fields of an object whose history is worth asking for: others write them."""
        ours = self.ours.get(object_name, ())
        return tuple(name for name in self.fields.get(object_name, ()) if name not in ours)


class FieldPlan(Struct, frozen=True):
    """A field that the mapping writes and the account should have."""

    object: str
    name: str
    label: str
    type: Literal["text", "long_text", "number", "boolean", "datetime", "picklist"]
    options: Sequence[str] = ()
    unique: bool = False
    max_length: int | None = None


class FieldOutcome(Struct, frozen=True):
    """What became of a planned field. `missing` names what a person must create by hand, with `text` saying how."""

    plan: FieldPlan
    status: Literal["exists", "created", "would_create", "missing", "differs"]
    text: str = ""


class Adapter:
    """Base of both kinds. Override points are named for the question that they answer."""

    spec: ClassVar[Spec]

    def __init__(self, client: Client, options: Options) -> None:
        self.client = client
        self.options = options

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        """Which errors does this answer carry? Called for every status of 400 and above, and by `hidden_errors`.

        The default reads `error`/`message`/`code` shapes of plain JSON; a platform with its own shape overrides it.
        """
        try:
            body = answer.json()
        except Exception:  # noqa: BLE001 - an unreadable error body is still an error of that status
            return ()
        items = body if isinstance(body, list) else [body]
        return [_plain_error(item) for item in items if isinstance(item, dict)]

    @classmethod
    def hidden_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        """Which errors hide in an answer below 400? None for most; Marketo says `success: false` in a 200."""
        return ()

    @classmethod
    def retry_after_s(cls, answer: Answer) -> float | None:
        """Seconds that a refusal asks us to wait, where `Retry-After` does not say so or says it wrongly."""
        return None

    @classmethod
    def usage(cls, answer: Answer) -> tuple[int, int] | None:
        """Calls used and allowed today, when the answer's headers say so."""
        return None

    def check(self) -> Sequence[CheckLine]:
        """Credentials, scopes, and what the account allows. Raises AuthError when the credentials are refused."""
        raise NotImplementedError

    def fields(self, object: str = "") -> Sequence[Any]:  # noqa: A002 - the field's word
        """The fields that the account really has, as connector.model.Field."""
        raise NotImplementedError


def _plain_error(item: Mapping[str, Any]) -> RemoteError:
    code = item.get("errorCode") or item.get("code") or item.get("error") or item.get("status") or ""
    text = item.get("message") or item.get("error_description") or ""
    return RemoteError(code=str(code), text=str(text))
