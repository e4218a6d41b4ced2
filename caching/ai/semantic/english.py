"""The words of an English question, and what they do in it. Pure.

Only the few words that never change what is asked are silent; whatever is not listed here carries meaning.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Role = Literal["silent", "question", "negation", "meaning", "pause"]

SILENT = frozenset("a an the of please kindly actually really exactly also hi hello ok okay thanks".split())
NEGATIONS = frozenset("no not never none nobody nothing nowhere neither nor without hardly barely".split())
QUESTION = frozenset(
    "what which who whom whose why when where how whether if "
    "is do did was had will shall would should must can could may might".split()
)
"""What kind of question it is, and whether a thing is done, was done, may be done or has to be. These words move when a
sentence is turned round; all others keep their place."""
OTHER_SMALL_WORDS = frozenset(
    "to in on at for by with about from into out before after over under up down between than as and or but because all any "
    "some only more most less very too just i you we he she it they this these that there then so be have".split()
)
"""They mean something, and show that a text is English."""
SAME = {
    "am": "is",
    "are": "is",
    "does": "do",
    "were": "was",
    "me": "i",
    "my": "i",
    "your": "you",
    "yours": "you",
    "us": "we",
    "our": "we",
    "ours": "we",
    "him": "he",
    "his": "he",
    "her": "she",
    "hers": "she",
    "them": "they",
    "their": "they",
    "theirs": "they",
    "ought": "should",
    "has": "have",
    "on": "about",
    "regarding": "about",
    "concerning": "about",
    "vs": "versus",
    "%": "percent",
    "$": "dollar",
    "€": "euro",
    "£": "pound",
}
"""Words that stand for one another in every question. Short on purpose: a synonym that fits most sentences is a trap in the
others."""
NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
ORDINAL_WORDS = {
    word: f"{number}th"
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}

_APOSTROPHES = str.maketrans("’‘ʼ´`", "'''''")
_SHORT_FORMS = (
    (re.compile(r"\bcan't\b", re.I), lambda _: "can not"),
    (re.compile(r"\bshan't\b", re.I), lambda _: "shall not"),
    (re.compile(r"\bwon't\b", re.I), lambda _: "will not"),
    (re.compile(r"\bcannot\b", re.I), lambda _: "can not"),
    (re.compile(r"n't\b", re.I), lambda _: " not"),
    (re.compile(r"'ll\b", re.I), lambda _: " will"),
    (re.compile(r"'ve\b", re.I), lambda _: " have"),
    (re.compile(r"'(?:re|m)\b", re.I), lambda _: " is"),
    (
        re.compile(r"\b(what|who|where|when|why|how|that|there|here|it|he|she)'s\b", re.I),
        lambda found: f"{found[1]} is",
    ),
    (re.compile(r"'d\b", re.I), lambda _: " would"),
    (re.compile(r"'s\b|(?<=s)'(?!\w)", re.I), lambda _: ""),
    (
        re.compile(r"\bwhat is (your|their|his|her) (?:opinion|view) (?:on|about|of)\b", re.I),
        lambda found: f"what do {found[1]} think about",
    ),
    (re.compile(r"\bper cent\b", re.I), lambda _: "percent"),
    (re.compile(r"([$€£])\s*(\d+(?:[.,]\d+)*)"), lambda found: f"{found[2]} {found[1]}"),
)
_FRAME = re.compile(
    r"^\W*(?:(?:hi|hello|please|ok|okay)\b\W*)*"
    r"(?:(?:could|can|would|will) you (?:please |kindly )?(?:tell|explain to|remind) (?:me|us)\b"
    r"|(?:please )?(?:tell|remind) (?:me|us)\b"
    r"|i (?:would|want) (?:like )?to know\b)\W*",
    re.I,
)
"""How one asks politely: it says who speaks to whom, which is the same in every question."""
_TOKEN = re.compile(
    r"(?P<number>(?:(?<![\w.,])-)?\d+(?:[.,]\d+)*)(?P<ordinal>(?:st|nd|rd|th)\b)?"
    r"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)"
    r"|(?P<pause>,+)|(?P<end>[.!?:;\n]+)"
    r"|(?P<mark>[^\s\w.,;:!?'\"()\-–—…“”]|_)"
)
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+")


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is what it is compared by. `is_name`: a capital where English writes none, so a name or an acronym."""

    text: str
    role: Role = "meaning"
    is_number: bool = False
    is_capital: bool = False
    is_name: bool = False


def words_of(text: str) -> list[Word]:
    """The words of a question in their order, short forms written out, without the frame of politeness."""
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    for short, written_out in _SHORT_FORMS:
        plain = short.sub(written_out, plain)
    plain = _FRAME.sub("", plain, count=1)
    words: list[Word] = []
    begins = True
    for token in _TOKEN.finditer(plain):
        words.append(_word(token, begins=begins))
        begins = bool(token["end"])
    return _without_pauses_around(words)


def _without_pauses_around(words: list[Word]) -> list[Word]:
    """What stands at the end of a question is no matter; in its midst a comma may part what belongs together."""
    spoken = [place for place, word in enumerate(words) if word.role != "pause"]
    return words[spoken[0] : spoken[-1] + 1] if spoken else []


def _word(token: re.Match[str], *, begins: bool) -> Word:
    if token["number"]:
        return Word(_plain_number(token["number"]) + ("th" if token["ordinal"] else ""), is_number=True)
    if token["pause"] or token["end"]:
        return Word("," if token["pause"] else ".", "pause")
    if token["mark"]:
        return Word(SAME.get(token["mark"], token["mark"]))
    return _spoken(token["word"], begins=begins)


def _spoken(word: str, *, begins: bool) -> Word:
    lower = word.lower()
    is_acronym = len(word) > 1 and word.isupper()
    is_capital = word[0].isupper() and lower != "i"
    # US and us, IT and it, May and may: with a capital it is somebody or something.
    if is_acronym or (is_capital and not begins):
        return Word(_singular(lower), is_capital=True, is_name=True)
    number = NUMBER_WORDS.get(lower) or ORDINAL_WORDS.get(lower)
    if number:
        return Word(number, is_number=True, is_capital=is_capital)
    same = SAME.get(lower, lower)
    return Word(same if same != lower else _singular(lower), _role(same), is_capital=is_capital)


def _role(word: str) -> Role:
    if word in NEGATIONS:
        return "negation"
    if word in SILENT:
        return "silent"
    return "question" if word in QUESTION else "meaning"


def _singular(word: str) -> str:
    """Cost and costs ask the same. No other ending is cut: increased is not increasing."""
    if _role(word) != "meaning":
        return word
    return (
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )


def _plain_number(digits: str) -> str:
    return digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits


def letter_for_letter(text: str) -> list[str]:
    """For what is not English: all that may differ is the case, the form of a character and the space between words."""
    return unicodedata.normalize("NFKC", text).casefold().split()


def is_english(words: list[Word]) -> bool:
    """Whether a fifth of the words are small words of English. When in doubt it is not."""
    spoken = [word for word in words if not word.is_number and word.role != "pause"]
    small = sum(word.role != "meaning" or word.text in OTHER_SMALL_WORDS for word in spoken)
    return bool(small) and 5 * small >= len(spoken) and all(_is_plain(word) for word in spoken)


def _is_plain(word: Word) -> bool:
    """Names come from everywhere, as long as they are written in Latin letters."""
    if word.is_capital:
        return all("LATIN" in unicodedata.name(letter, "") for letter in word.text if letter.isalpha())
    return word.text.isascii() or not word.text.isalpha()
