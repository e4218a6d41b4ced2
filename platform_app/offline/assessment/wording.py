"""How judgements are put into words: lists, beginnings of sentences, quotations, criteria without their figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.offline.text.figures import figures


def listing(items: Sequence[str], *, joiner: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; items that are lists themselves are set apart by semicolons."""
    distinct = list(dict.fromkeys(items))
    if len(distinct) < 2:
        return "".join(distinct)
    nested = any(re.search(r",| and | or ", re.sub(r"\([^)]*\)|“[^”]*”", "", item)) for item in distinct)
    comma, last = ("; ", "; ") if nested else (", ", " ")
    return f"{comma.join(distinct[:-1])}{last}{joiner} {distinct[-1]}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def without_figures(text: str) -> str:
    """A part of a criterion without the numbers that would give the answer away: "the covenant of 2.5 million" → "the covenant"."""
    bare = re.sub(r"\s*\([^)]*\)?", "", text)
    for figure in figures(bare):
        bare = re.sub(
            rf"\s*(?:\b(?:of|by|from|to|at|over|under|about|than)\s+)*{re.escape(figure)}(?:\s+(?:kroner|euros?|dollars?|pounds?))?",
            "",
            bare,
        )
    return re.sub(r"\s+", " ", bare).strip(" ,;.:-")


def shortened(quote: str, longest: int = 110) -> str:
    """A quotation that fits into a sentence: cut at a word, without the full stop at its end."""
    if len(quote) <= longest:
        return quote.rstrip(" .")
    return f"{quote[:longest].rsplit(' ', 1)[0].rstrip(' ,;:–—')} …"
