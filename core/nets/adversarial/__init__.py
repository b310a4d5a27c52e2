"""Generators and critics that play against each other, by architecture.

Pictures are -1..1 in here; points in the plane are as they are.
"""
