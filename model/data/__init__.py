"""The digits that networks learn from and are judged by: read, drawn, distorted."""
