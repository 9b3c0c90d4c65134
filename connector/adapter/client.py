"""What an adapter sees of the network: one client that signs, limits, retries and checks for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol


class Answer(Protocol):
    """A complete, size-checked answer of the platform. `headers` are case-insensitive."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def date(self) -> datetime | None:
        """The platform's clock, from the `Date` header."""

    @property
    def content(self) -> bytes: ...
    def json(self, only: Any = None) -> Any:
        """The body, decoded strictly. Raises RetryableError (`bad_content`) when it is not JSON.

        `only`: what of it is wanted, see connector.adapter.shapes. A body of another form comes whole.
        """


class Credential:
    """Stands in a request's JSON for a credential of the connection, where a platform wants it in the body.

    The client puts the secret there as it sends; the adapter never holds it.
    """

    def __init__(self, name: str) -> None:
        self.name = name


class Client(Protocol):
    """The one way to the network. Raises only errors of connector.errors.

    - `json`: may hold a `Credential` anywhere as a value.
    - `path` is relative to the connection's base address; an absolute URL is taken only on a pinned origin.
    - `safe`: may be sent twice without harm (default: GET and HEAD). A request that is not safe is never repeated
      once the platform may have received it: UnknownOutcome is raised instead.
    - `accept`: statuses to be returned as answers instead of raised (`accept={404}`).
    - `bucket`: which declared limits count it; `record`: the record for limits per record.
    - `reserve`: may use the part of the daily budget that is kept for fresh MQLs.
    - `cost`: what the request takes of limits that are `weighted`; all others count requests.
    - A refusal of this one request or record raises RemoteRefusal with the platform's errors.
    """

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bucket: str = "default",
        record: str | None = None,
        safe: bool | None = None,
        accept: Collection[int] = (),
        reserve: bool = False,
        cost: int = 1,
        deadline_s: float | None = None,
    ) -> Answer: ...

    def now(self) -> datetime:
        """The platform's clock: the `Date` of its newest answer moved on by our own monotonic time.

        Before any answer it is our own clock, and also where the platform's is over a minute ahead of ours.
        """

    @property
    def workers(self) -> int:
        """How many requests may usefully be under way at once (see Spec.concurrency)."""
