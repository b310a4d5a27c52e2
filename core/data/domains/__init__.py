"""Two domains of pictures: what is given, and what is to be made of it."""
