"""An address becomes a Bulletin. Knows neither the archive nor Prefect."""
