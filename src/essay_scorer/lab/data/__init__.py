"""Essays with human scores: from a file to a checked table of train, dev and test essays."""
