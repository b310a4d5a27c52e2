"""A method's note, shown: Markdown, with formulas set in the middle in italics.

A note writes a formula as plain text with Unicode in a fence marked `math`. HTML in a note is
shown as text. Nothing is ever loaded from elsewhere: a picture must lie beside the note, and a
link is opened by the system's browser when it is clicked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from gui import fonts
from gui.theme import manager
from gui.tokens import SPACE, TYPE, Theme

SAFE_SCHEMES = ("http", "https")
_HEADING = re.compile(r"<(/?)h([1-6])>")
_SCRIPT = re.compile(r"([_^])(\{[^}]*\}|\w+)")


class NoteView(QTextBrowser):
    """Shows one note at a time, and again when the theme changes."""

    def __init__(
        self,
        parent: QWidget | None = None,
        open_link: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(parent)
        self._body = ""
        self._folder: Path | None = None
        self._open_link = open_link
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setStyleSheet("QTextBrowser { border: none; border-radius: 0; padding: 0; }")
        self.setAccessibleName("Note")
        self.document().setDocumentMargin(SPACE.large)
        self.document().setIndentWidth(SPACE.large)
        self.anchorClicked.connect(self._follow)
        manager().changed.connect(self._show)

    def set_note(self, body: str, folder: Path | None = None) -> None:
        """Show a note's Markdown; pictures are looked for in `folder` alone."""
        self._body, self._folder = body, folder
        self._show()
        self.verticalScrollBar().setValue(0)

    def loadResource(self, kind: int, url: QUrl) -> object:
        """A picture in the note's own folder, and nothing else."""
        is_image = kind == QTextDocument.ResourceType.ImageResource.value
        if not is_image or self._folder is None or not url.isRelative():
            return None
        file = (self._folder / url.path()).resolve()
        inside = file.is_relative_to(self._folder.resolve()) and file.is_file()
        return QImage(str(file)) if inside else None

    def _show(self) -> None:
        self.document().setDefaultStyleSheet(_sheet(manager().theme))
        self.setHtml(to_html(self._body))

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in SAFE_SCHEMES:
            self._open_link(url)


def to_html(markdown: str) -> str:
    """Markdown as the HTML that Qt's rich text understands; raw HTML in it is shown as text."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", _fence)
    # Qt enlarges the letters of <h1> to <h6> beyond the size that a style sheet gives them.
    return _HEADING.sub(_as_paragraph, parser.render(markdown))


def _as_paragraph(tag: re.Match[str]) -> str:
    return "</p>" if tag[1] else f'<p class="h{tag[2]}">'


def formula_html(text: str) -> str:
    """A formula in Unicode: a_b and x^2 (or a_{ij}) become indices, every line its own line."""

    def script(found: re.Match[str]) -> str:
        tag = "sub" if found[1] == "_" else "sup"
        return f"<{tag}>{found[2].strip('{}')}</{tag}>"

    lines = (_SCRIPT.sub(script, html.escape(line.strip())) for line in text.strip().splitlines())
    return "<br>".join(lines)


def _fence(renderer: object, tokens: list, at: int, options: object, env: object) -> str:
    token = tokens[at]
    if token.info.strip() == "math":
        return f'<p class="formula" align="center">{formula_html(token.content)}</p>'
    return f"<pre>{html.escape(token.content)}</pre>"


def _sheet(theme: Theme) -> str:
    families = ", ".join(f"'{name}'" for name in fonts.formula().families())
    return f"""
    body, p, li {{ color: {theme.text}; font-size: {TYPE.body}px; line-height: 140%; }}
    p {{ margin-top: 0; margin-bottom: {SPACE.medium}px; }}
    p.h1 {{ font-size: {TYPE.heading}px; font-weight: 600; margin-bottom: {SPACE.small}px; }}
    p.h2 {{ font-size: {TYPE.lead}px; font-weight: 600; margin-top: {SPACE.wide}px;
            margin-bottom: {SPACE.tight}px; }}
    p.h3 {{ font-weight: 600; margin-top: {SPACE.large}px; margin-bottom: {SPACE.tight}px; }}
    strong {{ font-weight: 600; }}
    li {{ margin-bottom: {SPACE.tight}px; }}
    table {{ margin-bottom: {SPACE.medium}px; }}
    a {{ color: {theme.accent}; text-decoration: none; }}
    code {{ font-family: '{fonts.CODE_FAMILY}'; font-size: {TYPE.small}px;
            background-color: {theme.hover}; }}
    pre {{ font-family: '{fonts.CODE_FAMILY}'; font-size: {TYPE.small}px;
           background-color: {theme.hover}; margin: {SPACE.small}px 0; }}
    blockquote {{ color: {theme.text_secondary}; }}
    th {{ font-weight: 600; padding: 4px 10px 4px 0; text-align: left; }}
    td {{ padding: 4px 10px 4px 0; }}
    p.formula {{ font-family: {families}; font-style: italic; font-size: {TYPE.heading + 1}px;
                 margin-top: {SPACE.large}px; margin-bottom: {SPACE.large}px; line-height: 130%; }}
    """
