"""Fields of light: one scene, learned from views of it."""
