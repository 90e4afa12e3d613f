"""Everything that does not know the network: pure functions."""
