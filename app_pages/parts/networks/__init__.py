"""What the pages tell of networks: their layers, figures and data, searches, and files to take along."""
