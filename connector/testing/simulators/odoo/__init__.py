"""A simulated Odoo database over real HTTP: `with OdooSimulator() as odoo: … odoo.base_url`."""

from connector.testing.simulators.odoo.server import OdooSimulator
from connector.testing.simulators.odoo.users import INTEGRATION_USER, ODOO_BOT, SALES_USERS

__all__ = ["INTEGRATION_USER", "ODOO_BOT", "SALES_USERS", "OdooSimulator"]
