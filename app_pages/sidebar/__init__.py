"""What the sidebar shows, and asks before anything is changed."""
