"""A recipe for a site that nobody has described yet: its family, its list, its layout, found on its own pages."""
