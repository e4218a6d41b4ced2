"""How far a command is, for whoever sits in front of it: one line on standard error that is written over, on terminals only."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from django.core.management.base import OutputWrapper

CELLS = 24


class Progress:
    """`with Progress(self.stderr, total) as progress: progress.tell(500, "keys")`. `total` 0: it is not known."""

    def __init__(self, stream: OutputWrapper, total: int = 0) -> None:
        self._stream = stream
        self._total = total
        self._is_shown = stream.isatty()
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """The line goes, so that what follows stands alone."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")

    def tell(self, done: int, what: str) -> None:
        if not self._is_shown:
            return
        line = f"{self._bar(done)}{done:,} {what}"
        self._write("\r" + line.ljust(self._width))
        self._width = max(self._width, len(line))

    def _bar(self, done: int) -> str:
        if not self._total:
            return ""
        share = min(1.0, done / self._total)
        filled = round(share * CELLS)
        return f"[{'#' * filled}{'.' * (CELLS - filled)}] {share:4.0%}  "

    def _write(self, text: str) -> None:
        self._stream.write(
            text, style_func=str, ending=""
        )  # neither red, as errors are, nor a line of its own
        self._stream.flush()
