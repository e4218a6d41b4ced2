"""Who is called at the beginning of the student's words ("@Leila …") is no part of what is said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from platform_app.offline.text.words import fold

_CALL = re.compile(r"\s*@(?P<first>[^\W\d_][^\s,:;?!@]*)(?P<mark>[,:;?!]?)\s*(?:(?:and|&)\s+(?=@))?")
_WORD = re.compile(r"(?P<word>[^\s,:;?!@]+)(?P<mark>[,:;?!]?)\s*(?:(?:and|&)\s+(?=@))?")


def without_calls(text: str, names: Iterable[str]) -> str:
    """`text` without the mentions at its beginning; the rest of a called name goes with them."""
    parts = {fold(part).lower() for name in names for part in name.split()}
    rest = text
    while (called := _CALL.match(rest)) and not re.search(r"['’]s$", called["first"]):
        mark, rest = called["mark"], rest[called.end() :]
        while not mark and (word := _WORD.match(rest)) and fold(word["word"]).lower() in parts:
            mark, rest = word["mark"], rest[word.end() :]
    return rest.strip() if rest != text else text
