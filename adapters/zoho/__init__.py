"""Zoho CRM as a CRM."""
