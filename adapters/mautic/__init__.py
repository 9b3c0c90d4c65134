"""Mautic: contacts by change and audit log, acts from its statistics, feedback by field, tag, stage, segment, note."""
