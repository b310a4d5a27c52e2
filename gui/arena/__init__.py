"""The arena's work behind its page: games in threads, and what is said of them."""
