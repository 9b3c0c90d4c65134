"""A company that does not exist, for the demo: its contacts in a simulated RD Station, its sales in a simulated
Salesforce, and weeks that pass in seconds. Everything it does follows from a seed.
"""

from connector.testing.company.company import Company

__all__ = ["Company"]
