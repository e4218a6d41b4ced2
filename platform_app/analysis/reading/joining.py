"""Joins lines that were broken only because the page ended there; used by every reader that sees lines."""

from __future__ import annotations

import re

LIST_MARK = re.compile(r"^\s*([•●○◦▪■□‣⁃·–—*-]|\(?(\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)])(?=\s)")
LONE_LIST_MARK = re.compile(r"^([•●○◦▪■□‣⁃·–—*-]|\(?(\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)])$")
ENDS_SENTENCE = re.compile(r"[.!?:;。！？؟]['\"’”»)\]]*$")
NO_LETTER = re.compile(r"[\W\d_]")
HYPHENS = "\u2010\u00ad-"
# Chinese, Japanese: their lines are joined without a space. Korean has spaces.
NO_SPACE_SCRIPT = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Joiner:
    """Knows the words of one document, to tell a hyphen of the line break from a hyphen of the word."""

    def __init__(self, text: str) -> None:
        self._words = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.casefold()))

    def join(self, before: str, after: str) -> str:
        """Two pieces of one paragraph as one line."""
        before, after = before.rstrip(), after.lstrip()
        if not before or not after:
            return before + after
        if before[-1] in HYPHENS and before[-2:-1].isalnum():
            return self._without_break(before, after)
        if NO_SPACE_SCRIPT.match(before[-1]) and NO_SPACE_SCRIPT.match(after[0]):
            return before + after
        return f"{before} {after}"

    def _without_break(self, before: str, after: str) -> str:
        left = NO_LETTER.split(before[:-1])[-1].casefold()
        right = NO_LETTER.split(after, maxsplit=1)[0].casefold()
        if not right and not after[0].isdigit():
            return f"{before} {after}"
        if after[0].islower() and left and not self._is_compound(left, right):
            return before[:-1] + after
        if re.match(r"(and|or|und|oder|et|ou|y|o|e)\b", after):
            return f"{before} {after}"
        return before + after

    def _is_compound(self, left: str, right: str) -> bool:
        """`long-` and `term` belong together with a hyphen if the document writes "long-term" and never "longterm"."""
        return f"{left}-{right}" in self._words and left + right not in self._words
