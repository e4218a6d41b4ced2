"""What an operator looks for among the keys, and which names and entries that is."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from caching import conf
from caching.inspection import names

EVERYTHING, OURS, FOREIGN = "", "ours", "foreign"
TYPES = ("string", "hash", "list", "set", "zset", "stream")
MOST_CHARACTERS = 200
MOST_STARS = 8
"""Each star makes Redis try a name at one more place; it tries all names, and does nothing else meanwhile."""

_GLOB = re.compile(r"[*?\[\\]")
_SIGN = re.compile(rb"([*?\[\]\\])")
_STARS = re.compile(r"\*{2,}")


class BadSearch(ValueError):
    """This cannot be looked for. The message says why, to people."""


@dataclass(frozen=True)
class Search:
    """`text`: a glob against the whole name behind our prefix, or a word that the name contains. `namespace`: how names
    begin, or EVERYTHING, OURS, FOREIGN. `scope`: `user:7`, or the name of any tag. Raises BadSearch."""

    text: str = ""
    namespace: str = EVERYTHING
    scope: str = ""
    type: str = ""

    def __post_init__(self) -> None:
        if len(self.text) > MOST_CHARACTERS or len(self.scope) > MOST_CHARACTERS:
            raise BadSearch(f"Look for {MOST_CHARACTERS} characters at most.")
        if _STARS.sub("*", self.text).count("*") > MOST_STARS:
            raise BadSearch(f"Use {MOST_STARS} stars at most: each one makes the search slower.")
        if self.type and self.type not in TYPES:
            raise BadSearch(f"There is no type {self.type!r}.")

    @property
    def is_word(self) -> bool:
        """Whether the text is a part of a name, and no pattern."""
        return bool(self.text) and not _GLOB.search(self.text)

    @cached_property
    def pattern(self) -> bytes:
        """For MATCH. The namespace is looked at here as well: a pattern cannot say both."""
        prefix = _escaped(conf.key_prefix().encode())
        if self.text:
            return prefix + self._text_pattern()
        if self.namespace in (EVERYTHING, OURS, FOREIGN):
            return prefix + b"*"
        return prefix + _escaped(self.namespace.encode()) + b"*"

    def wants(self, name: bytes) -> bool:
        """Whether a name that fits the pattern is of the namespace."""
        if self.namespace == EVERYTHING:
            return True
        if self.namespace in (OURS, FOREIGN):
            return (names.namespace_of(name) is None) == (self.namespace == FOREIGN)
        return name.startswith(self.namespace.encode())

    def is_named_in(self, name: bytes) -> bool:
        """Whether the name itself carries the scope: `db_query:progress:user:7:…`."""
        return f":{self.scope}:".encode(errors="surrogatepass") in b":%b:" % name

    def is_among(self, tags: Collection[str]) -> bool:
        """Whether an entry with these tags is of the scope: `user:7` has results, and answers as `ai_user:7`."""
        wanted = (self.scope, f"ai_{self.scope}")
        return any(tag in wanted or tag.endswith(f":{self.scope}") for tag in tags)

    def _text_pattern(self) -> bytes:
        text = _STARS.sub("*", self.text).encode(errors="surrogatepass")
        return b"*" + _escaped(text) + b"*" if self.is_word else text


def _escaped(text: bytes) -> bytes:
    return _SIGN.sub(rb"\\\1", text)
