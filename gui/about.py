"""What stands in the about box: version, libraries, licences of what is bundled."""

from __future__ import annotations

from gui.behaviors.errors import versions


def about_text() -> str:
    """A few plain lines."""
    return ("Selfsight, a laboratory for learning to see without labels.\n\n"
            f"{versions()}\n\nThe typeface is Inter, under the SIL Open Font License.")
