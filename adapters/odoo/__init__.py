"""Odoo CRM."""
