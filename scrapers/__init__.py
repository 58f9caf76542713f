"""From an address to a Bulletin. Knows neither the archive nor Prefect."""
