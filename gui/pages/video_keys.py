"""The keys of the page of videos, while the frame or something beside it has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QKeyCombination, Qt

if TYPE_CHECKING:
    from gui.pages.video import VideoPage

Do = Callable[["VideoPage"], Any]
_K, _SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier

TOOL_KEYS = {
    _K.Key_A: "look", _K.Key_B: "brush", _K.Key_E: "eraser", _K.Key_O: "polygon",
    _K.Key_G: "grow", _K.Key_F: "fill", _K.Key_T: "point", _K.Key_H: "move",
}  # fmt: skip
SWITCH_KEYS = {_K.Key_U: "outline", _K.Key_Y: "trails", _K.Key_S: "beside"}


def _tool(name: str) -> Do:
    return lambda page: page.hand.set_tool(name)


def _flip(name: str) -> Do:
    return lambda page: page.tools.buttons[name].toggle()


def _object(number: int) -> Do:
    return lambda page: page.work.choose(number)


def _size(factor: float) -> Do:
    def do(page: VideoPage) -> None:
        size = page.hand.size
        page.hand.set_size(max(size + 1, size * factor) if factor > 1 else
                           min(size - 1, size * factor))  # fmt: skip

    return do


KEYS: dict[QKeyCombination, Do] = {
    QKeyCombination(_K.Key_Space): lambda page: page.player.toggle(),
    QKeyCombination(_K.Key_J): lambda page: page.player.shuttle(-1),
    QKeyCombination(_K.Key_K): lambda page: page.player.shuttle(0),
    QKeyCombination(_K.Key_L): lambda page: page.player.shuttle(1),
    QKeyCombination(_K.Key_Left): lambda page: page.player.step(-1),
    QKeyCombination(_K.Key_Right): lambda page: page.player.step(1),
    QKeyCombination(_SHIFT, _K.Key_Left): lambda page: page.player.step(-10),
    QKeyCombination(_SHIFT, _K.Key_Right): lambda page: page.player.step(10),
    QKeyCombination(_K.Key_Home): lambda page: page.player.first(),
    QKeyCombination(_K.Key_End): lambda page: page.player.last(),
    QKeyCombination(_K.Key_BracketLeft): _size(1 / 1.25),
    QKeyCombination(_K.Key_BracketRight): _size(1.25),
    QKeyCombination(_K.Key_N): lambda page: page.work.choose(len(page.work.names.objects) + 1),
    QKeyCombination(_K.Key_M): lambda page: page.tools.next_mode(),
    QKeyCombination(_K.Key_Plus): lambda page: page.canvas.zoom(1.25),
    QKeyCombination(_K.Key_Minus): lambda page: page.canvas.zoom(0.8),
    QKeyCombination(_K.Key_0): lambda page: page.canvas.reset_view(),
    QKeyCombination(_K.Key_Return): lambda page: page.hand.close_polygon(),
    QKeyCombination(_K.Key_Enter): lambda page: page.hand.close_polygon(),
    QKeyCombination(_K.Key_Escape): lambda page: page.escape(),
    QKeyCombination(_K.Key_Delete): lambda page: page.work.forget(page.work.at),
    **{QKeyCombination(key): _tool(name) for key, name in TOOL_KEYS.items()},
    **{QKeyCombination(key): _flip(name) for key, name in SWITCH_KEYS.items()},
    **{QKeyCombination(Qt.Key(_K.Key_0.value + n)): _object(n) for n in range(1, 10)},
}
