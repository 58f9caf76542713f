"""Stores Bulletins as versions in SQLite. Uses no network."""
