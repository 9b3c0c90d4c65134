"""Which adapters are installed: ours and third parties' alike register by entry points."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from connector.adapter.crm import CrmAdapter
from connector.adapter.declared import Spec
from connector.adapter.marketing import MarketingAdapter
from connector.errors import ConfigError

Side = Literal["marketing", "crm"]
GROUPS: dict[Side, str] = {"marketing": "leadloop.marketing", "crm": "leadloop.crm"}


@cache
def installed(side: Side) -> dict[str, EntryPoint]:
    """Names of the installed adapters of one side; nothing is imported yet."""
    return {point.name: point for point in sorted(entry_points(group=GROUPS[side]), key=lambda point: point.name)}


def marketing_adapter(name: str) -> type[MarketingAdapter]:
    """The class behind `adapter: name` of a marketing connection."""
    loaded: type[MarketingAdapter] = _loaded("marketing", name)
    return loaded


def crm_adapter(name: str) -> type[CrmAdapter]:
    """The class behind `adapter: name` of a CRM connection."""
    loaded: type[CrmAdapter] = _loaded("crm", name)
    return loaded


def spec_of(side: Side, name: str) -> Spec:
    """What the adapter declares. Raises ConfigError when no such adapter is installed, or it cannot be loaded."""
    return marketing_adapter(name).spec if side == "marketing" else crm_adapter(name).spec


def _loaded(side: Side, name: str) -> Any:
    point = _point(side, name)
    try:
        return point.load()
    except Exception as error:
        package = point.dist.name if point.dist else point.module
        raise ConfigError(
            f"the {side} adapter '{name}' cannot be loaded ({type(error).__name__})",
            code="broken_adapter",
            hint=f"install the package '{package}' anew, or take it out",
        ) from error


def _point(side: Side, name: str) -> EntryPoint:
    points = installed(side)
    if name not in points:
        raise ConfigError(
            f"no {side} adapter is called '{name}'",
            code="unknown_adapter",
            hint=f"installed: {', '.join(points) or 'none'}",
        )
    return points[name]
