"""The instrument that a map of features is looked at with, whatever the features come from."""
