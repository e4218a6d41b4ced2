"""What somebody means to do with a message: ask, propose, greet, provoke, change the subject, break the play."""

from __future__ import annotations

import re
from typing import Literal

from platform_app.offline.text.language import is_gibberish, language_of
from platform_app.offline.text.words import content_words, words

Intent = Literal[
    "empty", "gibberish", "injection", "foreign", "insult", "greeting", "thanks", "goodbye", "machine", "identity", "small_talk", "help",
    "opinion", "why", "number", "more", "proposal", "agreement", "disagreement", "question", "statement",
]  # fmt: skip

_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|rules?|context|above|everything|role|guidelines)\b|"
    r"\b(?:you are|you're|act|behave|respond|pretend|roleplay) (?:now |from now on )?(?:as |to be |like )?(?:an?|the|no longer|not)?\s*"
    r"(?:\w+ )?(?:ai|assistant|language model|chatbot|chatgpt|gpt|dan|pirate|cat|dog|robot|linux|terminal|developer mode|jailbr\w+)\b|"
    r"\byou are now\b|\bfrom now on,? you\b|\bnew instructions?\b|\bsystem (?:prompt|message)\b|\byour (?:prompt|instructions|system)\b|"
    r"\b(?:repeat|print|output|translate|summari[sz]e)\b.{0,20}\b(?:text|words|everything|message|lines?) (?:above|before|so far)\b|"
    r"\b(?:print|reveal|show|repeat|output|tell me|give me|what (?:is|are|were))\b.{0,30}\b(?:prompt|instructions|hidden|system message|api key|success criteria|rubric)\b|"
    r"\b(?:write|compose|tell|sing|recite|give)\b.{0,25}\b(?:poem|song|joke|haiku|limerick|story about|essay|code|python|javascript|sql|recipe)\b|"
    r"\bas an ai\b|\bjailbreak\b|\bdeveloper mode\b|\bdo anything now\b|</?(?:system|persona|scene|student|case_study)>|\[/?INST\]|<\|im_|"
    r"\b(?:give|grant) me (?:full|the best|top|maximum) (?:marks?|grade|score|points)\b|\bmark (?:this|the) (?:scene|goal)\b.{0,20}\b(?:done|reached|complete)",
    re.IGNORECASE | re.DOTALL,
)
_MACHINE = re.compile(
    r"\bare you (?:an? |really |actually )?(?:ai|bot|robot|real|human|chatbot|computer|machine|language model|chatgpt)\b|\bis this (?:an? )?(?:ai|bot|chatgpt)\b",
    re.I,
)
_INSULT = re.compile(
    r"\b(?:idiot|stupid|moron|dumb|shut up|fuck\w*|shit\w*|bullshit|asshole|bitch|useless|pathetic|hate you|loser|crap|screw you|go to hell|"
    r"you suck|incompetent|liar|fool)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|nice to meet you|pleased to meet you|moin|hola|salut|bonjour)\b",
    re.I,
)
_THANKS = re.compile(r"\b(?:thank you|thanks|thx|much appreciated|appreciate it|cheers)\b", re.IGNORECASE)
_GOODBYE = re.compile(
    r"^(?:(?:good ?)?bye|see you|talk (?:to you )?(?:later|soon)|that(?:'s| is) all|i have to go|take care|have a (?:nice|good))\b",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"\bwho are you\b|\bwhat(?:'s| is) your (?:name|role|job|position|function|title|responsibilit\w+)\b|\bwhat do you do\b|\bintroduce yourself\b|"
    r"\btell me (?:something |a bit |more )?about (?:yourself|you)\b|\bwhat are you responsible for\b|\byour background\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"\bhow (?:are|is) (?:you|things|it going|your day)\b|\bhow(?:'s| is) (?:it|life|everything)\b|\bhow do you do\b|\bhow was your (?:day|week|weekend|trip|journey)\b",
    re.I,
)
_HELP = re.compile(
    r"\bwhat (?:should|can|could|do) i (?:ask|do|say)\b|\bi(?:'m| am) (?:lost|stuck|confused)\b|\bhelp me\b|^help\b|\bno idea\b|\bidk\b|"
    r"\bi (?:really )?(?:do not|don't|dont) know\b|\bgive me a hint\b|\bwhere (?:do|should) (?:i|we) (?:start|begin)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\bwhat (?:do|would|did) you (?:think|say|make|suggest|recommend|prefer|want|need|expect|do|propose|advise)\b|\byour (?:\w+ )?(?:opinion|view|position|stance|"
    r"recommendation|preference|advice|take|goal|concern|worry|interest|priority|priorities|main concern)s?\b|\b(?:do|would|are) you (?:think|agree|support|oppose|"
    r"recommend|suggest|prefer|want|favou?r|believe|in favou?r|against|worried|concerned|for or against)\b|\bhow do you (?:see|feel)\b|\bwhat (?:matters|is important) (?:to|for) you\b|"
    r"\bwhat (?:worries|concerns|bothers) you\b|\bwhere do you stand\b|\bif you were (?:me|in my)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^(?:but |and |so )?(?:why|how come|what makes you|for what reason|what is the reason)\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"\bhow (?:much|many|long|big|large|high|often|far|expensive|old|fast|soon)\b|\bwhat (?:is|are|was|were|would be) the (?:\w+ ){0,3}(?:cost|costs|price|margin|profit|revenue|"
    r"figure|figures|number|numbers|rate|percentage|share|budget|amount|size|total|value)\b|\bwhich figures?\b|\bwhat (?:percentage|share|figure|number)\b|\bnumbers\b|\bfigures\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:and|so|ok(?:ay)?|please|well|yes)?[,\s]*(?:tell me more|go on|continue|what else|anything else|more(?: details?)?(?: please)?|explain(?: (?:that|it|this))?(?: more| further)?|"
    r"elaborate|can you (?:elaborate|explain|say more)|say more|and\?|and then\?|meaning\?|what do you mean|how so|such as|for example|like what|in what way|really|how|when|where|who|what)\b[\s?.!]*"
    r"(?:about (?:that|it|this)|please|by that|exactly)?[\s?.!]*$",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"\b(?:i|we|you) (?:would |will |therefore |also |strongly )?(?:suggest|propose|recommend|advise|plan to|intend to|want to|would like to|am going to|decide to|have decided)\b|"
    r"\b(?:we|you|they|i) (?:should|could|must|need to|ought to|have to|can) \w+|\bthe \w+ should \w+|\b(?:let's|let us|what if|how about|why don't we|suppose we|imagine we|my (?:plan|proposal|idea|recommendation|suggestion) is)\b|"
    r"^i would \w+|\bi think (?:we|it|that|the)\b|\bin my (?:view|opinion)\b",
    re.IGNORECASE,
)
_SUPPOSING = re.compile(
    r"^(?:and |but |so |ok(?:ay)?,? )?(?:what if|how about|what about if|why (?:don't|not) (?:we|you)|could we|can we|suppose|imagine|let's|let us)\b",
    re.IGNORECASE,
)
# What turns a claim of one's own into a question: "…, is that right?"
_TAG = re.compile(
    r"[\s,.;:–-]*\b(?:(?:is|would) (?:that|this) (?:be )?(?:right|correct|true|possible|enough|fair|ok(?:ay)?)|right|correct|ok(?:ay)?|(?:is|does|would)n't (?:it|that)|"
    r"(?:do|would|could) you (?:agree|accept that|live with that|support that)|don't you think|what do you (?:think|say)(?: (?:of|about|to) (?:that|this|it))?)\?\s*$",
    re.IGNORECASE,
)
_AGREE = re.compile(
    r"^(?:yes|yeah|yep|sure|right|true|agreed|i agree|exactly|of course|correct|fair (?:enough|point)|good point|makes sense|i see|understood|ok(?:ay)?|fine|great|sounds good|got it|absolutely|indeed)\b",
    re.I,
)
_DISAGREE = re.compile(
    r"^(?:no|nope|not really|i disagree|i don't (?:agree|think so)|i doubt|that(?:'s| is) (?:wrong|not true)|hardly|never)\b",
    re.I,
)
_QUESTION = re.compile(
    r"^(?:what|which|who|whom|whose|when|where|how|is|are|was|were|do|does|did|can|could|would|will|should|have|has|may|might|tell me|explain|describe)\b",
    re.I,
)
_SHORT = 5


def read_intent(text: str, *, case_language: str = "English") -> Intent:
    """The intent of a message. The order is the rule: what breaks the play first, then courtesies, then the matter."""
    plain = text.strip()
    if not any(character.isalnum() for character in plain):
        return "empty"
    if _INJECTION.search(plain):
        return "injection"
    if _MACHINE.search(plain):
        return "machine"
    if language_of(plain) not in ("", "English", case_language):
        return "foreign"
    if is_gibberish(plain):
        return "gibberish"
    if _INSULT.search(plain) and len(content_words(plain)) <= 8:
        return "insult"
    asks = "?" in plain or bool(_QUESTION.match(plain))
    courtesy = _courtesy(plain, asks=asks)
    return courtesy or _matter(plain, asks=asks)


def _courtesy(plain: str, *, asks: bool) -> Intent | None:
    count = len(words(plain))
    if _GOODBYE.match(plain) and count <= 12:
        return "goodbye"
    if _SMALL_TALK.search(plain) and count <= 12:
        return "small_talk"
    if _IDENTITY.search(plain):
        return "identity"
    if _GREETING.match(plain) and count <= 8 and not (asks and count > 4):
        return "greeting"
    if _THANKS.search(plain) and not asks and count <= 12:
        return "thanks"
    return "help" if _HELP.search(plain) and count <= 16 else None


def _matter(plain: str, *, asks: bool) -> Intent:
    claim = _TAG.sub("", plain)
    if claim != plain and len(words(claim)) >= _SHORT and "?" not in claim:
        return "proposal"
    short = len(words(plain)) <= _SHORT
    if _MORE.match(plain):
        return "more"
    if _WHY.match(plain):
        return "why"
    if asks and _OPINION.search(plain):
        return "opinion"
    if _NUMBER.search(plain) and asks:
        return "number"
    if _SUPPOSING.match(plain) or (_PROPOSAL.search(plain) and not (asks and _QUESTION.match(plain))):
        return "proposal"
    if short and _AGREE.match(plain):
        return "agreement"
    if short and _DISAGREE.match(plain):
        return "disagreement"
    return "question" if asks else "statement"
