"""A simulated Dynamics 365 environment over real HTTP: `with Dynamics365Simulator() as crm: … crm.base_url`."""

from connector.testing.simulators.dynamics365.schema import ColumnDef
from connector.testing.simulators.dynamics365.server import Dynamics365Simulator
from connector.testing.simulators.dynamics365.users import APP_USER, SALES_USERS, TEAM

__all__ = ["APP_USER", "SALES_USERS", "TEAM", "ColumnDef", "Dynamics365Simulator"]
