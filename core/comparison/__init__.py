"""Several methods on the same pictures, budget and seeds: trained in a queue, judged alike."""
