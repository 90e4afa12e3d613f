"""Digits and other signs that nobody wrote: drawn by rule, in the ways people write them."""
