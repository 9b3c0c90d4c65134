"""HubSpot, both sides: contacts, forms and e-mails for marketing; contacts, deals and leads for sales."""
