"""Run folders, the training in the background, and which network is in use."""
