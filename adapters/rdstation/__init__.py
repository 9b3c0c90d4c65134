"""RD Station Marketing: contacts by last conversion, events by contact, feedback by field, tag, stage and event."""
