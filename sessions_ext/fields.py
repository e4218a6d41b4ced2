"""What a session holds, as JSON, one field a key: decoded when it is looked at, written when it has changed.

Pure. Fields whose name begins with one "@" are the engine's own; a key that begins with it gets one more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import datetime
from typing import Any

_to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_from_json = json.JSONDecoder().decode


def encode(key: str, value: Any) -> bytes:
    """Raises TypeError or ValueError, which names the key, for what JSON does not know: bytes, dates, sets, NaN."""
    try:
        return _to_json(value).encode()
    except (TypeError, ValueError, RecursionError) as error:
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(f"The session cannot hold this under {key[:80]!r}: {error}.") from error


def decode(raw: bytes) -> Any:
    """Raises ValueError or RecursionError for what `encode` cannot have written."""
    return _from_json(raw.decode())


def is_expiry(value: Any) -> bool:
    """What Django's `set_expiry` writes."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            return False
    return isinstance(value, int | float) and math.isfinite(value)


def name_of(key: str) -> bytes:
    """The field of a key."""
    return (f"@{key}" if key[:1] == "@" else key).encode(errors="surrogatepass")


def key_of(name: bytes) -> str | None:
    """The key of a field; None for one of the engine's own, or of nobody's."""
    if name[:1] == b"@":
        name = name[1:]
        if name[:1] != b"@":
            return None
    try:
        return name.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return None


class Fields(MutableMapping[str, Any]):
    """The keys of one session. What cannot be decoded is absent: we have not written it.

    `raw` are the values as they lie in Redis, by key. `is_stored` is False for those that lie there under another id.
    `wiped` is True when what lies there was thrown away without looking.
    """

    __slots__ = ("_raw", "_removed", "_values", "is_stored", "wiped")

    def __init__(
        self, raw: dict[str, bytes] | None = None, *, is_stored: bool = True, wiped: bool = False
    ) -> None:
        self._raw = raw or {}
        self._values: dict[str, Any] = {}
        self._removed: set[str] = set()
        self.is_stored = is_stored
        self.wiped = wiped

    def __getitem__(self, key: str) -> Any:
        if key in self._values:
            return self._values[key]
        if key in self._removed:
            raise KeyError(key)
        try:
            value = self._values[key] = decode(self._raw[key])
        except (ValueError, RecursionError):
            raise KeyError(key) from None
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError(f"The keys of a session are texts, not {key!r}.")
        self._values[key] = value
        self._removed.discard(key)

    def __delitem__(self, key: str) -> None:
        self[key]
        del self._values[key]
        if key in self._raw:
            self._removed.add(key)

    def __iter__(self) -> Iterator[str]:
        for key in self._raw:
            if key in self:
                yield key
        yield from [key for key in self._values if key not in self._raw]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return (
            f"<Fields {sorted(self)}>"  # error pages print local variables, and values are nobody's business
        )

    def whole(self) -> dict[str, bytes]:
        """Everything, encoded."""
        kept = {key: raw for key, raw in self._raw.items() if key not in self._removed}
        return kept | {key: encode(key, value) for key, value in self._values.items()}

    def changes(self) -> tuple[dict[str, bytes], set[str]]:
        """What is to be written and what to be deleted, so that Redis holds the same.

        It finds what was changed inside a value as well, as the bytes differ.
        """
        if not self.is_stored or self.wiped:
            return self.whole(), set()
        encoded = {key: encode(key, value) for key, value in self._values.items()}
        return {key: new for key, new in encoded.items() if self._raw.get(key) != new}, set(self._removed)

    def has_changed(self, key: str) -> bool:
        """Whether this key has to be written or deleted."""
        if key in self._removed or not self.is_stored:
            return True
        return key in self._values and self._raw.get(key) != encode(key, self._values[key])

    def bytes_with(self, written: Mapping[str, bytes]) -> int:
        """About how much Redis will hold."""
        kept = 0 if self.wiped else sum(map(len, self._raw.values()))
        return kept + sum(len(key) + len(raw) for key, raw in written.items())

    def moved(self) -> Fields:
        """The same, for another id under which nothing lies yet."""
        return Fields(self.whole(), is_stored=False)

    def catch_up(self, before: Fields, last: Mapping[str, bytes]) -> None:
        """Take over what others have written under the old id (`last`) since it was read (`before`)."""
        for key in {*before._raw, *last}:
            if before._raw.get(key) == last.get(key) or before.has_changed(key):
                continue
            if key not in last:
                self.pop(key, None)
                continue
            with suppress(ValueError, RecursionError):
                self[key] = decode(last[key])

    def note_stored(self, written: Mapping[str, bytes], deleted: set[str]) -> None:
        """Redis has these changes."""
        self._raw = {key: raw for key, raw in (self._raw | dict(written)).items() if key not in deleted}
        self._removed -= deleted
        self.is_stored, self.wiped = True, False

    def learn(self, key: str, raw: bytes | None) -> None:
        """What lies in Redis under a key now, as somebody has written it there directly."""
        self._values.pop(key, None)
        self._removed.discard(key)
        if raw is None:
            self._raw.pop(key, None)
        else:
            self._raw[key] = raw
