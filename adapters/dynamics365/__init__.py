"""Microsoft Dynamics 365 Sales as a CRM."""
