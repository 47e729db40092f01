"""Reasons for a score: each sentence's contribution, and observations of the writing."""
