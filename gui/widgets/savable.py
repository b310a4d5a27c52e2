"""A widget that can be saved as picture, drawing or numbers, copied, and asked to by a menu."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from gui.icons import icon
from gui.widgets import export

Row = Sequence[str | int | float]

_PICTURES = "Picture (*.png);;Drawing (*.svg)"
_NUMBERS = "Numbers (*.csv)"


class Savable(QWidget):
    """A subclass says what its numbers are (`table`) and, where it scrolls, how all is painted."""

    problem = Signal(str)  # a sentence for a person: what could not be saved and why

    name = "Picture"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stamp = ""

    def table(self) -> list[Row]:
        """The numbers behind the picture, titles in the first row."""
        raise NotImplementedError

    def can_save(self) -> bool:
        """Whether there is something to save."""
        return True

    def export_size(self) -> QSize:
        """Logical size of the picture when saved: the whole content, not what is scrolled to."""
        return self.size()

    def export_paint(self, painter: QPainter) -> None:
        """Paint the picture as it is saved, from (0, 0)."""
        export.render(self, painter)

    def set_stamp(self, text: str) -> None:
        """The line under every saved picture: run, step, seed."""
        self._stamp = text

    def image(self, scale: float = 2.0) -> QImage:
        """The whole picture, `scale` device pixels to a logical one, with its stamp below."""
        return export.to_image(self.export_size(), self.export_paint, self._stamp, scale)

    def save(self, path: str | Path) -> None:
        """Write .png, .svg or .csv, whole or not at all; raises ValueError or OSError in words."""
        path = Path(path)
        writers = {".png": self._png, ".svg": self._svg, ".csv": self._csv}
        writer = writers.get(path.suffix.lower())
        if writer is None:
            known = ", ".join(writers)
            raise ValueError(f"cannot save as {path.suffix or 'no type'!r}: use one of {known}")
        export.write_whole(path, writer())

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self.image())

    def make_menu(self) -> QMenu:
        """The context menu; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for symbol, title, slot in (
            ("copy", "Copy picture", self.copy),
            ("save", "Save picture…", lambda: self.ask_and_save(_PICTURES, ".png")),
            ("export", "Save numbers…", lambda: self.ask_and_save(_NUMBERS, ".csv")),
        ):
            action = menu.addAction(icon(symbol), title)
            action.triggered.connect(slot)
            action.setEnabled(self.can_save())
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.make_menu().popup(event.globalPos())

    def ask_and_save(self, filters: str = _PICTURES, suffix: str = ".png") -> None:
        """Ask for a file and write it; what goes wrong is told by `problem`."""
        path, _ = QFileDialog.getSaveFileName(self, f"Save {self.name.lower()}", "", filters)
        if not path:
            return
        try:
            self.save(path if Path(path).suffix else path + suffix)
        except (OSError, ValueError) as error:
            self.problem.emit(str(error))

    def _png(self) -> bytes:
        return export.png(self.image())

    def _svg(self) -> bytes:
        return export.svg(self.export_size(), self.export_paint, self._stamp, self.name)

    def _csv(self) -> bytes:
        return export.csv_text(self.table() if self.can_save() else [], self._stamp).encode()
