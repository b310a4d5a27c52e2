"""Cameras, rays, and what a ray through a field of density and colour shows."""
