"""A network for other programs: ``python -m model.export``."""
