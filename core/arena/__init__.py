"""Several two-player games on one set of points, played side by side on one clock."""
