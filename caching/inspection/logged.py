"""What may be shown of a command that a server has logged: its name, its key and its size.

Never its arguments: they hold chats, sessions and tokens. A key is shown only where it is one of ours, and of those that
belong to people only the kind: an id in it may be worth something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caching import conf
from caching.connection import scripts
from caching.inspection import names, namespaces
from caching.inspection.namespaces import Content, Namespace

# A server keeps no more than this of a command, and of a word, and says how much it left out.
MOST_WORDS = 32
MOST_BYTES = 128
_MORE_WORDS = re.compile(rb"\.\.\. \((\d+) more arguments\)")
_MORE_BYTES = re.compile(rb"\.\.\. \((\d+) more bytes\)$")

_CUT = "…"
_COMMAND = re.compile(r"[A-Z][A-Z0-9._-]{0,40}")
_SCRIPTS = frozenset("EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO".split())
_KEY_AFTER_A_WORD = frozenset("BITOP LMPOP MSETEX ZMPOP SINTERCARD ZINTERCARD ZDIFF ZINTER ZUNION".split())
_STREAMS = frozenset("XREAD XREADGROUP".split())
# Their second word says what they do.
_FAMILIES = frozenset(
    "ACL CLIENT CLUSTER COMMAND COMMANDLOG CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SENTINEL SLOWLOG "
    "XGROUP XINFO".split()
)
_FAMILIES_WITH_A_KEY = frozenset("OBJECT XGROUP XINFO".split())
_KEYLESS = frozenset(
    "ASKING AUTH BGREWRITEAOF BGSAVE DBSIZE DISCARD ECHO EXEC FAILOVER FLUSHALL FLUSHDB HELLO INFO KEYS LASTSAVE LOLWUT "
    "MIGRATE MONITOR MULTI PING PSUBSCRIBE PSYNC PUBLISH QUIT RANDOMKEY READONLY READWRITE REPLCONF REPLICAOF RESET ROLE SAVE "
    "SCAN SELECT SHUTDOWN SLAVEOF SPUBLISH SSUBSCRIBE SUBSCRIBE SWAPDB SYNC TIME UNSUBSCRIBE UNWATCH WAIT WAITAOF".split()
)


@dataclass(frozen=True, slots=True)
class Logged:
    """`key` has no prefix, and is cut behind the kind where it is secret. `foreign_bytes`: the key is not ours, and so long.

    `arguments` and `argument_bytes` are counted behind the command's name; not `is_whole`: there were more bytes.
    """

    command: str
    script: str
    part: str
    key: str
    foreign_bytes: int | None
    arguments: int
    argument_bytes: int
    is_whole: bool

    @property
    def address(self) -> str:
        """Where the key has a page; empty for one that is not shown whole."""
        return "" if self.key.endswith(_CUT) else names.address_of(self.key.encode())


def describe(words: Sequence[bytes]) -> Logged:
    """A command as the log has it. Whatever the words are, this does not fail."""
    words, left_out = _without_note(words)
    command = _command(words)
    raw_key = _key(words)
    ours = None if raw_key is None else namespaces.of_key(raw_key.decode(errors="replace"))
    return Logged(
        command=command,
        script=_script(words),
        part=ours.title if ours else "",
        key=_shown(raw_key, ours) if raw_key is not None and ours else "",
        foreign_bytes=None if raw_key is None or ours else len_of(raw_key),
        arguments=max(len(words) - 1, 0) + left_out,
        argument_bytes=sum(map(len_of, words[1:])),
        is_whole=not left_out,
    )


def len_of(word: bytes) -> int:
    """How long a word was before the server cut it."""
    note = _MORE_BYTES.search(word) if len(word) > MOST_BYTES else None
    return len(word) if note is None else MOST_BYTES + int(note[1])


def _without_note(words: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
    note = _MORE_WORDS.fullmatch(words[-1]) if len(words) == MOST_WORDS else None
    return (words, 0) if note is None else (words[:-1], int(note[1]))


def _command(words: Sequence[bytes]) -> str:
    family = _word(words, 0)
    return f"{family} {_word(words, 1)}" if family in _FAMILIES and len(words) > 1 else family


def _word(words: Sequence[bytes], place: int) -> str:
    """One that names a command, and nothing that only stands in its place."""
    word = words[place].decode(errors="replace").upper() if place < len(words) else ""
    return word if _COMMAND.fullmatch(word) else "?"


def _key(words: Sequence[bytes]) -> bytes | None:
    """The first key of the command, None if it has none."""
    place = _place_of_key(words)
    return None if place is None or place >= len(words) else words[place]


def _place_of_key(words: Sequence[bytes]) -> int | None:
    command = _word(words, 0)
    if command in _KEYLESS:
        return None
    if command in _SCRIPTS:
        return 3 if _number(words, 2) else None
    if command in _KEY_AFTER_A_WORD:
        return 2
    if command in _STREAMS:
        return next((place + 1 for place, word in enumerate(words) if word.upper() == b"STREAMS"), None)
    if command in _FAMILIES:
        has_key = command in _FAMILIES_WITH_A_KEY or (command == "MEMORY" and _word(words, 1) == "USAGE")
        return 2 if has_key else None
    return 3 if command in ("BLMPOP", "BZMPOP") else 1


def _number(words: Sequence[bytes], place: int) -> int:
    return int(words[place]) if place < len(words) and words[place].isdigit() else 0


def _shown(raw_key: bytes, ours: Namespace) -> str:
    if ours.content is Content.SECRET:
        return ours.start + _CUT
    name = raw_key.decode(errors="replace").removeprefix(conf.key_prefix())
    return _MORE_BYTES.sub(b"", name.encode()).decode() + _CUT if len(raw_key) > MOST_BYTES else name


def _script(words: Sequence[bytes]) -> str:
    """Its name, where it is one of ours."""
    if len(words) < 2 or _word(words, 0) not in _SCRIPTS:
        return ""
    told = words[1]
    for script in scripts.known():
        text = script.text.encode()
        if told == script.digest.encode() or _is_cut_from(told, text):
            return script.name
    return ""


def _is_cut_from(word: bytes, text: bytes) -> bool:
    return len_of(word) == len(text) and text.startswith(_MORE_BYTES.sub(b"", word))
