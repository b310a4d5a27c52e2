"""What a scene is seen in: the stage that a hand turns, what is drawn over it, and a ray's plot."""
