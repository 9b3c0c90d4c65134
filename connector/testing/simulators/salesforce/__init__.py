"""A simulated Salesforce org over real HTTP: `with SalesforceSimulator() as org: … org.base_url`."""

from connector.testing.simulators.salesforce.schema import FieldDef
from connector.testing.simulators.salesforce.server import SalesforceSimulator
from connector.testing.simulators.salesforce.users import INTEGRATION_USER, QUEUE, SALES_USERS

__all__ = ["INTEGRATION_USER", "QUEUE", "SALES_USERS", "FieldDef", "SalesforceSimulator"]
