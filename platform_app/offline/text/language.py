"""Which language a text is in, by its commonest words; and what is no language at all."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from platform_app.offline.text.words import words

_COMMON = {
    "English": "the of and to in is that it for was on are with as be at this have from or by not but what we you they which how "
    "would should do can will i your our if there their has who why when about could my me an so us",
    "German": "der die das und ist nicht ein eine zu den mit von für auf wir sie ich es dem des im wie was warum kann können "
    "sollte werden wird haben hat auch sind bei aus oder unser unsere über dass einen einem wenn aber welche",
    "Spanish": "el la los las de que y en un una es por con para no se su lo como más pero qué cómo nuestra nuestro sobre está "
    "debe debemos podemos usted ustedes hay del al si cuál por qué son le mi",
    "French": "le la les des et est une un que qui pour dans pas nous vous il elle sur avec ce cette au aux du plus mais comment "
    "pourquoi quel quelle notre votre sont être avons devons peut je si ne",
    "Italian": "il lo gli che di è una un per non con del della sono come più ma perché cosa nostro nostra dobbiamo questo questa "
    "nel alla dei delle possiamo quale si",
    "Portuguese": "o os as que de e em um uma é por com para não se seu sua como mais mas qual nosso nossa sobre está devemos "
    "podemos você do da no na dos são eu",
    "Dutch": "de het een en van is dat niet op voor met zijn we wij ze ik wat hoe waarom moeten kunnen ons onze over maar ook bij "
    "aan er uit worden heeft als naar",
    "Danish, Norwegian or Swedish": "og och det er är en et ett at att som på af av for för ikke inte vi hvad hvordan hvorfor vad "
    "hur varför skal ska kan har med til till om den vores vår jeg jag",
    "Polish": "i w na nie się jest to że z do jak co czy dlaczego po za od przez dla są być może nasz nasza o ale który która",
    "Turkish": "ve bir bu için ne nasıl neden mi mı da de ile çok daha olarak var değil biz bizim gibi olan ama en",
}
_WORDS = {language: frozenset(listed.split()) for language, listed in _COMMON.items()}
_SCRIPTS = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "ARABIC": "Arabic",
} | {
    "CYRILLIC": "Russian",
    "GREEK": "Greek",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Hindi",
    "THAI": "Thai",
}
_ENOUGH_WORDS = 3


def _script(text: str) -> str:
    """The language of a script that is not Latin, if most letters are of it."""
    letters = [letter for letter in text[:400] if letter.isalpha()]
    foreign = Counter(
        unicodedata.name(letter, "LATIN").split()[0] for letter in letters if ord(letter) > 0x2FF
    )
    if not foreign or sum(foreign.values()) < 0.5 * len(letters):
        return ""
    return _SCRIPTS.get(foreign.most_common(1)[0][0], "")


@lru_cache(maxsize=512)
def language_of(text: str) -> str:
    """ "English", another language by its English name, or "" when there is too little to tell."""
    if script := _script(text):
        return script
    listed = [word.lower() for word in words(text[:4000])]
    scores = {language: sum(word in common for word in listed) for language, common in _WORDS.items()}
    best = max(scores, key=lambda language: (scores[language], language == "English"))
    clear = scores[best] >= 2 and (best == "English" or scores[best] > 1.3 * scores["English"])
    return best if clear and len(listed) >= _ENOUGH_WORDS else ""


def common_words(language: str) -> frozenset[str]:
    """The words of a language that carry no meaning of their own."""
    return _WORDS.get(language, frozenset())


def is_gibberish(text: str) -> bool:
    """Keys hit at random, a letter repeated, no vowel in any word."""
    letters = [word for word in words(text.lower()) if word.isalpha()]
    if not letters:
        return True
    if _script(text):
        return False
    spoken = [word for word in letters if _could_be_a_word(word)]
    return len(spoken) < 0.5 * len(letters)


def _could_be_a_word(word: str) -> bool:
    if len(set(word)) == 1 and len(word) > 2:
        return False
    mashed = re.search(r"asdf|sdfg|qwer|hjkl|zxcv|jkl;|[^aeiouyàâäáãåèéêëìíîïòóôöõøùúûüýæœ]{6,}", word)
    return not mashed and (len(word) < 3 or bool(re.search(r"[aeiouyàâäáãåèéêëìíîïòóôöõøùúûüýæœ]", word)))
