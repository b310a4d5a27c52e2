"""Widgets that show a film and what is marked in it."""
