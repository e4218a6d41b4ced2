"""What readers in this process have been shown of an answer, and what of a new telling of it is new to them. Pure.

When a leader dies, another one asks the provider again. As long as the second answer says what has been shown, it is held
back; where it goes on, readers get the surplus, so nothing is repeated and nothing missing. At the first difference they
are told that what they were shown is void, and get the second answer whole: no text is ever spliced from two answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from caching.ai.live.records import RESTART, News
from caching.ai.surfaces import Surface


class Telling:
    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._shown = ""
        self._shown_more_than_text = False
        self._has_shown = False
        self._begin()

    def _begin(self) -> None:
        self._told = ""
        self._held: list[bytes] = []
        self._is_streamed = False
        self._is_new = not self._has_shown

    def open(self) -> None:
        """From here on somebody tells the answer from its beginning."""
        self._begin()

    def said(self, chunks: Sequence[bytes]) -> list[News]:
        self._is_streamed = True
        return [news for chunk in chunks for news in self._news_of(chunk)]

    def ended(self, body: bytes) -> list[News]:
        """What comes before the end, for readers who want chunks. A leader that did not stream tells all of it now."""
        if self._is_streamed:
            return [] if self._is_new else self._restarted([])
        try:
            chunks = self._surface.replay(body)
        except ValueError:
            return []  # no stream could bring this: who reads chunks finds none, and the body
        return self.said(chunks)

    def _news_of(self, chunk: bytes) -> list[News]:
        text = self._surface.text(chunk)
        if self._is_new:
            self._note(text)
            return [chunk]
        if text is None or self._shown_more_than_text:
            return self._restarted([chunk])
        before, self._told = len(self._told), self._told + text
        if len(self._told) > len(self._shown) and self._told.startswith(self._shown):
            surplus = self._surface.without(chunk, len(self._shown) - before)
            return self._caught_up([surplus])
        if not self._shown.startswith(self._told):
            return self._restarted([chunk])
        if self._surface.is_last(chunk):
            is_same = self._told == self._shown
            return self._caught_up([chunk]) if is_same else self._restarted([chunk])
        self._held.append(chunk)
        return []

    def _caught_up(self, chunks: list[bytes]) -> list[News]:
        self._held.clear()
        self._is_new = True
        self._shown = self._told
        return [*chunks]

    def _restarted(self, chunks: list[bytes]) -> list[News]:
        whole = [*self._held, *chunks]
        self._held.clear()
        self._shown, self._shown_more_than_text = "", False
        self._is_new = True
        for chunk in whole:
            self._note(self._surface.text(chunk))
        return [RESTART, *whole]

    def _note(self, text: str | None) -> None:
        self._has_shown = True
        self._shown += text or ""
        self._shown_more_than_text |= text is None
