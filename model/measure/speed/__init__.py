"""How long trainings from the page take, how the page holds up when many use it, and the servers for that."""
