"""The command palette: type a few letters of an action, Enter does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui import fonts
from gui.command_entry import Command
from gui.command_table import COMMANDS
from gui.commands import Commands
from gui.icons import pixmap
from gui.theme import manager
from gui.tokens import RADIUS, SPACE, TYPE
from gui.widgets.fuzzy import Match, match
from gui.widgets.overlay import Overlay
from gui.widgets.text import label, line

WIDTH, ROW, ROWS = 600, 38, 10
WHOLE = 4.0  # more for a title that has what is typed in one piece: "runs" is Runs, not Run: Stop
_COMMAND, _FOUND, _ENABLED = (Qt.ItemDataRole.UserRole + i for i in range(3))


class CommandPalette(Overlay):
    """Lists the commands that fit what is typed, best first; those that can be done now on top."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        super().__init__(window)
        self._commands = commands
        self.field = QLineEdit(self.sheet)
        self.field.setPlaceholderText("What would you like to do?")
        self.field.setAccessibleName("Find an action")
        self.field.setFrame(False)
        self.field.setStyleSheet("border: none; background: transparent;")
        self.field.setFont(fonts.text(TYPE.lead))
        self.list = QListWidget(self.sheet)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("border: none; background: transparent;")
        self._nothing = label("No action of that name", tone="faint", parent=self.sheet)
        self._nothing.setContentsMargins(SPACE.small, SPACE.small, 0, SPACE.medium)
        column = QVBoxLayout(self.sheet)
        column.setContentsMargins(*[SPACE.small] * 4)
        column.setSpacing(SPACE.tight)
        for part in (self.field, line(self.sheet), self.list, self._nothing):
            column.addWidget(part)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        self.list.itemEntered.connect(self.list.setCurrentItem)

    def appear(self) -> None:
        """Show the palette empty, with the cursor in its field."""
        self.field.clear()
        self._search("")
        super().appear()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        rows = min(ROWS, max(1, self.list.count()))
        self.list.setFixedHeight(rows * ROW + SPACE.tight)
        width = min(WIDTH, self.width() - 2 * SPACE.wide)
        self.sheet.setFixedWidth(width)
        self.sheet.adjustSize()
        self.sheet.move((self.width() - width) // 2, min(96, self.height() // 8))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            return self._steer(event)
        return super().eventFilter(watched, event)

    def _steer(self, event: QKeyEvent) -> bool:
        """Keys that move the choice while the field keeps the focus."""
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS - 1,
                 Qt.Key.Key_PageUp: 1 - ROWS}  # fmt: skip
        if event.key() in moves and self.list.count():
            step, count = moves[event.key()], self.list.count()
            at = self.list.currentRow() + step
            self.list.setCurrentRow(at % count if abs(step) == 1 else min(max(at, 0), count - 1))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentItem())
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return True
        return False

    def _search(self, typed: str) -> None:
        found: list[tuple[bool, float, Command, Match]] = []
        for command in COMMANDS:
            action = self._commands.action(command.id)
            fit = match(typed, _said(command, action.text()))
            if fit is not None and command.id != "view.palette":
                whole = typed.strip().casefold() in action.text().casefold()
                score = fit.score + (WHOLE if whole else 0.0)
                found.append((action.isEnabled(), score, command, fit))
        if typed.strip():
            found.sort(key=lambda row: (not row[0], -row[1]))
        else:
            found.sort(key=lambda row: not row[0])
        self.list.clear()
        for enabled, _, command, fit in found:
            item = QListWidgetItem(_said(command, self._commands.action(command.id).text()))
            item.setData(_COMMAND, command.id)
            item.setData(_FOUND, list(fit.at))
            item.setData(_ENABLED, enabled)
            item.setToolTip(command.tooltip)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self.place()

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None or not item.data(_ENABLED):
            return
        action = self._commands.action(item.data(_COMMAND))
        self.leave()
        action.trigger()


def _said(command: Command, title: str) -> str:
    """The title as it stands now, with the menu it is in: "View › Theme: Dark"."""
    return f"{command.menu.replace('/', ' › ')}: {title.rstrip('…')}"


class _Row(QStyledItemDelegate):
    """An icon, the title with the letters found set off, the shortcut."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme = manager().theme
        enabled = bool(index.data(_ENABLED))
        area = option.rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        command = next(c for c in COMMANDS if c.id == index.data(_COMMAND))
        ratio = painter.device().devicePixelRatio()
        tint = "text_secondary" if enabled else "border_strong"
        painter.drawPixmap(area.left() + 10, area.center().y() - 8,
                           pixmap(command.icon, 17, tint, ratio))  # fmt: skip
        self._draw_letters(painter, area.adjusted(40, 0, -120, 0), index, enabled)
        keys = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        painter.setFont(fonts.text(TYPE.small))
        painter.setPen(theme.color("text_faint"))
        painter.drawText(area.adjusted(0, 0, -12, 0),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                         keys if enabled else "not now")  # fmt: skip
        painter.restore()

    def _draw_letters(
        self, painter: QPainter, area: QRect, index: QModelIndex, enabled: bool
    ) -> None:
        theme = manager().theme
        text, found = index.data(), set(index.data(_FOUND))
        title_from = text.index(": ") + 2
        plain, strong = fonts.text(), fonts.text(weight=fonts.BOLD)
        x, baseline = area.left(), area.center().y() + QFontMetrics(plain).ascent() // 2 - 1
        for at, letter in enumerate(text):
            painter.setFont(strong if at in found else plain)
            token = "text" if at >= title_from and enabled else "text_faint"
            painter.setPen(theme.color("accent" if at in found and enabled else token))
            wide = painter.fontMetrics().horizontalAdvance(letter)
            if x + wide > area.right():
                return
            painter.drawText(x, baseline, letter)
            x += wide
