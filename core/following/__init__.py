"""Runs and baselines by name as trackers of a film, and training on the film itself."""
