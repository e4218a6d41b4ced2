"""What printing and copying left in a text: running headers, page numbers, hyphens at line ends, odd spaces, markup."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_LIGATURES = str.maketrans(
    {
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬀ": "ff",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
        "\u00a0": " ",
    }
    | {
        "\u2007": " ",
        "\u202f": " ",
        "\u2011": "-",
        "\x0c": "\n",
        "\x0b": "\n",
        "\u2028": "\n",
        "\u2029": "\n\n",
    }
)
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:page|p\.|seite|página|pagina)\s*)?\d{1,4}(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,4})?\W*$",
    re.IGNORECASE,
)
_HEADER_WITH_PAGE = re.compile(
    r"^.{0,70}\bpage\s+\d+(?:\s+of\s+\d+)?\W*$|^page\s+\d+\s{2,}.{0,70}$", re.IGNORECASE
)
_NOTICE = re.compile(
    r"^(?:©|\(c\)\s|copyright\b|all rights reserved|do not (?:copy|post|distribute)|this document is authorized|"
    r"downloaded (?:from|by)|confidential\W*$|for classroom use|printed on\b|https?://\S+$|www\.\S+$)",
    re.IGNORECASE,
)
_AUTHORS = re.compile(
    r"(?:prepared|wrote|written|developed|authored) (?:this|the) case|this case (?:study )?was (?:prepared|written|developed)|"
    r"^(?:case )?(?:prepared|written) by\b|^by [A-ZÀ-Ý][\w.'’-]+(?:\s[A-ZÀ-Ý][\w.'’-]+){1,4}(?:,|\sand|\s&|$)|^authors?:",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"\b(?:journal|review|case (?:collection|centre|center|library|series)|press|university|quarterly|publishing|business school)\b",
    re.IGNORECASE,
)
_ISSUE_MARK = r"(?:(?:\b(?:vol(?:ume|\.)|no\.|nr\.|issue|number|pp?\.|case (?:no\.?|number)|ISSN|ISBN|DOI)|©|\(c\))[ :]{0,2}[\w./()–-]{0,30}\d[\w./()–-]{0,30})"
_ISSUE = re.compile(rf"{_ISSUE_MARK}(?P<rest>.*)$", re.IGNORECASE)
_ONLY_ISSUE = re.compile(rf"^{_ISSUE_MARK}(?:[\s,;|·–—-]{{1,4}}{_ISSUE_MARK}){{0,4}}\W*$", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|`)(?=\S)(.{1,300}?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]{0,300})\]\([^)]{0,500}\)")
_HYPHENATED = re.compile(r"([^\W\d_]{2})-\n[ \t]*(?=[a-zà-öø-ÿ]{2})")
_FURNITURE_LENGTH = 90
_LONGEST_IMPRINT, _FIRST_LINES = 140, 8


def normalise(text: str) -> str:
    """Composed characters, plain spaces and line feeds; words hyphenated over two lines are one again."""
    plain = unicodedata.normalize("NFC", text).translate(_LIGATURES).replace("\r\n", "\n").replace("\r", "\n")
    return _HYPHENATED.sub(r"\1", plain)


def without_markup(line: str) -> str:
    """A line without the emphasis and links of Markdown; its words stay."""
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line)) if any(mark in line for mark in "*_`[") else line


def _shape(line: str) -> str:
    """What a running header has in common on all pages: its words without page numbers."""
    return re.sub(
        r"\d+", "#", re.sub(r"[\W\d]+$|^[\W\d]+(?=[^\W\d])", "", line.strip().lower()) or line.strip()
    )


def _is_furniture(line: str, *, times: int, first: bool) -> bool:
    line = line.strip("*_# ")
    if line in ("[…]", "[...]"):
        return True
    if (
        _PAGE_NUMBER.match(line)
        or _HEADER_WITH_PAGE.match(line)
        or _NOTICE.match(line)
        or _AUTHORS.search(line[:200])
    ):
        return True
    short = len(line) <= _FURNITURE_LENGTH and "|" not in line and "\t" not in line
    return short and times >= 3 and not first and not line.rstrip().endswith((".", "?", "!", ":"))


def _is_imprint(line: str) -> bool:
    """Whether a line only says where a case was published: "Southern Africa Case Journal, vol. 12"."""
    plain = line.strip("*_# ")
    if len(plain) > _LONGEST_IMPRINT or plain.endswith(("?", "!")):
        return False
    if _ONLY_ISSUE.match(plain):
        return True
    issue = _ISSUE.search(plain)
    sentence = plain.endswith(".") and len(plain.split()) > _LONGEST_IMPRINT // 12
    return (
        bool(issue and _PUBLISHER.search(plain))
        and not sentence
        and ":" not in (issue["rest"] if issue else "")
    )


def _without_imprint(lines: list[str]) -> list[str]:
    """Without the imprint among the first lines, wherever it stands again: it heads every page."""
    opening = [line for line in lines if line.strip()][:_FIRST_LINES]
    imprints = {_shape(line) for line in opening if _is_imprint(line)}
    return [line for line in lines if not line.strip() or _shape(line) not in imprints] if imprints else lines


def printed_lines(text: str) -> list[str]:
    """The lines of `text` without running headers (kept where they first stand), page numbers, notices and author lines."""
    lines = _without_imprint([line.rstrip() for line in normalise(text).split("\n")])
    times = Counter(_shape(line) for line in lines if line.strip())
    kept: list[str] = []
    seen: set[str] = set()
    for line in lines:
        stripped = line.strip()
        shape = _shape(line)
        if not stripped or not _is_furniture(stripped, times=times[shape], first=shape not in seen):
            kept.append(line)
        seen.add(shape)
    return kept
