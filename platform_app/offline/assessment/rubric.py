"""The signs that rubrics look for in a student's messages, and how to speak of them to the student."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """Something to look for: which words of a criterion ask for it, in how many messages it is plenty, how to speak of it.

    `seen` continues "You …", `lacking` continues "You do not …".
    """

    name: str
    words: str
    plenty: float
    seen: str
    lacking: str
    advice: str


SIGNS = {
    sign.name: sign
    for sign in (
        Sign(
            "facts",
            "fact facts whole case knowledge information situation evidence understanding material context content research preparation",
            6,
            "build on what others told you",
            "build on what others told you",
            "Build on what the others tell you instead of moving on.",
        ),
        Sign(
            "figure",
            "figure figures number numbers data quantitative calculate calculation financial analysis analyse analyze analytical numeracy evidence",
            2,
            "use figures",
            "use figures",
            "Take up the figures that you are given, and say what they mean.",
        ),
        Sign(
            "open_question",
            "cause causes root analysis analyse analyze analytical diagnose investigate curiosity explore critical inquiry problem",
            3,
            "ask open questions",
            "ask why",
            "Ask why and how before you judge.",
        ),
        Sign(
            "reason",
            "reason reasons why because argue argument argumentation justify justification logic logical reasoning rationale convince persuade",
            2,
            "give reasons",
            "give reasons",
            "Say why: link each claim to a reason.",
        ),
        Sign(
            "conclusion",
            "conclusion conclusions consequence consequences strategic strategy synthesis implication insight solution solutions solve problem judgement judgment",
            2,
            "draw conclusions from what you hear",
            "say what follows from what you hear",
            "Say what follows from what you have just heard.",
        ),
        Sign(
            "option",
            "option options alternative alternatives strategic strategy creative creativity weigh weighs compare innovation innovative flexible",
            2,
            "look at more than one option",
            "look at more than one option",
            "Put at least two options side by side.",
        ),
        Sign(
            "trade_off",
            "risk risks trade-off tradeoff consequence consequences weigh weighs balance strategic strategy critical reflect reflection foresight",
            2,
            "see risks",
            "name risks",
            "Name what could go wrong, and what one would have to give up.",
        ),
        Sign(
            "proposal",
            "propose proposes proposal solution solutions recommend recommendation decision decide decisive decisiveness plan creative creativity initiative leadership",
            2,
            "make proposals",
            "make a proposal",
            "Commit yourself to a proposal.",
        ),
        Sign(
            "step",
            "step steps workable implement implementation action practical feasible feasibility plan planning time management organise organisation project",
            2,
            "say what should happen next",
            "say what should happen next",
            "Say who does what, and by when.",
        ),
        Sign(
            "condition",
            "condition conditions negotiate negotiation compromise agreement terms bargain deal",
            2,
            "name conditions",
            "name conditions",
            "Say under which conditions your proposal holds.",
        ),
        Sign(
            "measure",
            "measure measures measurable metric metrics kpi success control monitoring",
            1,
            "say how one will see whether it works",
            "say how one will see whether it works",
            "Say by what one will see whether it works.",
        ),
        Sign(
            "question",
            "ask asks question interview interviewing communication communicate dialogue dialog conversation inquiry curiosity",
            3,
            "ask questions",
            "ask questions",
            "Ask the people in front of you more questions.",
        ),
        Sign(
            "listening",
            "listen listens listening answer answers respond communication communicate empathy empathetic empathise rapport dialogue dialog negotiation negotiate teamwork stakeholder emotional interpersonal relationship",
            2,
            "take up what was just said to you",
            "take up what was just said to you",
            "Take up what the other person has just said before you go on.",
        ),
        Sign(
            "courtesy",
            "respect respectful polite politeness tone professional professionalism courtesy courteous manner communication empathy empathetic interpersonal",
            2,
            "keep a considerate tone",
            "show the others much consideration",
            "Show that you take the other person seriously.",
        ),
        Sign(
            "doubt",
            "assumption assumptions critical doubt scepticism skepticism reflect reflection bias challenge challenges sceptical self-critical open-minded",
            2,
            "question assumptions",
            "question assumptions",
            "Ask where a number or a claim comes from and what it assumes; your own claims included.",
        ),
        Sign(
            "people",
            "ethic ethics ethical people stakeholder stakeholders fairness fair team teamwork leadership lead care responsibility social human employee patient customer empathy interest interests sustainability",
            3,
            "think of the people concerned",
            "speak of the people concerned",
            "Think of those who have to live with the decision.",
        ),
        Sign(
            "groundwork",
            "",
            1,
            "bring out what this scene was there to find out",
            "bring out what this scene was there to find out",
            "Ask about every part of the goal before the turns are used up.",
        ),
        Sign(
            "topic",
            "",
            1,
            "speak of what this criterion is about",
            "speak of what this criterion is about",
            "Speak of what the criterion asks for.",
        ),
        Sign(
            "objection",
            "critical objection objections defend persuade persuasion persuasive convince influence conflict resilience negotiation",
            1,
            "answer objections",
            "answer an objection",
            "When somebody disagrees, take up what they say and answer it.",
        ),
    )
}
