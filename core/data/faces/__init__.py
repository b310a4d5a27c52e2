"""Painted faces with attributes that are known exactly: what arithmetic in a latent space needs."""
