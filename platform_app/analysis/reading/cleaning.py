"""Tidies characters, never words: line ends, ligatures, composed letters (NFC), and what no reader sees.

Not NFKC: that would rewrite letters of names and symbols of the author's (½, ², ™). Only presentation forms, which are
shapes of letters and not letters, are turned back.
"""

from __future__ import annotations

import re
import unicodedata

LINE_ENDS = re.compile("\r\n?|[\v\f\u0085\u2028\u2029]")
# Control characters, soft hyphens, zero-width spaces, direction marks and overrides, byte-order marks, lone surrogates
# and non-characters. Zero-width joiners stay: Persian and Indian names need them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
# Latin, Armenian, Hebrew and Arabic letters in the shape that they have beside their neighbours.
PRESENTATION_FORMS = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdcf\ufdf0-\ufdfb\ufe70-\ufefc]")
# Word's Symbol and Wingdings fonts draw their bullets from the private area; nothing else there has a meaning to us.
PRIVATE_BULLETS = re.compile("[\uf0a7\uf0a8\uf0b7\uf0d8\uf076\uf02d\uf0fc]")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
ODD_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
UNMAPPED = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")


def clean_markup(text: str) -> str:
    """For text whose spaces and blank lines mean something (Markdown)."""
    return INVISIBLE.sub("", unicodedata.normalize("NFC", LINE_ENDS.sub("\n", text)))


def clean(text: str) -> str:
    """For running text: single spaces within a line, none at its ends, at most one blank line in a row."""
    text = PRIVATE.sub("", PRIVATE_BULLETS.sub("•", clean_markup(text)))
    text = PRESENTATION_FORMS.sub(_plain_letters, text)
    text = re.sub(" {2,}", " ", ODD_SPACES.sub(" ", text).replace("\t", " "))
    text = re.sub(" *\n *", "\n", text)
    return re.sub("\n{3,}", "\n\n", text).strip()


def share_unmapped(text: str) -> float:
    """How much of a text is characters that stand for nothing: private ones, control characters, replacements."""
    return len(UNMAPPED.findall(text)) / max(len(text), 1)


def _plain_letters(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group())
