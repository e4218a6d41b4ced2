"""As much English grammar as rules need: verb forms, and which words can start or end a noun phrase."""

from __future__ import annotations

from platform_app.offline.text.words import STOPWORDS, fold

_IRREGULAR = {
    "be": ("is", "was", "been", "being"),
    "become": ("becomes", "became", "become", "becoming"),
    "begin": ("begins", "began", "begun", "beginning"),
    "bring": ("brings", "brought", "brought", "bringing"),
    "build": ("builds", "built", "built", "building"),
    "buy": ("buys", "bought", "bought", "buying"),
    "choose": ("chooses", "chose", "chosen", "choosing"),
    "come": ("comes", "came", "come", "coming"),
    "cut": ("cuts", "cut", "cut", "cutting"),
    "do": ("does", "did", "done", "doing"),
    "fall": ("falls", "fell", "fallen", "falling"),
    "feel": ("feels", "felt", "felt", "feeling"),
    "fight": ("fights", "fought", "fought", "fighting"),
    "find": ("finds", "found", "found", "finding"),
    "get": ("gets", "got", "got", "getting"),
    "give": ("gives", "gave", "given", "giving"),
    "go": ("goes", "went", "gone", "going"),
    "grow": ("grows", "grew", "grown", "growing"),
    "have": ("has", "had", "had", "having"),
    "hear": ("hears", "heard", "heard", "hearing"),
    "hold": ("holds", "held", "held", "holding"),
    "keep": ("keeps", "kept", "kept", "keeping"),
    "know": ("knows", "knew", "known", "knowing"),
    "lead": ("leads", "led", "led", "leading"),
    "leave": ("leaves", "left", "left", "leaving"),
    "lose": ("loses", "lost", "lost", "losing"),
    "make": ("makes", "made", "made", "making"),
    "mean": ("means", "meant", "meant", "meaning"),
    "meet": ("meets", "met", "met", "meeting"),
    "pay": ("pays", "paid", "paid", "paying"),
    "put": ("puts", "put", "put", "putting"),
    "read": ("reads", "read", "read", "reading"),
    "rise": ("rises", "rose", "risen", "rising"),
    "run": ("runs", "ran", "run", "running"),
    "say": ("says", "said", "said", "saying"),
    "see": ("sees", "saw", "seen", "seeing"),
    "sell": ("sells", "sold", "sold", "selling"),
    "send": ("sends", "sent", "sent", "sending"),
    "sit": ("sits", "sat", "sat", "sitting"),
    "speak": ("speaks", "spoke", "spoken", "speaking"),
    "spend": ("spends", "spent", "spent", "spending"),
    "stand": ("stands", "stood", "stood", "standing"),
    "take": ("takes", "took", "taken", "taking"),
    "teach": ("teaches", "taught", "taught", "teaching"),
    "tell": ("tells", "told", "told", "telling"),
    "think": ("thinks", "thought", "thought", "thinking"),
    "understand": ("understands", "understood", "understood", "understanding"),
    "win": ("wins", "won", "won", "winning"),
    "write": ("writes", "wrote", "written", "writing"),
}

_SPEAKING = """say tell ask argue reply answer insist warn explain claim note add admit remark complain object demand suggest
    propose recommend urge announce report state declare mention remind respond point stress emphasise emphasize promise wonder
    believe think feel know fear worry hope want wish prefer doubt suspect understand realise realize regret recall remember
    favour favor oppose support agree disagree refuse reject resist push press advocate maintain concede caution counter interrupt vote abstain"""
_HUMAN = """join found study graduate retire resign smile frown sigh nod laugh marry earn grow speak meet decide hire sit walk
    lead manage run chair head oversee supervise teach work write call phone visit spend begin start take leave become serve
    negotiate present convince persuade champion dislike love hate trust distrust invite welcome face consider look hear"""
_GENERAL = """accept achieve acquire act adapt adopt allow apply approve arrive assess assume attend avoid bear break bring build
    buy carry cause choose close collect come commit compare compete complain complete concern confirm contact contain continue
    contribute convert cover create cut deal decline deliver depend describe design develop discover discuss double drop earn
    employ enable end engage enter establish estimate exceed exist expand expect expire extend fail fall fight fill find finish
    fit fix focus follow force gain generate get give go happen help hold identify improve include increase inform introduce
    invest involve keep know lack last launch learn let limit live lose maintain make mean measure move need obtain occur offer
    open operate order own pay perform plan prepare prevent produce protect prove provide publish pull put quit raise reach read
    receive reduce reflect remain remove rent repair replace represent require retain return rise save see seem sell send set
    settle share ship show shut sign solve stand stay stop store succeed suffer supply sustain switch tend test threaten train
    treat triple try turn disrupt initiate solicit engage dedicate implement monitor terminate instruct handle facilitate grab wonder sketch rewrite count drain pull understand use wait want warn weigh win withdraw yield"""


