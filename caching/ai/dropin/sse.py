"""Server-sent events: the `data:` of a stream taken off the wire, and put on it again. Pure.

Lines end at CR or LF only. A reader of text would also split at U+2028, which may stand in JSON as it is.
"""

from __future__ import annotations

import re

import msgspec

DONE = b"[DONE]"

_LINE = re.compile(rb"\r\n|\n|\r")


class Payloads:
    """Takes bytes as they come; gives the data of each event that is complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, part: bytes) -> list[bytes]:
        """A CR at the end of a part waits for the LF that may follow."""
        text = self._rest + part
        is_torn = text.endswith(b"\r")
        *lines, rest = _LINE.split(text[:-1] if is_torn else text)
        self._rest = rest + b"\r" * is_torn
        return [data for line in lines if (data := self._take(line)) is not None]

    def _take(self, line: bytes) -> bytes | None:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        if line or not self._data:
            return None
        data, self._data = b"\n".join(self._data), []
        return data


def frame(data: bytes, *, event: str = "") -> bytes:
    name = f"event: {event}\n".encode() if event else b""
    return name + b"data: " + data.replace(b"\n", b"\ndata: ") + b"\n\n"


class _Event(msgspec.Struct):
    type: str = ""
    error: object = None


_event = msgspec.json.Decoder(_Event).decode


def named_frame(data: bytes) -> bytes:
    """An event that is announced by the type that stands in it, as those of the Responses API are."""
    try:
        return frame(data, event=_event(data).type)
    except msgspec.DecodeError:
        return frame(data)


def is_error(data: bytes) -> bool:
    """Whether the SDK takes it as the end of its stream: an object with an error in it."""
    try:
        return b'"error"' in data and bool(_event(data).error)
    except msgspec.DecodeError:
        return False
