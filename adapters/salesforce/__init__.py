"""Salesforce Sales Cloud as a CRM."""
