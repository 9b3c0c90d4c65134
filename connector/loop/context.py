"""What every step is handed: the configuration, the store, the connections, and the world (time, chance, network).

Nothing of the world is reached for: a whole run replays from a seed and a clock.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

from connector.adapter import CrmAdapter, CrmSpec, MarketingAdapter, MarketingSpec
from connector.config import Config, CrmConnection, MarketingConnection
from connector.identity import EmailRules
from connector.logs import Log
from connector.loop.readers import Reader
from connector.mapping import CrmMapping, MarketingMapping
from connector.scoring import Model
from connector.state.store import Store


class World(Struct):
    """Time, chance and patience. `stop` is set when the process is asked to end: no new work is begun after that."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random_bytes: Callable[[int], bytes] = os.urandom
    stop: threading.Event = field(default_factory=threading.Event)


class Marketing(Struct, frozen=True):
    """One marketing connection, ready: its adapter, its mapping, the readers of its raw records."""

    name: str
    config: MarketingConnection
    spec: MarketingSpec
    adapter: MarketingAdapter
    mapping: MarketingMapping
    reader: Reader
    account: str
    requests: Callable[[], int]
    workers: int
    tells_reasons: bool
    once_on: frozenset[str]
    """Events that set something off in marketing."""
    drifting: frozenset[str]
    """Fields of feedback that decay moves a little every day."""

    def shares_records_with(self, crm: Crm) -> bool:
        """Are the contacts of this account the very records that the CRM connection writes (HubSpot both ways)?"""
        return self.spec.contact_object == crm.mapping.object and self.account == crm.account


class Crm(Struct, frozen=True):
    """One CRM connection, ready."""

    name: str
    config: CrmConnection
    spec: CrmSpec
    adapter: CrmAdapter
    mapping: CrmMapping
    account: str
    requests: Callable[[], int]
    workers: int
    takes: Callable[[dict[str, Any]], bool]
    once_on: frozenset[str]
    """Events that set off a task or a note."""
    consent_and_flag: frozenset[str]
    """Fields that may be written even for a person who must not be passed on: consent, and the MQL mark going off."""
    consent: frozenset[str]
    """Of these the fields that say what the person consents to."""
    protected: frozenset[str]
    """Fields that sales owns: never written."""

    def tells(self, adapter: str) -> Collection[str]:
        """Events that this CRM tells a marketing platform by itself, as its account is linked to it."""
        return () if self.config.options().get("linked") is False else self.spec.tells.get(adapter, ())


class Budget(Struct):
    """How many creations and changes a run may still send to one connection before the rest is held."""

    creates: float = float("inf")
    changes: float = float("inf")


class Loop(Struct):
    """Everything that the steps share in one process."""

    config: Config
    store: Store
    world: World
    model: Model
    emails: EmailRules
    marketing: Sequence[Marketing]
    crm: Sequence[Crm]
    run: str = ""
    dry_run: bool = False
    """Everything but sending: on a copy of the state, so that nothing of it stays."""
    forced: bool = False
    """A person named this very step: it is done even where a pass of all steps would leave it for later."""
    turn_s: float = float("inf")
    """How long reading contact by contact may go on before it is asked again what changed; a pass by hand reads all."""
    refused: dict[str, float] = field(default_factory=dict)
    """Connections whose credentials were refused, and until when (monotonic) they are left alone."""
    budgets: dict[str, Budget] = field(default_factory=dict)
    """The blast guard's, by connection: a run begins with none, and has one however often it pushes."""
    log: Log = field(default_factory=Log)

    @property
    def order(self) -> dict[str, int]:
        """The rank of each marketing connection: of two values of the same time the first one's stays."""
        return {source.name: rank for rank, source in enumerate(self.marketing)}

    @property
    def epoch(self) -> int:
        """The epoch under which this process holds the state."""
        return self.store.epoch or 0

    def stopping(self) -> bool:
        """Has the process been asked to end?"""
        return self.world.stop.is_set()
