"""Several ways of learning one scene, side by side on one clock, and ablations of one of them."""
