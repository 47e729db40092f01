"""The model bundle: manifest, graph, reader, calibration."""
