"""A simulated Zoho CRM over real HTTP: `with ZohoSimulator() as org: … org.base_url`."""

from connector.testing.simulators.zoho.schema import FieldDef
from connector.testing.simulators.zoho.server import ZohoSimulator
from connector.testing.simulators.zoho.users import INTEGRATION_USER, SALES_USERS

__all__ = ["INTEGRATION_USER", "SALES_USERS", "FieldDef", "ZohoSimulator"]
