"""The archive in a web browser: Datasette with one plugin and Chinese templates; nothing is loaded from the network."""
