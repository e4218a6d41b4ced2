"""Words: folding, stemming, stop words and small groups of synonyms.

The stemmer is light on purpose: it makes "closing", "closed" and "closes" one word, and never more than that. What differs by
more (decision/decide) stands in the groups of synonyms.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")

STOPWORDS = frozenset(
    """a about above across along another amid after again against all almost along already also although always am among an and any anyone anything are
    around as ask asked asks at away back be became because become been before behind being below besides between beyond both
    but by came can cannot come comes could did do does doing don done down during each either else ever every everyone
    everything few first for from further gave get gets getting give given gives go goes going got had has have having he
    hello her here hers herself hey hi him himself his how however i if in indeed instead into is it its itself just know let
    like likely little look made make makes making many matter may maybe me mean means might mine more most much must my
    myself near need needs neither never no nobody none nor not nothing now of off often ok okay on once one only onto or
    other others ought our ours ourselves out over own per perhaps please put quite rather really said same saw say says see
    seem seems several shall she should since so some somebody someone something sometimes soon still such take takes tell
    than thank thanks that the their theirs them themselves then there these they thing things think this those though through
    thus to together told too toward towards under until up upon us use used very want wants was way we well went were what
    whatever when where whether which while who whole whom whose why will with within without would yes yet you your yours
    yourself i'm i'd i'll i've you're it's that's don't doesn't didn't can't won't isn't aren't wasn't we're we've let's
    what's they're there's he's she's wouldn't couldn't shouldn't haven't hasn't lot bit kind sort""".split()
)

_GROUPS = """
accept approve sign
acquire acquisition takeover merger merge buyout
advise advice recommend recommendation suggest suggestion propose proposal
alternative option choice
automate automation robot
bank lender loan credit debt borrow
board director
build construct construction
buy purchase procure procurement
capacity throughput
cash liquidity
cause reason root
client customer buyer consumer shopper
close closure shut closing
competitor rival competition compete
contract agreement deal offer bid
cost expense spend spending expenditure
cut reduce reduction lower decrease
decide decision decisive
delay late lateness postpone
demand order volume
deliver delivery ship shipment
employee staff worker workforce personnel labour labor people
error mistake defect fault
expand expansion grow growth
figure number data evidence
finance financial financing fund funding money
goal aim objective target
hire recruit recruitment
hospital clinic ward
improve improvement
increase raise rise
invest investment capital
manager management executive
nurse nursing
patient
pay wage salary compensation remuneration
plan strategy strategic
plant factory site
price pricing tariff fee
problem issue challenge difficulty trouble
produce production manufacture manufacturing output
product range assortment
profit profitability margin earning ebit ebitda
quality
quit leave resign resignation attrition
revenue sale sell
risk danger threat exposure
safe safety
school university college
share shareholder equity owner ownership
shop store outlet
short shortage lack
strike union
supplier supply vendor sourcing
system software platform
team group
time deadline schedule timing
train training
trade-off tradeoff compromise
warehouse depot logistics
"""


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    special = {
        "ß": "s",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "æ": "a",
        "Æ": "A",
        "’": "'",
    }
    return special.get(character) or unicodedata.normalize("NFD", character)[0]


def fold(text: str) -> str:
    """`text` without accents and with straight apostrophes, of the same length, so that positions stay valid."""
    return text if text.isascii() else "".join(map(_fold_character, text))


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _without_ending(word: str) -> str:
    for ending in ("ingly", "edly", "ing", "ed", "ly", "ment"):
        stem_ = word.removesuffix(ending)
        if stem_ != word and len(stem_) > 2 and re.search(r"[aeiouy]", stem_):
            doubled = len(stem_) > 3 and stem_[-1] == stem_[-2] and stem_[-1] not in "lsz"
            return stem_[:-1] if doubled else stem_
    return word


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """The form under which a word is counted: lower case, no accents, without plural and common endings."""
    plain = fold(word).lower().removesuffix("'s").strip("'.-&")
    if not plain.isalpha() or len(plain) < 4:
        return plain
    shortened = _without_ending(_without_plural(plain))
    shortened = shortened[:-1] + "i" if shortened.endswith("y") and len(shortened) > 3 else shortened
    return shortened[:-1] if shortened.endswith("e") and len(shortened) > 3 else shortened


_CANONICAL = {
    stem(word): stem(group.split()[0]) for group in _GROUPS.strip().splitlines() for word in group.split()
}


def canonical(stemmed: str) -> str:
    """One name for all members of a group of synonyms."""
    return _CANONICAL.get(stemmed, stemmed)


def words(text: str) -> list[str]:
    return WORD.findall(text)


def is_stopword(word: str) -> bool:
    return fold(word).lower() in STOPWORDS


def content_words(text: str) -> list[str]:
    """The words that carry meaning, in order, as they stand."""
    return [
        word for word in WORD.findall(text) if not is_stopword(word) and (len(word) > 1 or word.isdigit())
    ]


@lru_cache(maxsize=20_000)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the content words of `text`, in order; of words too short to be stemmed the words."""
    return tuple(stem(word) for word in content_words(text))


def concepts(text: str) -> frozenset[str]:
    """The set of meanings of `text`: stems with synonyms made one."""
    return frozenset(canonical(each) for each in stems(text))
