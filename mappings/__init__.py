"""What admins edit, and what ships as a starting point: mappings, scoring models, reasons, examples."""
