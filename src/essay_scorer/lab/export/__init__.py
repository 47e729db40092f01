"""Export: compile the artifacts of a training to the graph of a bundle."""
