"""Whole numbers: where the digits of a line of writing are, and what they are."""
