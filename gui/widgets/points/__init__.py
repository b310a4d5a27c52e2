"""The map of points: painted in the plane, drawn by vispy in space, and what is done on both."""
