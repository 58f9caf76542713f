"""Builds a recipe for an unknown site from its own pages: its family, its list and its layout."""
