"""Solids whose inside is known everywhere: single shapes, kinds of objects, streets."""
