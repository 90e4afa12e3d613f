"""How good the networks are and how fast: ``python -m model.measure``."""
