"""Act-On: contacts from its lists, acts by contact and by message, feedback into list columns and custom events."""
