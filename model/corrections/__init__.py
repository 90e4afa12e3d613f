"""What people corrected: where it is stored, and how a network learns from it."""
