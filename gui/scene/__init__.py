"""What the panel of a scene is made of: who renders when, what is drawn over, what a ray tells."""
