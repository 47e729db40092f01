"""Drift of a deployment's scores."""
