"""One HTML file that shows a run: curves, figures, abilities, evaluations. No server, no script."""
