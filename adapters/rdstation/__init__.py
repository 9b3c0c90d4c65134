"""RD Station Marketing: contacts by their last conversion, events by contact, feedback by field, tag, stage and event."""
