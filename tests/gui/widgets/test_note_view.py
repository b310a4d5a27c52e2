"""Notes are shown with their formulas; nothing in them is run or fetched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument

from gui.widgets.note_view import NoteView, formula_html, to_html

IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def view(qtbot):
    made = NoteView(open_link=lambda url: made.opened.append(url.toString()))
    made.opened = []
    qtbot.addWidget(made)
    return made


def test_a_formula_stands_in_the_middle_in_italics(view):
    view.set_note("before\n\n```math\nL = −Σ_r log p_r\n```\n")
    block = view.document().begin()
    while block.isValid() and "log" not in block.text():
        block = block.next()
    assert block.text() == "L = −Σr log pr"
    assert block.blockFormat().alignment() & Qt.AlignmentFlag.AlignHCenter
    assert block.begin().fragment().charFormat().fontItalic()


def test_indices_become_small_and_the_rest_is_escaped():
    assert formula_html("a_{ij} < x^2") == "a<sub>ij</sub> &lt; x<sup>2</sup>"


def test_html_in_a_note_is_shown_as_text(view):
    view.set_note("<script>alert(1)</script> and <b>bold</b>")
    assert "<b>bold</b>" in view.toPlainText()


def test_a_table_keeps_its_cells():
    assert "<td>90 %</td>" in to_html("|a|b|\n|---|---|\n|kNN|90 %|\n")


def test_a_web_link_is_opened_outside_and_nothing_else_is(view):
    for url in ("https://arxiv.org/abs/1803.07728", "file:///etc/passwd", "javascript:alert(1)"):
        view.anchorClicked.emit(QUrl(url))
    assert view.opened == ["https://arxiv.org/abs/1803.07728"]


def test_a_picture_is_taken_from_beside_the_note_alone(view, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    for place in (folder, tmp_path):
        QImage(4, 4, QImage.Format.Format_RGB32).save(str(place / "p.png"))
    view.set_note("![x](p.png)", folder)
    assert view.loadResource(IMAGE, QUrl("p.png")).width() == 4
    for outside in ("../p.png", "http://example.org/p.png", (tmp_path / "p.png").as_uri()):
        assert view.loadResource(IMAGE, QUrl(outside)) is None


def test_an_empty_note_is_an_empty_page(view):
    view.set_note("")
    assert view.toPlainText() == ""
