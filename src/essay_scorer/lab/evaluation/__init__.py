"""Evaluation: agreement with human scores, robustness, and the report of both."""
