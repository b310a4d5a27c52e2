"""Samples looked at closely: who judges them, one on a card, a booth where a person does."""
