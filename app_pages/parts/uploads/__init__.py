"""Pictures that people bring: uploaded or taken, read, and shown with what was read."""
