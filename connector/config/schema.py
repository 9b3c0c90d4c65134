"""The JSON Schema of leadloop.yaml for editors, from the same models that check it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.adapter.declared import Spec
from connector.config.connections import config_model


def json_schema(marketing: Sequence[Spec], crm: Sequence[Spec]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a configuration that may use these adapters."""
    schema = config_model(marketing, crm).model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "leadloop.yaml"}
