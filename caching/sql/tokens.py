"""SQL text to words in one linear scan. It knows where names, strings and comments begin and end, and nothing of grammar.

A word is a string whose first character says what it is:
    select      a keyword or bare name, in lower case          "Name → "name    a quoted name, in lower case, unescaped
    '…          a string; its content only on SQLite           %s  %(name)s     a placeholder
    0           a number                                       ...              a shortened list, see `shorten`
    anything else is one character of an operator.

Names are compared in lower case although PostgreSQL may tell "a" from "A": two tables that are taken for one are
invalidated together, which is safe. A text whose end of a string or comment cannot be found is not `understood`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

POSTGRESQL: Final = "postgresql"
# PostgreSQL keeps this many bytes of a name.
LONGEST_NAME = 63

_LETTER = r"A-Za-z_\x80-\U0010ffff"
_PLACEHOLDER = r"(?P<placeholder>%s|%\([^()]*+\)s)|(?P<percent>%%)"
# Possessive quantifiers: nothing is tried twice. A `broken` word ends the scan, so its failed search is paid once.
_COMMON = rf"""
    (?P<word>[{_LETTER}][{_LETTER}0-9$]*+)
    | (?P<number>[0-9]++(?:\.[0-9]*+)?+(?:[eE][+-]?[0-9]++)?+)
    | {_PLACEHOLDER}
    | (?P<broken>['"]|/\*)
    | (?P<shortened>\.\.\.)
    | (?P<operator>\S)
"""
_STRING = r"'[^']*+(?:''[^']*+)*+'"
_QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
_SQLITE = rf"""
    (?P<quoted>{_QUOTED}|`[^`]*+(?:``[^`]*+)*+`|\[[^\]]*+\])
    | (?P<string>{_STRING})
    | (?P<comment>--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)
    | (?P<unclosed>[`\[])
    | {_COMMON}
"""
# A dollar tag longer than a name is none that anybody writes; U&"…" may spell a name in escapes.
_POSTGRESQL = rf"""
    (?P<quoted>{_QUOTED})
    | (?P<string>{_STRING}|\$(?P<tag>(?:[{_LETTER}][{_LETTER}0-9]{{0,62}}+)?+)\$[\s\S]*?\$(?P=tag)\$)
    | (?P<escaped>[eE]'[^'\\]*+(?:(?:''|\\[\s\S])[^'\\]*+)*+')
    | (?P<comment>--[^\n\r]*+|/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/)
    | (?P<unclosed>[eE]'|[uU]&"|\$(?:[{_LETTER}][{_LETTER}0-9]*+)?+\$)
    | {_COMMON}
"""
_FLAGS = re.VERBOSE | re.ASCII
_PATTERNS = {
    True: re.compile(_POSTGRESQL, _FLAGS),
    False: re.compile(_SQLITE, _FLAGS),
}
# Those of the server itself, which count as well where the driver lets them through.
_NATIVE_PLACEHOLDERS = {True: frozenset("$"), False: frozenset("?:@$")}
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_PERCENT = re.compile(r"%(?:\([^()]*+\))?+[\s\S]?")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`countable`: each placeholder of the driver is one of `words`, in the driver's order."""

    words: tuple[str, ...]
    understood: bool
    countable: bool


def scan(sql: str, vendor: str) -> Tokens:
    postgresql = vendor == POSTGRESQL
    words: list[str] = []
    position: int | None = 0
    while position is not None:
        position, understood = _scan_from(sql, position, words, postgresql=postgresql)
    return Tokens(tuple(words), understood, understood and _is_countable(sql, words, postgresql=postgresql))


def _scan_from(sql: str, position: int, words: list[str], *, postgresql: bool) -> tuple[int | None, bool]:
    """Appends to `words`. Returns where to go on, if a nested comment lies in between, and whether all is well."""
    append = words.append
    for match in _PATTERNS[postgresql].finditer(sql, position):
        kind, text = match.lastgroup, match[0]
        if kind == "quoted":
            append('"' + _name(text, postgresql=postgresql))
        elif kind == "word":
            append(_cut(text.lower(), postgresql=postgresql))
        elif kind == "string":
            append("'" if postgresql else "'" + text[1:-1].lower())
        elif kind == "number":
            append("0")
        elif kind == "escaped":
            append("e'")
        elif kind in _UNREADABLE:
            end = _end_of_comment(sql, match.start()) if postgresql and text == "/*" else None
            return end, end is not None
        elif kind not in _SILENT:
            append(text)
    # 'a' on the line after E'…' goes on in its manner: where it ends is anybody's guess.
    return None, "e'" not in words or ("e'", "'") not in pairwise(words)


_UNREADABLE = frozenset({"broken", "unclosed"})
_SILENT = frozenset({"comment", "percent"})


def _name(quoted: str, *, postgresql: bool) -> str:
    quote, name = quoted[0], quoted[1:-1].lower()
    if quote in name:
        name = name.replace(quote * 2, quote)
    return _cut(name, postgresql=postgresql)


def _cut(name: str, *, postgresql: bool) -> str:
    if not postgresql or len(name) <= LONGEST_NAME // 4:
        return name
    return name.encode(errors="surrogatepass")[:LONGEST_NAME].decode(errors="ignore")


def _end_of_comment(sql: str, position: int) -> int | None:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return None


def _is_countable(sql: str, words: Sequence[str], *, postgresql: bool) -> bool:
    """Drivers look for placeholders in strings and comments too, and have kinds of their own."""
    if not _NATIVE_PLACEHOLDERS[postgresql].isdisjoint(words):
        return False
    if "%" not in sql:
        return True
    percents = [text for text in _PERCENT.findall(sql) if text != "%%"]
    return percents == [word for word in words if is_placeholder(word)]


def is_name(word: str) -> bool:
    """Whether it may name something. Keywords may: there are tables called "order"."""
    first = word[0]
    return first == '"' or first == "_" or first.isalpha() or first > "\x7f"


def is_placeholder(word: str) -> bool:
    """A lone % is the remainder operator."""
    return word[0] == "%" and word != "%"


def name_of(word: str) -> str:
    """Of a word that `is_name`, or of a string, which SQLite takes for a name where it needs one."""
    return word[1:] if word[0] in "\"'" else word


# The values of a list may have brackets of their own; SQLite gets it as equalities from Django.
_LIST = re.compile(
    r'IN \((?:%s(?:, %s)++|\(%s\)(?:, \(%s\))*+)\)|\(("\w++"\."\w++") = %s(?: OR \1 = %s)++\)', re.ASCII
)
_ROWS = re.compile(r"(VALUES )(\(%s(?:, %s)*+\))((?:, \2)++)")


def shorten(sql: str) -> tuple[str, tuple[int, ...]]:
    """The text with every list of placeholders as `IN (%s, ...)` and equal rows of VALUES as one and `...`, so that texts
    that differ in their numbers are one; and how many placeholders each `...` stands for. No valid SQL contains `...`.

    Lists are `IN (%s, %s)`, `IN ((%s), (%s))` and, in brackets, `"t"."c" = %s OR "t"."c" = %s`.
    """
    hidden: list[int] = []

    def shorten_list(match: re.Match[str]) -> str:
        more = match[0].count("%s") - 1
        if more:
            hidden.append(more)
        short = "IN (%s, ...)" if more else "IN (%s)"
        return f"({match[1]} {short})" if match[1] else short

    def shorten_rows(match: re.Match[str]) -> str:
        hidden.append(match[3].count("%s"))
        return f"{match[1]}{match[2]}, ..."

    if sql.startswith("INSERT"):
        return _ROWS.sub(shorten_rows, sql), tuple(hidden)
    return _LIST.sub(shorten_list, sql), tuple(hidden)
