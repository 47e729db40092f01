"""Calibration: from predictions for essays kept out of training to everything in the manifest."""
