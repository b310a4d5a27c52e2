"""Pure questions to what generates: how good, how it fails, where in its latent space what lies."""
