"""Who calls: the environment, the clock, and what the common options say. Light: every `--help` imports it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from msgspec import Struct, field

DEFAULT_CONFIG = "leadloop.yaml"


class Caller(Struct):
    """One call of the command. Tests hand in their own environment, clock and sleep."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    config: Path | None = None
    as_json: bool = False
    debug: bool = False

    @property
    def config_path(self) -> Path:
        """The configuration: `--config`, else `LEADLOOP_CONFIG`, else `./leadloop.yaml`."""
        return self.config or Path(self.environ.get("LEADLOOP_CONFIG") or DEFAULT_CONFIG)


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """An option that stands before or after the verb: what is given wins over what is not."""
    if value:
        setattr(context.ensure_object(Caller), str(option.name), value)


def config_option() -> click.Option:
    return click.Option(
        ["--config", "-c"],
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_keep,
        help=f"The configuration (else LEADLOOP_CONFIG, else ./{DEFAULT_CONFIG}).",
    )


def debug_option() -> click.Option:
    return click.Option(
        ["--debug"], is_flag=True, expose_value=False, callback=_keep, help="Show where an unexpected error happened."
    )


def json_option() -> click.Option:
    return click.Option(
        ["--json", "as_json"], is_flag=True, expose_value=False, callback=_keep, help="Print one JSON document."
    )


class Verb(click.Command):
    """A verb: takes the common options itself, so that they may stand after it too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [json_option(), config_option(), debug_option()]


class Family(click.Group):
    """Verbs that share a first word: `rejects list`, `rejects show`."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [config_option(), debug_option()]
