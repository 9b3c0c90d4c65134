"""The state store: SQLite in WAL, one `write()`, queries in files by subject."""
