"""A simulated Pipedrive company over real HTTP: `with PipedriveSimulator() as company: … company.base_url`."""

from connector.testing.simulators.pipedrive.schema import FieldDef
from connector.testing.simulators.pipedrive.server import PipedriveSimulator
from connector.testing.simulators.pipedrive.users import INTEGRATION_USER, SALES_USERS

__all__ = ["INTEGRATION_USER", "SALES_USERS", "FieldDef", "PipedriveSimulator"]
