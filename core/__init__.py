"""The engine of Selfsight: methods, data, training, evaluation, runs; complete without a window."""
