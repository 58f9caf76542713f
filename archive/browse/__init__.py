"""The archive in a web browser: Datasette with one plugin, Chinese templates and nothing from the network."""
