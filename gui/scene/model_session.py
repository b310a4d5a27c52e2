"""What a `Renderer` asks where there is no run: a model in hand, in a thread of its own."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from core.observer import Answer
    from core.render.models import Model


class ModelSession(QObject):
    """Answers as a session does: of two questions with one key only the newer."""

    state, step = "finished", None
    _answered = Signal()

    def __init__(self, model: Model, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._waiting: OrderedDict[str, tuple[Callable[..., Any], Callable[[Answer], None]]]
        self._waiting = OrderedDict()
        self._news = threading.Condition()
        self._closed = False
        self._answers: deque[tuple[Callable[[Answer], None], Answer]] = deque()
        self._answered.connect(self._hand_out)
        self._thread = threading.Thread(target=self._answer_all, name="model viewer")
        self._thread.start()

    def ask(self, key: str, question: Callable[..., Any], answer: Callable[[Answer], None],
            *_: object, **__: object) -> bool:  # fmt: skip
        """Put a question about the model."""
        with self._news:
            self._waiting.pop(key, None)
            self._waiting[key] = question, answer
            self._news.notify()
        return not self._closed

    def is_waited_for(self) -> bool:
        """Whether a question waits while another one is answered."""
        return bool(self._waiting)

    def close(self) -> None:
        """Answer nothing more and end the thread."""
        with self._news:
            self._closed = True
            self._waiting.clear()
            self._news.notify()
        self._thread.join()
        self._answers.clear()

    def _answer_all(self) -> None:
        from core import device

        device.use_threads(1)
        while True:
            with self._news:
                while not self._waiting and not self._closed:
                    self._news.wait()
                if self._closed:
                    return
                key, (question, take) = self._waiting.popitem(last=False)
            found = self._answer(key, question)
            if not self._closed:
                self._answers.append((take, found))
                self._answered.emit()

    def _answer(self, key: str, question: Callable[..., Any]) -> Answer:
        import torch

        from core.failures import in_words
        from core.observer import Answer

        try:
            with torch.no_grad():
                return Answer(key, 0, question(self.model, None))
        except Exception as error:
            return Answer(key, 0, error=in_words(error))

    def _hand_out(self) -> None:
        for _ in range(len(self._answers)):
            take, found = self._answers.popleft()
            take(found)
