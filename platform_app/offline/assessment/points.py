"""The success criteria of a scene cut into points: single things to find out, or to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from platform_app.offline.assessment.notions import amounts, notions
from platform_app.offline.assessment.wording import without_figures

Mode = Literal["learn", "say"]


def _verbs(listed: str) -> str:
    """A pattern for verbs as bases and in the third person, given by commas."""
    forms = []
    for verb in listed.replace("\n", " ").split(","):
        first, _, rest = verb.strip().partition(" ")
        form = rf"{first[:-1]}(?:ys?|ies)" if first.endswith("y") else rf"{first}(?:e?s)?"
        forms.append(f"{form} {rest}" if rest else form)
    return f"(?:{'|'.join(forms)})"


_LEARN = _verbs(
    """learn, find out, bring out, understand, ask, explore, discover, hear, get, clarify, uncover, elicit, interview, gather, collect,
    establish, know, obtain, draw out, inquire, listen, investigate, examine, check, see, identify"""
)
_SAY = _verbs(
    """give, name, answer, present, propose, recommend, state, say, explain, argue, justify, convince, persuade, win, negotiate, agree,
    commit, decide, defend, use, refer, compare, weigh, calculate, make, offer, suggest, outline, describe, show, summarise, summarize,
    take, respond, reply, address, develop, plan, back, support, mention, point out, quantify, set, choose, test"""
)
_SUBJECT = r"(?:the (?:student|user|participant|player|learner)|students?|you|they|s?he)\s+(?:(?:has|have|must|should|can|will|is able to|manages? to|needs? to)\s+)?(?:clearly |also |at least |successfully |then )?"
_VERB = re.compile(
    rf"^(?:and\s+)?(?:{_SUBJECT})?(?:to\s+)?(?:(?P<learn>{_LEARN})|(?P<say>{_SAY}))\b\s*", re.IGNORECASE
)
_EXAMPLES = re.compile(r"\(?\b(?:for example|for instance|e\.g\.|such as)\b[^);]*\)?", re.IGNORECASE)
# Determiners, question words and verbs that begin a new item behind "and".
_NEW_ITEM = rf"(?:the|an?|its|their|his|her|what|why|how|who|when|where|whether|which|at least|one|two|three|{_SAY}|{_LEARN})\b"
_TOP = re.compile(
    r"\s*(?:;|\n|•|(?<=[\w)\]]{3})(?<!Prof)\.\s+(?=[A-ZÀ-Ý(])|(?:^|\s)\(?\d[.)]\s|(?:^|\n)\s*[-*–]\s)\s*"
)
_ITEMS = re.compile(
    rf"\s*(?:,\s+and\s+(?={_NEW_ITEM})|,\s+(?!(?:which|who|that)\b)|\s+and\s+(?={_NEW_ITEM}))\s*",
    re.IGNORECASE,
)
_CLAUSES = re.compile(rf",?\s+and\s+(?=(?:{_SAY}|{_LEARN})\b)", re.IGNORECASE)
_EDGES = " .,;:-–*•\t"
# "asks Ms. Berg about the line": whom to ask is not what to ask.
_WHOM = re.compile(r"^(?!what|why|how|whether|which|when).{0,160}?\babout\s+", re.IGNORECASE)
# "its cost or saving", "two reasons with facts about the bank, the brand and the line": one of them is enough.
_CHOICE = re.compile(r"\bor\b|\babout\b.*(?:,| and )", re.IGNORECASE)
_FRAME = frozenset(
    notion
    for notion in notions(
        """student participant own clear clearly present case example least fact scene conversation main both all coming current
        respective detail important relevant concrete specific different overall least question answer point person situation
        bring find learn hear understand ask explore name give state use refer show explain mention present follow mean position
        picture role word everybody team figure number amount time effect expect open active respectful professional
        one two three four five six seven eight nine ten eleven twelve half third decision decide per cent percent million billion thousand euro dollar kroner krone pound franc"""
    )
)
_KINDS = {
    "figure": r"\b(?:figures?|numbers|data|quantif\w+|calculat\w+|percentages?)\b",
    "objection": r"\b(?:objections?|counter-?arguments?|criticism|doubts? of|positions? of)\b",
    "proposal": r"\b(?:recommend\w*|propos\w*|decides?|decision to|takes? a (?:clear )?position|solution|suggest\w*|course of action|makes? an offer|commits?|presents? a plan)\b",
    "countermeasure": r"\bmeasures? (?:against|for it)|\bmitigat\w+|\b(?:how to|ways? to) (?:avoid|limit|reduce|handle)\b",
    "measure": r"\bmeasures? of(?: \w+)?|\bmetrics?\b|\bindicators?\b|\bkpis?\b|\bmeasurable\b",
    "reason": r"\b(?:reasons?|because|justif\w+|argu\w+|what follows|follows? from|implications?|conclusions?)\b",
    "trade_off": r"\b(?:risks?|trade-?offs?|downsides?|disadvantages?|drawbacks?|weighs?|pros and cons)\b",
    "option": r"\b(?:options|alternatives?|compar\w+)\b",
    "step": r"\b(?:next steps?|happens next|timeline|action plan|first steps?|date of|deadline)\b",
    "condition": r"\bconditions?\b",
    "summary": r"\bmain (?:problem|issue|challenge|point|question|difficulty)\b|\bin (?:his |her |their |your )?own words\b",
    "question": r"\bquestions\b",
    "listening": r"\blisten\w*|\bempath\w+|\brapport\b",
    "courtesy": r"\brespect\w*|\bpolite\w*|\bprofessional\w*|\bcourt\w+",
}
_MANNERS = frozenset({"question", "listening", "courtesy"})
_KIND_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}


@dataclass(frozen=True)
class Point:
    """One thing to be found out or said: the notions and amounts that belong to it, and for what is said the kinds of speech.

    `label` names it to the student without figures. `any_of` is True where the notions are alternatives.
    """

    label: str
    mode: Mode
    notions: frozenset[str]
    amounts: frozenset[str]
    kinds: tuple[str, ...]
    any_of: bool = False


def read_points(scene: Mapping[str, Any]) -> tuple[Point, ...]:
    """The points of the success criteria; of the goal if those name nothing that could be looked for."""
    criteria, goal = str(scene.get("success_criteria") or ""), str(scene.get("user_goal") or "")
    points = _points(criteria)
    if any(point.notions or point.amounts for point in points) or len(points) > 1:
        return points
    return tuple({point.label: point for point in (*points, *_points(goal))}.values())


def _points(text: str) -> tuple[Point, ...]:
    """Sentences, bullets and what semicolons part are read one by one; lists in them are taken apart where each item is
    something of its own: things to find out, or all that a single sentence asks for."""
    parts = [part.strip(_EDGES) for part in _TOP.split(_EXAMPLES.sub("", text)) if part.strip(_EDGES)]
    found: list[Point] = []
    mode: Mode = "learn"
    for part in parts:
        mode = _mode(part, mode)
        pieces = (_ITEMS if mode == "learn" or len(parts) == 1 else _CLAUSES).split(part)
        for piece in pieces:
            mode = _mode(piece, mode)
            found += _point(piece.strip(_EDGES), mode)
    return tuple({point.label: point for point in found}.values())


def _mode(part: str, before: Mode) -> Mode:
    """A part without a verb of its own goes on with the verb before it."""
    verb = _VERB.match(part)
    return before if verb is None else "learn" if verb["learn"] else "say"


def _point(plain: str, mode: Mode) -> list[Point]:
    verb = _VERB.match(plain)
    kinds = tuple(
        kind
        for kind, pattern in _KIND_PATTERNS.items()
        if pattern.search(plain) and (mode == "say") != (kind in _MANNERS)
    )
    matter = plain[verb.end() :] if verb else plain
    if verb and verb["learn"] and verb["learn"].lower().startswith("ask"):
        matter = _WHOM.sub("", matter)
    spoken_of = matter
    for kind in kinds:
        spoken_of = _KIND_PATTERNS[kind].sub(" ", spoken_of)
    terms = frozenset(each for each in notions(spoken_of) - _FRAME - _names(plain) if len(each) > 1)
    label = _label(matter or plain, verb)
    if not label or not (terms or kinds or _telling(matter)):
        return []
    return [
        Point(
            label,
            mode,
            terms,
            _telling(matter),
            kinds,
            any_of=mode == "say" and bool(_CHOICE.search(spoken_of)),
        )
    ]


def _telling(matter: str) -> frozenset[str]:
    """Amounts that must be heard; "two measures" counts things and is none."""
    return frozenset(amount for amount in amounts(re.sub(r"\b(?:two|three|four|five|six)\b", "", matter)))


def _names(plain: str) -> frozenset[str]:
    named = re.findall(
        r"(?:\b(?:Dr|Mr|Ms|Mrs|Prof|Sister)\.? )?\b[A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+)+", plain
    )
    return notions(" ".join(named))


def _label(matter: str, verb: re.Match[str] | None) -> str:
    said = without_figures(matter)
    lead = verb.group().strip().split()[-1].lower() if verb else ""
    if lead.startswith(("answer", "respon", "repl")):
        return f"an answer to {said.removeprefix('to ')}"
    if lead.startswith("compar"):
        return f"a comparison of {said}"
    if lead.startswith("listen"):
        return "listening to what is said"
    bare = re.sub(r"^(?:about|that|to|of|on|into|for)\s+|\s+(?:below|above|under|over|of|by|at)$", "", said)
    return bare or "a decision"
