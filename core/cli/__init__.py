"""Everything the window does, without one: train, resume, list, evaluate, export, report."""

from core.cli.main import main

__all__ = ["main"]
