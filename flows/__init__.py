"""The Prefect flows, the steps that they share with the command, and the command `gaoxin` itself."""