def _regular(base: str) -> tuple[str, str, str, str]:
    if base.endswith("e"):
        return base + "s", base + "d", base + "d", base[:-1] + "ing"
    if base.endswith("y") and base[-2] not in "aeou":
        return base[:-1] + "ies", base[:-1] + "ied", base[:-1] + "ied", base + "ing"
    doubled = (
        base + base[-1]
        if base in {"ship", "stop", "plan", "fit", "admit", "commit", "prefer", "nod", "chat", "drop", "quit"}
        else base
    )
    third = base + ("es" if base.endswith(("s", "x", "ch", "sh", "z", "o")) else "s")
    return third, doubled + "ed", doubled + "ed", doubled + "ing"


def _forms(base: str) -> tuple[str, str, str, str]:
    return _IRREGULAR.get(base) or _regular(base)


def _third_and_past(bases: str) -> frozenset[str]:
    return frozenset(form for base in bases.split() for form in _forms(base)[:2])


AUXILIARIES = frozenset(
    "is was are were has had have will would can could may might must shall should does did do be been".split()
)
SPEECH_VERBS = _third_and_past(_SPEAKING)
HUMAN_VERBS = SPEECH_VERBS | _third_and_past(_HUMAN)
VERB_FORMS = (
    frozenset(
        form for bases in (_SPEAKING, _HUMAN, _GENERAL) for base in bases.split() for form in _forms(base)[:3]
    )
    | frozenset(form for forms in _IRREGULAR.values() for form in forms[:3])
    | AUXILIARIES
)
BASES = {_forms(base)[0]: base for bases in (_SPEAKING, _HUMAN, _GENERAL) for base in bases.split()}
VERB_BASES = frozenset(base for bases in (_SPEAKING, _HUMAN, _GENERAL) for base in bases.split()) | frozenset(
    _IRREGULAR
)
_PARTICIPLES = {_forms(base)[3]: base for base in VERB_BASES}

# Verbs that stand in cases as nouns more often than as verbs.
_ALSO_NOUNS = frozenset(
    """offer offers plan plans cost costs order orders store stores share shares test tests deal deals price work call calls visit
    supply demand demands report reports need needs act note notes claim claims state states fear fears worry hope hopes support
    plans concern concerns limit limits design end return returns rise fall drop increase decline loss focus ship head heads
    board face point points turn use lack building meeting training meaning meetings buildings thought cut cuts run lead
    train change move double saw found read left cover force fit bear answer object press push urge doubt promise""".split()
)


def is_verb_form(word: str) -> bool:
    """Whether a word is a finite verb rather than a noun, as far as its form tells."""
    plain = fold(word).lower()
    return plain in VERB_FORMS and plain not in _ALSO_NOUNS


def is_bare_verb(word: str) -> bool:
    """Whether a word is the base form of a verb and not usually a noun: "buy", "accept", "spend"."""
    plain = fold(word).lower()
    return plain in VERB_BASES and plain not in _ALSO_NOUNS


def looks_like_verb(word: str) -> bool:
    """Looser than `is_verb_form`: for the word that follows a subject, where a noun is unlikely."""
    plain = fold(word).lower()
    return plain in VERB_FORMS or plain in AUXILIARIES or (len(plain) > 4 and plain.endswith("ed"))


def base_form(third_person: str) -> str:
    """ "worries" → "worry"; for the present tense after "I" and "you"."""
    if known := BASES.get(third_person):
        return known
    if third_person.endswith("ies") and len(third_person) > 4:
        return third_person[:-3] + "y"
    if third_person.endswith(("sses", "xes", "ches", "shes", "zes", "oes")):
        return third_person[:-2]
    return third_person.removesuffix("s")


def infinitive_of_participle(participle: str) -> str | None:
    """ "closing" → "close"; None for what is not known as a participle."""
    return _PARTICIPLES.get(participle)


_NOT_IN_PHRASES = STOPWORDS | frozenset(
    """per cent percent million billion thousand hundred today yesterday tomorrow week month year years weeks months days day
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october
    november december thing things way ways case example instance number part place time times new old good bad big small large
    great high low next last previous current former later early late recent main major minor able ready sure clear different""".split()
)


def may_stand_in_phrase(word: str) -> bool:
    """Whether a word may be part of a key phrase: no stop word, no number, no verb, no adverb."""
    plain = fold(word).lower()
    if plain in _NOT_IN_PHRASES or not plain[0].isalpha() or is_verb_form(plain) or len(plain) < 3:
        return False
    return not (plain.endswith("ly") and plain not in {"supply", "family", "assembly", "anomaly"})
