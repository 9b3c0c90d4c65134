"""From a configuration to a loop that is ready to run: adapters with their clients, mappings, the scoring model."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from connector.adapter import Adapter, Answer, Client, CrmAdapter, MarketingAdapter, Options
from connector.adapter.registry import crm_adapter, marketing_adapter
from connector.conditions import compile_test
from connector.config import Config, CrmConnection, MarketingConnection
from connector.config.models import Connection
from connector.errors import ConfigError, ContractError, Problem
from connector.http import HttpClient, Network, Settings, account_of
from connector.http import World as HttpWorld
from connector.identity import EmailRules
from connector.loop.context import Crm, Loop, Marketing, World
from connector.loop.readers import Reader
from connector.mapping import CrmMapping, MarketingMapping, RecordReader, load_crm, load_marketing, load_reasons
from connector.scoring import Model, load_model
from connector.state.budgets import SqliteBudgets
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_from, keys_beside


class Files(Struct, frozen=True):
    """The files that a configuration names, read and compiled."""

    model: Model
    marketing: Mapping[str, MarketingMapping]
    crm: Mapping[str, CrmMapping]


def read_files(config: Config) -> Files:
    """Read scoring model, mappings and reasons. Raises ConfigError that carries the mistakes of all of them."""
    problems: list[Problem] = []

    def attempt(read: Callable[..., Any], path: Path, **more: Any) -> Any:
        try:
            return read(path, **more)
        except ConfigError as error:
            problems.extend(error.problems)
            if not error.problems:
                raise
            return None

    zone = config.time_zone
    model = attempt(load_model, config.scoring, time_zone=zone)
    wanted = None if model is None else model.needs_fields
    reasons = None if config.reasons is None else attempt(load_reasons, config.reasons)
    marketing = {
        name: attempt(load_marketing, one.mapping, time_zone=zone, extra_fields=wanted)
        for name, one in config.marketing.items()
    }
    crm = {
        name: attempt(load_crm, one.mapping, time_zone=zone, reasons=reasons, object=one.options().get("object"))
        for name, one in config.crm.items()
    }
    if problems:
        raise ConfigError("the files that the configuration names have mistakes", problems=problems)
    return Files(model, marketing, crm)


class NoNetwork:
    """The client of adapters that read files: it knows the time, and sends nothing."""

    sent = 0
    workers = 1

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now(self) -> datetime:
        """Our own clock."""
        return self._now()

    def request(self, method: str, path: str, **_: Any) -> Answer:
        """Never: an adapter that declares `network=False` asks nobody."""
        raise ContractError(f"{method} {path}: an adapter without network asked for it", code="no_network")


class Connector:
    """Makes the parts of a loop; `network_store` keeps tokens and budgets (a dry run works on another state)."""

    def __init__(
        self, config: Config, files: Files, world: World, network_store: Store, *, limit_factor: float = 1.0
    ) -> None:
        self.config = config
        self.files = files
        self.world = world
        secret = config.secret_key.get_secret_value() if config.secret_key else None
        keys = [key_from(secret)] if secret else keys_beside(network_store.path)
        chance = random.Random(int.from_bytes(world.random_bytes(8)))  # noqa: S311 - spreads retries, keeps no secret
        self.network = Network(
            SqliteTokens(network_store, keys),
            SqliteBudgets(network_store),
            HttpWorld(world.now, world.monotonic, world.sleep, chance.random),
            factor=limit_factor,
        )

    def loop(self, store: Store) -> Loop:
        """The loop over a state."""
        config = self.config
        return Loop(
            config=config,
            store=store,
            world=self.world,
            model=self.files.model,
            emails=EmailRules(
                config.identity.plus_addresses, frozenset(name.lower() for name in config.identity.shared_mailboxes)
            ),
            marketing=[self.marketing(name, one) for name, one in config.marketing.items()],
            crm=[self.crm(name, one) for name, one in config.crm.items()],
        )

    def marketing(self, name: str, config: MarketingConnection) -> Marketing:
        """One marketing connection, ready."""
        kind = marketing_adapter(config.adapter)
        mapping = self.files.marketing[name]
        client = self._client(name, config, kind, daily_share=1.0)
        names = (*mapping.source_fields, *mapping.feedback.writes)
        adapter: MarketingAdapter = kind(
            client, self._options(name, config, {"": names}, mapping.key, events=mapping.feedback.events)
        )
        return Marketing(
            name=name,
            config=config,
            spec=kind.spec,
            adapter=adapter,
            mapping=mapping,
            reader=Reader(kind.spec, mapping, RecordReader(kind.spec, mapping.key, ZoneInfo(self.config.time_zone))),
            account=self._account(name, config, kind),
            requests=_counter(client),
            workers=client.workers,
            tells_reasons=any(getattr(line, "from_", "") == "score.reasons" for line in mapping.file.feedback),
            once_on=frozenset(event for line in mapping.file.feedback for event in getattr(line, "on", None) or ()),
            drifting=frozenset(
                getattr(line, "to", "")
                for line in mapping.file.feedback
                if getattr(line, "from_", "").startswith("score.") and getattr(line, "from_", "") != "score.grade"
            ),
        )

    def crm(self, name: str, config: CrmConnection) -> Crm:
        """One CRM connection, ready."""
        kind = crm_adapter(config.adapter)
        mapping = self.files.crm[name]
        client = self._client(name, config, kind, daily_share=config.daily_share)
        fields = mapping.reads if kind.spec.network else _columns(mapping)
        options = self._options(
            name, config, fields, mapping.key, object_=mapping.object, also=mapping.also, match=mapping.match,
            ours=mapping.ours, asked=_asked(mapping),
        )  # fmt: skip
        adapter: CrmAdapter = kind(client, options)
        consent = frozenset(rule.line.to for rule in mapping.rules if rule.line.from_.startswith("contact.consent."))
        return Crm(
            name=name,
            config=config,
            spec=kind.spec,
            adapter=adapter,
            mapping=mapping,
            account=self._account(name, config, kind),
            requests=_counter(client),
            workers=client.workers,
            takes=_takes(config),
            once_on=frozenset(
                event for line in (*mapping.file.task, *mapping.file.note) for event in getattr(line, "on", ())
            ),
            consent_and_flag=consent.union(rule.line.to for rule in mapping.rules if rule.line.from_ == "lead.is_mql"),
            consent=consent,
            protected=frozenset(mapping.file.protected),
        )

    def _client(
        self, name: str, config: Connection, kind: type[Adapter], *, daily_share: float
    ) -> HttpClient | NoNetwork:
        if not kind.spec.network:
            return NoNetwork(self.world.now)
        return self.network.client(kind.spec, _settings(name, config, daily_share), kind)

    def _account(self, name: str, config: Connection, kind: type[Adapter]) -> str:
        """Whose account it is: connections of one share its limits, and what stands in it is written once."""
        return account_of(kind.spec, _settings(name, config)) if kind.spec.network else name

    def _options(
        self, name: str, config: Connection, fields: Mapping[str, tuple[str, ...]], key: str | None, *,
        object_: str = "", also: tuple[str, ...] = (), match: tuple[str, ...] = (),
        events: Mapping[str, tuple[str, ...]] | None = None, ours: Mapping[str, tuple[str, ...]] | None = None,
        asked: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Options:  # fmt: skip
        since = None
        if config.since is not None:
            since = datetime.combine(config.since, time(), ZoneInfo(self.config.time_zone)).astimezone(UTC)
        return Options(
            connection=name, fields=fields, key=key, match=match, object=object_, also=also, since=since,
            values=config.options(), base_dir=self.config.base_dir, time_zone=self.config.time_zone,
            events=events or {}, credentials=frozenset(config.credentials.given()), ours=ours or {},
            asked=asked or {},
        )  # fmt: skip

    def close(self) -> None:
        """Give back claimed budgets."""
        self.network.close()


def _settings(name: str, config: Connection, daily_share: float = 1.0) -> Settings:
    credentials = {key: secret.get_secret_value() for key, secret in config.credentials.given().items()}
    return Settings(
        connection=name,
        credentials=credentials,
        base_url=config.base_url or "",
        auth_url=config.auth_url or "",
        allow_private=config.allow_private,
        limits=config.limits.given(),
        daily_share=daily_share,
        options=config.options(),
    )


def _counter(client: Client | NoNetwork) -> Callable[[], int]:
    return lambda: int(getattr(client, "sent", 0))


def _columns(mapping: CrmMapping) -> dict[str, tuple[str, ...]]:
    """What a CRM of files holds: there a field exists because the mapping writes it, in the mapping's order."""
    return {
        name: tuple(dict.fromkeys((*mapping.fields_for(name), *mapping.reads.get(name, ()))))
        for name in dict.fromkeys((*mapping.objects, *mapping.reads))
    }


def _asked(mapping: CrmMapping) -> dict[str, tuple[str, ...]]:
    """The fields by which decisions are told, by object."""
    names: dict[str, dict[str, None]] = {}
    for rule in mapping.decision_rules:
        names.setdefault(rule.object, {}).update(dict.fromkeys(rule.asks))
    return {object_: tuple(asked) for object_, asked in names.items()}


def _takes(config: CrmConnection) -> Callable[[dict[str, Any]], bool]:
    tests = {name: compile_test(spec) for name, spec in (config.take or {}).items()}
    return lambda values: all(test(values.get(name)) for name, test in tests.items())
