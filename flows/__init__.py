"""Prefect flows, the steps they share with the command, and the command `gaoxin` itself."""
