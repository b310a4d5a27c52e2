"""Parts of the arena that know nothing of training: the plane, the scores, the modes."""
