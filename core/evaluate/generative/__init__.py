"""How good what was generated is: distances between distributions, modes found, a classifier."""
