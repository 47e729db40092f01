"""Checks of a text: signals, flags, and the uncertainty of its score."""
