"""A teacher's own assignment and scale: profiles that are learned from her marks."""
