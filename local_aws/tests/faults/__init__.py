"""Faults of a deployment; the tests observe the rows of ``docs/reliability.md``."""
