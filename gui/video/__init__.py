"""What the page of videos knows of tracking: what is marked, what follows, what leaves."""
