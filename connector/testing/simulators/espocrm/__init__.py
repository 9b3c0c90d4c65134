"""A simulated EspoCRM over real HTTP: `with EspoSimulator() as espo: … espo.base_url`."""

from connector.testing.simulators.espocrm.server import EspoSimulator
from connector.testing.simulators.espocrm.users import INTEGRATION_USER, SALES_USERS, SYSTEM_USER

__all__ = ["INTEGRATION_USER", "SALES_USERS", "SYSTEM_USER", "EspoSimulator"]
