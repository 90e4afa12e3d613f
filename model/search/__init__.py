"""The search for a better network: ``python -m model.search``."""
