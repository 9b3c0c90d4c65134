"""The mappings that ship, as connections of tests use them, and the decisions that they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.mapping import CrmMapping, load_crm, load_reasons
from connector.shipped import shipped
from connector.testing.conformance.crm import CrmWorld
from connector.testing.conformance.crm.driving import read_all
from connector.testing.conformance.crm.world import Ref

Told = tuple[str, str | None, str | None]
"""One decision: its kind, why, and who made it."""


def mapping_of(name: str) -> CrmMapping:
    """The mapping of a CRM, with the list of reasons."""
    return load_crm(shipped(f"{name}.yaml"), reasons=load_reasons(shipped("reasons.yaml")))


def options_of(mapping: CrmMapping) -> dict[str, Any]:
    """What a mapping says to the connection's adapter."""
    return {
        "object": mapping.object, "also": mapping.also, "fields": mapping.reads, "key": mapping.key,
        "match": mapping.match,
    }  # fmt: skip


def decisions_of(world: CrmWorld, mapping: CrmMapping) -> Mapping[Ref, Sequence[Told]]:
    """What a first walk tells of each record, oldest first."""
    records, _ = read_all(world.adapter())
    return {
        (one.object, one.id): [(told.kind, told.reason, told.by) for told in mapping.decisions_of(one, None)]
        for one in records
    }
