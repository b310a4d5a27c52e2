"""The race's work behind the page of scenes: lanes in threads, and what is said of them."""
