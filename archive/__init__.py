"""A Bulletin becomes a version in SQLite. Knows no network."""
