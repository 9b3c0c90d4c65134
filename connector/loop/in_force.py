"""Which scoring model, mappings and rules are in force. When a person edits one, every lead is worked out anew.

Else an edit would reach a lead only when something of it happens to change, and what was planned under the old mapping
would still be sent: a field that is protected now, or one that the CRM no longer has, for ever in the way.
"""

from __future__ import annotations

from typing import Final

from connector.loop.context import Loop
from connector.state import operation, outbox, people
from connector.state.packing import pack, unpack
from connector.state.store import Tx

KEY: Final = "in_force"


def take_up(tx: Tx, loop: Loop) -> None:
    """Put this loop's rules in force; marks every lead, and plans anew what has not left, where they are not the same.

    Called when a process starts and when it has read its configuration again.
    """
    rules = _rules(loop)
    stored = operation.meta(tx, KEY)
    before: dict[str, str] = {} if stored is None else unpack(stored)
    if before == rules:
        return
    _note_versions(tx, loop)
    people.mark_everyone_dirty(tx)
    for name in [*(one.name for one in loop.crm), *(one.name for one in loop.marketing)]:
        if before.get(name) != rules[name]:
            outbox.replace_unsent(tx, name, loop.world.now(), "planned under an earlier mapping")
    operation.set_meta(tx, KEY, pack(rules))


def is_in_force(tx: Tx, loop: Loop) -> bool:
    """May this loop still work leads out? Not when another configuration was taken up while it ran."""
    stored = operation.meta(tx, KEY)
    return stored is None or unpack(stored) == _rules(loop)


def _rules(loop: Loop) -> dict[str, str]:
    """What decides how a lead stands and what is written of it: versions and settings, the connections' by name."""
    rules = {one.name: one.mapping.version for one in loop.marketing}
    for crm in loop.crm:
        rules[crm.name] = f"{crm.mapping.version} {crm.config.model_dump_json(include={'create', 'write', 'take'})}"
    consent = loop.config.consent.model_dump_json()
    return {**rules, "model:": f"{loop.model.version} {consent} {loop.config.time_zone}"}


def _note_versions(tx: Tx, loop: Loop) -> None:
    """Remember the model and the mappings as they were written: each MQL carries the version that made it."""
    now = loop.world.now()
    files = {("model", loop.model.version): loop.config.scoring}
    files |= {("mapping", f"{one.name} {one.mapping.version}"): one.config.mapping for one in loop.marketing}
    files |= {("mapping", f"{one.name} {one.mapping.version}"): one.config.mapping for one in loop.crm}
    for (kind, version), path in files.items():
        if not operation.knows_version(tx, kind, version):
            operation.note_version(tx, kind, version, path.read_text(encoding="utf-8"), now)
