"""What leadloop.yaml holds. The keys that one adapter alone takes are added from its declaration (see connections)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from msgspec import Struct
from pydantic import Field, PrivateAttr, SecretStr

from connector.config.kinds import Listen, Mailbox, Name, Take, TimeZone, WebAddress, When
from connector.documents import FileModel
from connector.documents import Path as Place

Side = Literal["marketing", "crm"]
Calls = Annotated[int, Field(gt=0)] | None


class Limits(FileModel):
    """Calls that the account's plan allows in a window; what is not given is the lowest documented plan's."""

    per_second: Calls = None
    per_10s: Calls = None
    per_20s: Calls = None
    per_minute: Calls = None
    per_hour: Calls = None
    per_day: Calls = None

    def given(self) -> dict[str, int]:
        """What the file says, by its key; see LIMIT_OPTIONS for the windows."""
        return {name: calls for name, calls in self if calls is not None}


class Guard(FileModel):
    """What one run may write to a CRM before the rest is held until a person releases it."""

    creates: Annotated[int, Field(ge=0)] = 500
    changes_percent: Annotated[float, Field(ge=0, le=100)] = 20


class Credentials(FileModel):
    """What a connection signs in with; the names are the adapter's. Values never show in texts or logs."""

    def given(self) -> dict[str, SecretStr]:
        """The credentials that the file gives, by name."""
        return {name: value for name, value in self if value is not None}


class Connection(FileModel):
    """One account of a platform. `limits`, addresses and `since` may be absent: the adapter's defaults hold."""

    adapter: str
    credentials: Credentials = Credentials()
    mapping: Path
    base_url: WebAddress | None = None
    auth_url: WebAddress | None = None
    allow_private: bool = False
    since: date | None = None
    limits: Limits = Limits()

    def with_base(self, folder: Path) -> Self:
        """A copy whose mapping's path begins at `folder`."""
        return self.model_copy(update={"mapping": folder / self.mapping})

    def options(self) -> dict[str, Any]:
        """What stands beside the common keys: the options that the adapter declares, their defaults included."""
        common = type(self).common_keys()
        return {name: value for name, value in self if name not in common and value is not None}

    @classmethod
    def common_keys(cls) -> frozenset[str]:
        """Keys that every connection of this side takes."""
        return frozenset(Connection.model_fields)


class MarketingConnection(Connection):
    """Where contacts and their activities come from, and where feedback goes."""


class CrmConnection(Connection):
    """Where MQLs go, and where the decisions of sales come from."""

    create: Literal["when_missing", "never"] = "when_missing"
    write: Literal["linked", "mql", "all"] = "linked"
    daily_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    take: Take | None = None
    guard: Guard | None = None
    """None: nothing is held, as for files."""

    @classmethod
    def common_keys(cls) -> frozenset[str]:
        """Keys that every CRM connection takes."""
        return frozenset(CrmConnection.model_fields)


class Identity(FileModel):
    """Who is who: whether `+tag` tells persons apart, and mailboxes (before the @) that many people share."""

    plus_addresses: Literal["distinct", "same"] = "distinct"
    shared_mailboxes: tuple[Mailbox, ...] = ("info", "contact", "contato", "compras", "sales", "vendas")


class Consent(FileModel):
    """What happens to leads whose consent is unknown, or who may not be mailed: pass to sales, or hold."""

    unknown: Literal["pass", "hold"] = "pass"
    email_denied: Literal["pass", "hold"] = "hold"


class Schedule(FileModel):
    """When each step runs: an interval, or a cron text in the configuration's time zone."""

    pull: When = "5m"
    push: When = "1m"
    decisions: When = "5m"
    feedback: When = "15m"
    reconcile: When = "0 3 * * *"


class Server(FileModel):
    """Where /livez, /readyz and /metrics are served."""

    listen: Listen = "127.0.0.1:8321"

    @property
    def host_and_port(self) -> tuple[str, int]:
        """As a socket takes them; an IPv6 host without its brackets."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class PointedFile(Struct, frozen=True):
    """Another file that the configuration names: what it is, whose, where it is named, and where it lies."""

    kind: Literal["mapping", "scoring", "reasons"]
    place: Place
    path: Path
    side: Side | None = None
    connection: str | None = None


class Config(FileModel):
    """The whole file. Paths of our own files are absolute here; an adapter's own paths are relative to `base_dir`."""

    state: Path = Path("state/leadloop.db")
    secret_key: SecretStr | None = None
    time_zone: TimeZone = "UTC"
    marketing: Mapping[Name, MarketingConnection]
    crm: Mapping[Name, CrmConnection] = {}
    scoring: Path
    reasons: Path | None = None
    identity: Identity = Identity()
    consent: Consent = Consent()
    schedule: Schedule = Schedule()
    server: Server = Server()
    _path: Path = PrivateAttr(default=Path("leadloop.yaml"))

    def read_from(self, path: Path) -> Config:
        """A copy that knows its own file, with the paths of our other files made absolute."""
        base = path.parent
        config = self.model_copy(
            update={
                "state": base / self.state,
                "scoring": base / self.scoring,
                "reasons": self.reasons and base / self.reasons,
                "marketing": {name: connection.with_base(base) for name, connection in self.marketing.items()},
                "crm": {name: connection.with_base(base) for name, connection in self.crm.items()},
            }
        )
        config._path = path  # noqa: SLF001 - its own class
        return config

    @property
    def path(self) -> Path:
        """The file that this was read from."""
        return self._path

    @property
    def base_dir(self) -> Path:
        """What relative paths are relative to: the configuration's folder."""
        return self._path.parent

    def connection(self, name: str) -> MarketingConnection | CrmConnection | None:
        """The connection of that name, of either side; None when there is none."""
        return self.marketing.get(name) or self.crm.get(name)

    def side(self, name: str) -> Side | None:
        """On which side a connection stands."""
        return "marketing" if name in self.marketing else "crm" if name in self.crm else None

    def files(self) -> Iterator[PointedFile]:
        """Every other file that this one points at."""
        for name, marketing in self.marketing.items():
            yield PointedFile("mapping", ("marketing", name, "mapping"), marketing.mapping, "marketing", name)
        for name, crm in self.crm.items():
            yield PointedFile("mapping", ("crm", name, "mapping"), crm.mapping, "crm", name)
        yield PointedFile("scoring", ("scoring",), self.scoring)
        if self.reasons is not None:
            yield PointedFile("reasons", ("reasons",), self.reasons)
