"""The engine of Selfsight: methods, data, training, evaluation and runs, complete without a window."""
