"""ActiveCampaign: contacts by change, acts contact by contact, feedback by field, tag and note."""
