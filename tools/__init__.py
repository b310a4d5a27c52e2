"""What `./run` and `./test` do before and around the program; the standard library alone."""
