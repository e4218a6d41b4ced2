"""Signs: what questions, reasons, doubts, steps and courtesy look like in English sentences."""

from __future__ import annotations

import re
from functools import lru_cache

_OWN = r"(?:i|we|you)(?:'d| would| will| therefore| strongly| also| still)*"
# Alternatives of each sign, parted by bars; they begin and end at word boundaries.
_SIGNS = {
    "question": r"\? | ^(?:please )?(?:tell me|explain|describe)",
    "open_question": r"""
        why\b[^?]*\? | how (?!much|many|long|old|often)[^?]*\? | which\b[^?]*\?
        what (?:would|do|does|did|if|happens|makes|are|is|can|will|holds|limits|changes)\b[^?]*\?
    """,
    "proposal": rf"""
        {_OWN} (?:suggest|propose|recommend|advise|plan to|intend to|decide) | let's | let us
        my (?:plan|proposal|recommendation|decision|suggestion|advice) | (?:we|you|they) (?:should|could|must|need to|ought to)
        i(?:'d| would| will|'ll| am going to) (?!like|love|be|have|say|think|ask|want)\w+
    """,
    "reason": r"""
        because | since (?!then|last)\w+ | therefore | thus | hence | as a result | due to | so that | that is why
        (?:which|that|this) means | for (?:this|that) reason | consequently | given that | in order to
        so (?:we|that|the|one|it|they|you|finance|there|a|every)
    """,
    "conclusion": r"""
        (?:^|[.!?]\s+)(?:so|then (?:it|that|there|we|the|one)|therefore|thus|hence|in other words) | and (?:so|therefore|thus) | , so \w+
        (?:that|this|which) means | it follows | i conclude | that leaves | adds up to | that has (?:doubled|halved)
        would (?:leave|be enough|mean|break)
    """,
    "trade_off": r"""
        however | although | though | whereas | while | on the other hand | trade-?offs? | downsides? | drawbacks? | risks? | risky
        at the (?:cost|expense) of | despite | versus | against that | the price (?:we|you) pay | the catch | dangers? | spoil
        threat\w* | otherwise | worst case | depend(?:s|ence|ent)? on | [,.;] but | ^but
    """,
    "option": r"""
        options? | alternatives? | either | instead | another way | other ways | rather than | compared? | comparison
        on the one hand | plan b | second best | compromise | in between | counter-?offer | middle way
        or (?:should|would|do|is) | what if | if they refuse
    """,
    "step": r"""
        (?:first|next) steps? | steps? | after that | pilot | trial | phase | deadline | responsible | schedule | timeline
        milestones? | follow up | tomorrow | next (?:week|month) | every (?:week|month|quarter) | weekly | monthly
        by the end of | on the first of | within \w+ \w+
        (?:by|on|in|until|before|from) (?:next|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june)
        (?:by|in|until|before|from) (?:july|august|september|october|november|december)
    """,
    "condition": r"""
        if (?!you (?:like|want))\w+ | provided | on condition | as long as | only (?:if|when|above|below) | in exchange | in return | unless
    """,
    "measure": r"""
        measured? | track | monitor | count | indicators? | metrics? | kpis? | targets? | review | falls? (?:below|under)
        from [\d.,]+ (?:\w+ ){0,3}to (?:below |under |at most )?[\d.,]+
    """,
    "problem": "problem | issue | challenge | bottleneck | crux | difficulty | root cause",
    "doubt": r"""
        how (?:do|can) (?:you|we) know | how (?:sure|certain|reliable) | are you sure | assum\w+ | evidence | proof | what if
        is (?:it|that) (?:really|true) | really\b[^.!]*\? | based on what | who says | i doubt | not convinced | what makes you
        bias\w* | overlook\w* | i (?:may|might|could) be wrong | am i missing | the other side | contradict\w*
        where does .{3,30} come from | how (?:did|was|were|have) (?:you|that|it|they) (?:calculat|measur|get|got|estimat)\w*
        by (?:your|whose) calculation | would that not | would (?:it|that) \w+[^.!]*\bor\b[^.!]*\? | holds? only if
        what would (?:have to|need to) be true | instead of (?:assum|guess)\w+
        before we (?:\w+ ){1,4}(?:i would like to|we (?:should|need to)) know
    """,
    "courtesy": r"""
        please | thank you | thanks | would you | could you | may i | i appreciate | i understand | i see (?:your|why|that) | sorry
        that must be | (?:fair|good) point | with respect | i hear you | your concern | you are right | good (?:morning|evening)
    """,
    "listening": r"""
        you (?:said|say|mentioned|told|pointed out|explained|are worried|worry|want|fear|asked|founded|named) | from what you | so you
        your (?:point|concern|worry|view|objection|question) | if i understand | i heard | you are right | (?:fair|good) point
        \w+ (?:said|says|mentioned|told|asked|sees|wants|fears|is right)
    """,
    "people": r"""
        staff | employees? | workers? | team | patients? | customers? | famil(?:y|ies) | people | community | colleagues? | nurses?
        bakers? | students? | fair | fairness | morale | trust | health | safety | jobs? | members
    """,
}


def _compiled(alternatives: str) -> re.Pattern[str]:
    parts = [part.strip() for line in alternatives.strip().splitlines() for part in line.strip().split(" | ")]
    return re.compile(rf"(?:\b|(?=\W)|^)(?:{'|'.join(parts)})(?:\b|(?<=\W))", re.IGNORECASE | re.MULTILINE)


_PATTERNS = {sign: _compiled(alternatives) for sign, alternatives in _SIGNS.items()}
# What is only shown by statements: whoever asks "should we propose a counter-offer?" has not proposed one.
_STATED = frozenset({"proposal", "problem", "step", "measure", "conclusion", "reason", "condition"})


@lru_cache(maxsize=4096)
def signs_in(text: str, statements: str | None = None) -> frozenset[str]:
    """The signs that the form of a text shows; `statements` is the text without its questions, if it is known."""
    stated = text if statements is None else statements
    return frozenset(
        sign for sign, pattern in _PATTERNS.items() if pattern.search(stated if sign in _STATED else text)
    )
