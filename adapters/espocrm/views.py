"""A record of EspoCRM as mappings see it, one value per name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapters.espocrm.account import Account
from adapters.espocrm.columns import DERIVED, STAGE, STAGE_ORDER, STATE
from adapters.espocrm.spec import OPPORTUNITY
from adapters.espocrm.values import decoded
from connector.model import Json


def asked(account: Account, entity: str, names: Iterable[str]) -> list[str]:
    """What must be asked for to see these attributes.

    One that the installation does not have is not asked for: it is blank, and `check` names it.
    """
    wanted = ["id", *names]
    if entity == OPPORTUNITY and any(name in DERIVED for name in wanted):
        wanted.append(STAGE)
    return [name for name in account.known(entity, wanted) if name not in DERIVED]


def value(account: Account, entity: str, row: Json, name: str) -> Any:
    """The value of an attribute."""
    if entity == OPPORTUNITY and name in DERIVED:
        return of_stage(account, name, row.get(STAGE))
    return decoded(account.schema.find(entity, name), row.get(name))


def of_stage(account: Account, name: str, stage: Any) -> Any:
    """What is worked out from a stage: `$state` or `stage_order`."""
    stages = account.schema.stages
    return {STATE: stages.state, STAGE_ORDER: stages.place}[name](stage)
