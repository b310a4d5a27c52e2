"""The parts of the page of videos that know of tracking: what is marked, what follows, what leaves."""
