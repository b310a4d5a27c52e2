"""Shapes in space: learned from points, from one picture, and as boxes in a street."""
