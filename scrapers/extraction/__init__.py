"""Reads an article page: its text, title, date and credits, or why it is not an article."""
