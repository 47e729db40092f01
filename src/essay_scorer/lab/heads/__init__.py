"""Scoring heads: a blend of base models, or a network trained by gradient descent."""
