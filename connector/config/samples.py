"""The files that `init` writes: a commented configuration for the chosen adapters, and what it points at.

`validate` accepts them with nothing to say but that variables are not set yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connector.config.connections import SpecOf
from connector.config.models import Side
from connector.config.sample_text import REASONS, SCHEMA, SCORING, SampleConnection, configuration
from connector.errors import ConfigError
from connector.shipped import shipped

_ENV_HEAD = """\
# What leadloop.yaml asks for. Copy to .env, fill in, keep it out of version control, and load it before leadloop
# starts: `set -a; . ./.env; set +a`, or `docker run --env-file .env`. For the shell a value with spaces or signs such
# as $ & # stands in 'single quotes'; Docker takes every value as it stands, without quotes.
"""


def write_samples(
    folder: Path, marketing: Sequence[str], crm: Sequence[str], spec_of: SpecOf, schema: Mapping[str, Any] | None = None
) -> list[Path]:
    """Write the sample files for these adapters and return their paths; `schema` serves editors.

    Raises ConfigError, and writes nothing, when one of the files exists, an adapter is unknown, or has no mapping.
    """
    connections = _connections(marketing, crm, spec_of)
    texts = dict(_files(connections, schema))
    existing = [name for name in texts if (folder / name).exists()]
    if existing:
        raise ConfigError(
            f"{', '.join(existing)} exists in {folder} already; nothing was written",
            code="file_exists",
            hint="choose an empty folder: leadloop init DIR",
        )
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(text)
    return [folder / name for name in texts]


def _connections(marketing: Sequence[str], crm: Sequence[str], spec_of: SpecOf) -> list[SampleConnection]:
    """Named for their adapters; a name that is taken gets its side, then a number."""
    chosen: dict[str, SampleConnection] = {}
    sides: list[tuple[Side, str]] = [("marketing", name) for name in marketing] + [("crm", name) for name in crm]
    for side, adapter in sides:
        candidates = [adapter, f"{adapter}-{side}", *(f"{adapter}-{number}" for number in range(2, len(sides) + 2))]
        name = next(name for name in candidates if name not in chosen)
        chosen[name] = SampleConnection(side, name, spec_of(side, adapter))
    return list(chosen.values())


def _files(connections: Sequence[SampleConnection], schema: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Every file by its name in the folder, with its text."""
    variables: list[str] = []
    yield "leadloop.yaml", configuration(connections, variables.append, has_schema=schema is not None)
    yield ".env.example", "".join([_ENV_HEAD, *(f"{name}=\n" for name in variables)])
    for name in dict.fromkeys([*(connection.mapping for connection in connections), SCORING, REASONS]):
        yield f"mappings/{name}", shipped(name).read_text(encoding="utf-8")
    if schema is not None:
        yield SCHEMA, json.dumps(schema, indent=2) + "\n"
