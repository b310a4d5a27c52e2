"""Points in the plane: mixtures whose every mode is known, curves, and points of one's own."""
