"""How long trainings from the page take, and how the page holds up when many use it."""
