"""Lua scripts, each a file of its own with one key, or with some that lie on one node: an atomic step that also a cluster can do."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "scripts"

_known: list["Script"] = []


class Script:
    """The script `name`.lua of a folder, which has so many keys. It is sent by its digest, and as a whole only to a server
    that does not know it."""

    __slots__ = ("digest", "keys", "name", "text")

    def __init__(self, name: str, folder: Path | None = None, *, keys: int = 1) -> None:
        self.name = name
        self.keys = keys
        self.text = ((folder or FOLDER) / f"{name}.lua").read_text(encoding="utf-8")
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        _known.append(self)


def known() -> tuple[Script, ...]:
    """All that this program has, so that a server's log, which knows digests only, can be read."""
    return tuple(_known)
