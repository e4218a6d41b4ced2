"""Values as they are kept: JSON, and nothing that JSON, or a database behind it, would quietly change or refuse."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sessions_ext.agents.errors import InvalidAgentData

MESSAGE_BYTES = 64 * 2**10
"""What one message may have as JSON."""
MOST_MESSAGES = 1000
"""How many messages a transcript keeps, the oldest make room; and how many may be added at once."""


def message(value: Any) -> bytes:
    """Raises InvalidAgentData."""
    if not isinstance(value, Mapping):
        raise InvalidAgentData("A message is a dict.")
    return packed("A message", value, MESSAGE_BYTES)


def messages(values: Iterable[Any]) -> list[bytes]:
    """Raises InvalidAgentData, also for more than a transcript keeps."""
    packed_messages = [message(value) for value in values]
    if len(packed_messages) > MOST_MESSAGES:
        raise InvalidAgentData(f"At most {MOST_MESSAGES:,} messages are added at once.")
    return packed_messages


def state(values: Any, max_bytes: int) -> dict[str, bytes]:
    """Each key's value by itself, so that two who change different ones do not meet. Raises InvalidAgentData."""
    if not isinstance(values, Mapping):
        raise InvalidAgentData("State is a dict.")
    packed("State", values, max_bytes)
    return {key: packed("State", value, max_bytes) for key, value in values.items()}


def packed(what: str, value: Any, max_bytes: int) -> bytes:
    try:
        _check(what, value)
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        data = text.encode()
    except RecursionError as error:
        raise InvalidAgentData(f"{what} is nested without end.") from error
    except (TypeError, ValueError) as error:  # bytes, dates, NaN; halves of surrogate pairs
        raise InvalidAgentData(f"{what} cannot be written as JSON: {_why(error)}.") from error
    if len(data) > max_bytes:
        raise InvalidAgentData(f"{what} may have {max_bytes:,} bytes as JSON; this has {len(data):,}.")
    return data


def unpacked(data: bytes) -> Any:
    """Raises ValueError for what `packed` cannot have written."""
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise ValueError("nested without end") from error


def _check(what: str, value: Any) -> None:
    """What json.dumps would let pass: keys that it turns into text, and NUL, which PostgreSQL does not store."""
    if isinstance(value, str):
        if "\0" in value:
            raise InvalidAgentData(f"{what} holds a NUL character.")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if not isinstance(key, str):
                raise InvalidAgentData(f"{what} has keys that are not text.")
            _check(what, key)
            _check(what, one)
    elif isinstance(value, list | tuple):
        for one in value:
            _check(what, one)


def _why(error: Exception) -> str:
    """Without the value: it may be what somebody said."""
    return "half of a surrogate pair" if isinstance(error, UnicodeError) else str(error)
