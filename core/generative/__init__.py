"""Questions to what generates: latents, directions, arithmetic, inversion, a test by people."""
