"""Tryton as a CRM: leads and opportunities of its sales module, on its own REST interface."""
