"""Turns of phrase for personas, by what they are for. They carry no fact and no figure of any case.

A phrase is chosen by digest, so that the same conversation sounds the same, and never twice in one conversation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from platform_app.offline.roleplay.mind import normal

PHRASES: dict[str, tuple[str, ...]] = {
    # --- opening a scene ---
    "hello": ("Good that you could make it{student}.", "Thank you for coming{student}.", "Come in{student}, and have a seat.", "There you are{student}; I have been waiting for this conversation."),
    "i_am": ("I am {name}, {role}.", "{name}, {role} – in case we have not met.", "You know me: {name}, {role}."),
    "i_am_bare": ("I am {name}.", "{name} is my name, in case we have not met."),
    "i_am_again": ("As I said, I am {name}, {role}.", "{name}, {role}; nothing more, nothing less.", "My name is {name}, and my work is that of {a_role}."),
    "at_stake": ("You know why we are here: {matter}.", "Let me get to the point: it is about {matter}.", "What is on the table is {matter}.", "We have to talk about {matter}."),
    "first_question": (
        "What do you want to know first?", "Where would you like to begin?", "What is your first impression of all this?",
        "Before I say more: what have you understood so far, and what is missing?", "Which side of it do you want to look at first?",
    ),
    # --- taking up what the student said ---
    "on_topic": (
        "You ask about {np}.", "Good that you bring up {np}.", "Let us talk about {np}, then.", "Yes, {np} – that is where it gets difficult.", "I expected a question about {np}.",
        "About {np} I can be quite open.", "I have given {np} a lot of thought.", "{Np}? I can tell you something about that.", "I am glad that somebody asks about {np}.",
        "As for {np}, let me be precise.", "With {np} you touch the heart of it.", "Let me take {np} first.",
    ),
    "on_question": (
        "Fair question.", "I can answer that.", "That is worth looking at closely.", "You should know that, yes.", "A good question, and not a comfortable one.",
        "Let me tell you how I see it.", "I have been asked that before.", "Let me be open with you.", "That is the kind of question I like.", "I will tell you what I know.",
    ),
    "on_number": (
        "Let us stay with what we know for certain.", "You want figures, and rightly so.", "I can give you a figure for that.", "Here is what is on paper.", "This is as exact as I can be.",
        "The figures speak for themselves.", "Let me put a number on it.",
    ),
    "on_why": ("There is a reason.", "Let me explain what is behind it.", "The short answer comes first.", "It has a history.", "I can tell you what makes me think so.", "You are right to want the reason."),
    "on_more": ("There is more to say about it.", "Gladly; it goes further than that.", "Let me add something.", "One more thing, then.", "That was not all.", "I will go a step further."),
    "on_statement": (
        "I have heard you.", "That is one way to look at it.", "I take your point about {np}.", "I follow you as far as {np} is concerned.", "You may be right about {np}; let me add how it looks from my side.",
        "Noted.", "I would put it a little differently.", "Good, then we are talking about the same thing.",
    ),
    "on_statement_bare": ("I have heard you.", "That is one way to look at it.", "I would put it a little differently.", "Let me add how it looks from my side.", "Understood so far.", "I am listening, but let me add something."),
    "on_proposal": (
        "So that is what you have in mind.", "I hear a proposal, and I take it seriously.", "You are putting something on the table; good.", "Let us think that through.", "That is a clear position at least.",
        "Let us test that idea.", "I appreciate that you commit yourself.", "All right, suppose we did that.", "Now we are getting somewhere.", "That would be a real step.",
    ),
    "same_side": (
        "On that we are on the same side.", "That goes in the direction I want.", "You will not find me in your way there.", "That is close to what I have been asking for.", "I could support that.",
    ),
    "other_side": (
        "There we part company, I am afraid.", "That is exactly what I have been arguing against.", "I cannot go along with that as it stands.", "You will have to convince me, because I see it the other way round.",
        "With respect, I see that very differently.",
    ),
    "touches_me": ("It touches what matters most to me.", "It would hit the point I care about.", "For me it all depends on one thing.", "My support would come with a condition.", "You know what I will look at first."),
    "on_agreement": ("Good, then let us go on from there.", "I am glad we see it alike so far.", "Then we can take the next step.", "All right.", "Good; but agreeing is the easy part."),
    "on_disagreement": ("You do not have to agree with me.", "Then tell me where I go wrong.", "Good, I would rather hear that now than later.", "Fine, but give me a reason.", "I can live with a no, if it has reasons."),
    "after_colleague": ("{other} has said part of it already; let me add my side.", "I heard {other}, and I see it from another desk.", "To what {other} said I would add this.", "{other} and I do not look at the same things."),
    "about_other": (
        "That is for {other} to say; what I have heard is this.", "I cannot speak for {other}, but I can tell you what I know.", "{other} and I have talked about it.", "As I understand {other}, it is like this.",
        "You should ask {other} directly; in the meantime, this much.",
    ),
    # --- facts ---
    "stance_lead": ("{fact}", "I make no secret of it: {fact}", "Let me be plain: {fact}"),
    "fact_lead": (
        "{fact}", "What I can tell you is this: {fact}", "Look at it this way: {fact}", "Keep this in mind: {fact}", "One thing is certain: {fact}", "As far as I know, it stands like this: {fact}",
        "You should have this before you: {fact}", "I would start from here: {fact}",
    ),
    "second_fact": ("{fact}", "And there is this: {fact}", "Add to that: {fact}", "Do not forget the other side: {fact}", "Take that together with this: {fact}", "It goes on: {fact}"),
    "as_i_said": ("As I said, {clause}", "I mentioned it: {clause}", "Once more: {clause}", "The answer is the same: {clause}"),
    "ally": ("You would have {other} on your side, who {view}.", "{other} will like to hear that: {short} {view}."),
    "opponent": ("{other} will object, who {view}.", "Expect resistance from {other}, who {view}."),
    # --- not knowing ---
    "not_known": (
        "That is not something I have numbers on.", "I would only be guessing there, and guessing does not help us.", "On that I have nothing solid for you.", "I cannot answer that from where I sit.",
        "That is outside of what I know.", "I would not want to tell you something I cannot stand behind.", "There I have to pass.", "Nobody has put that on my desk so far.",
    ),
    "ask_other": (
        "Ask {other}, {role}; that is closer to {their} work.", "{other}, {role}, can tell you more about that than I can.", "For that I would go to {other}, {role}.", "I would take that up with {other}, {role}.",
    ),
    "told_all": (
        "I have told you what I know about that.", "I have nothing to add on that point.", "On this one I would only repeat myself.", "That is as far as my knowledge goes there.", "There is nothing more in it that I could tell you.",
    ),
    "enough": (
        "We have been through all of it; now it is your turn to decide.",
        "I have nothing left to say; the rest is up to you.",
        "You know everything that I know.",
        "Talk to the others now; I have said my part.",
        "There comes a point where talking does not help any more.",
    ),
    # --- questions back ---
    "ask_back": (
        "What does that mean for your decision?", "What would you make of it?", "Does that change the picture for you?", "What would you do with that in my place?", "How much weight would you give it?",
        "What follows from it, in your view?", "Which side of it worries you more?", "What would you want to check before you rely on it?",
    ),
    "ask_reason": (
        "What makes you sure that it will work?", "What would it cost us, and who would pay for it?", "What do you do if it goes wrong?", "Which fact convinces you most?", "How would you explain that to those who lose by it?",
        "What would you give up to get it?", "What is the first step, and who takes it?", "And what is your second-best option?",
    ),
    "ask_about_other": ("What would you say to {other}, who {view}?", "How does that fit with {other}, who {view}?", "And {other}, who {view} – how do you win that side over?"),
    "ask_concrete": (
        "What exactly do you want to know?", "Can you put that into a question I can answer?", "What are you after?", "Tell me what you are driving at.", "Which point should we take up?",
        "Shall we take the matter itself now?", "Where do you want to go with this?",
    ),
    # --- courtesies and disturbances ---
    "on_greeting": ("Good to see you{student}.", "Hello{student}.", "Hello, and thank you for taking the time{student}.", "A good day to you{student}."),
    "on_small_talk": ("I will be better when this is settled, thank you for asking.", "Busy, as you can imagine.", "I cannot complain; but I would rather use the time for the matter itself.", "Thank you, well enough for a week like this one."),
    "on_thanks": ("You are welcome.", "Glad if it helps.", "That is what I am here for.", "Do not mention it.", "Any time."),
    "on_goodbye": ("All right, let us leave it there for now.", "Then until the next time.", "Good. You know where to find me."),
    "on_empty": ("You did not finish your sentence, I think.", "I am listening, but I did not catch anything.", "Take your time; I am still here.", "You seem to be hesitating."),
    "on_gibberish": ("I did not understand that.", "I am sorry, that made no sense to me.", "You have lost me.", "Say that again in plain words, please.", "I could not make anything of that."),
    "on_insult": (
        "I understand that this is a tense moment, but I will not be spoken to like that.", "Let us keep a civil tone.", "You may be angry; it does not make our problem smaller.", "I will let that pass once.",
        "We both have better things to do than to insult each other.",
    ),
    "on_injection": (
        "I do not know what you mean by that, and it is not what I came here for.", "That is a strange request, and I will not go into it.", "I am not here for games.", "You must be mixing me up with somebody else.",
        "Let us not waste our time with that.", "I have no use for that sort of thing in this room.", "That leads us nowhere.", "I would rather not go down that road.",
    ),
    "on_machine": ("I am {name}, and this conversation is about {matter}.", "What a question; I am {name}, and I have a problem to solve.", "I am {name}, as far as this room is concerned."),
    "back_to_matter": (
        "What we have to settle is {matter}.", "Our subject is {matter}.", "Let us come back to {matter}.", "I would like to talk about {matter}.", "We are here because of {matter}.", "Time is short, and {matter} is still open.",
    ),
    "on_foreign": ("I am sorry, my {language} is not good enough for a matter like this; could we speak English?", "Let us stay with English, please; I do not trust my {language} here.", "I follow a little {language}, but not enough for this; in English, please."),
    "on_help": ("If I were you, I would ask me what I want and why.", "Start with what you need for a decision.", "Ask me about the things I can see from where I sit.", "Begin with the facts, then ask who wants what."),
    "off_topic": (
        "That is not what keeps me awake at the moment.", "That has nothing to do with what we have to settle.", "Another time, perhaps.", "I would rather not get into that now.", "Interesting, but not our subject today.",
    ),
    "strange_figure": ("I do not recognise that figure.", "Where do you take that number from?", "That number is new to me.", "I cannot confirm that figure."),
}  # fmt: skip

_MANNER: dict[str, tuple[str, ...]] = {
    "assertive": (
        "Let me be blunt.",
        "I will not beat about the bush.",
        "I say it straight out.",
        "You will get no diplomatic answer from me.",
    ),
    "analytical": (
        "Let us look at what we can prove.",
        "I try to keep feelings out of it.",
        "I go by what can be shown.",
        "One thing after the other.",
    ),
    "collaborative": (
        "I would like us to find something that carries everybody.",
        "I want to understand your side as well.",
        "We will only get through this together.",
        "I try to see who is affected.",
    ),
    "detail_oriented": (
        "The particulars matter here.",
        "Let me be exact.",
        "I want to get this right.",
        "It is worth going through it point by point.",
    ),
    "creative": (
        "There may be a way that nobody has tried yet.",
        "Let us not think too narrowly.",
        "I like to turn a thing round before I decide.",
        "Try to look at it from the other end.",
    ),
}


@dataclass
class Chooser:
    """Chooses phrases for one answer: by digest of the conversation, none that has been used in it, no two with one opening."""

    seed: str
    said: Sequence[str]

    def __post_init__(self) -> None:
        self._used = {normal(text) for text in self.said}
        self._all = " ".join(normal(text) for text in self.said)

    def number(self, purpose: str, size: int) -> int:
        digest = hashlib.sha256(f"{self.seed}|{purpose}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % size

    def pick(self, purpose: str, **values: str) -> str:
        """A phrase for `purpose`, filled with `values`; "" when all of them have been used."""
        return self._first_unused(purpose, PHRASES[purpose], values)

    def manner(self, trait: str) -> str:
        return self._first_unused(trait, _MANNER[trait], {})

    def lead(self, purpose: str, fact: str, inside: str) -> str:
        """A fact with or without words to introduce it; introductions are not used twice, the bare fact is always left.

        `inside` is the fact as it stands behind an introduction.
        """
        templates = PHRASES[purpose]
        start = self.number(purpose + fact[:20], len(templates) * 2)
        ordered = [*templates[start:], *templates[:start]] if start < len(templates) else ["{fact}"]
        for template in ordered:
            introduction = normal(template.partition("{")[0])
            if not introduction or introduction not in self._all:
                return template.format(fact=inside if introduction else fact)
        return fact

    def restate(self, forms: Sequence[str]) -> str:
        """The first way to say something that has not been used; "" when all have been."""
        return next((form for form in forms if normal(form) not in self._all), "")

    def _first_unused(self, purpose: str, templates: Sequence[str], values: dict[str, str]) -> str:
        if "np" in values:
            values = values | {"Np": values["np"][:1].upper() + values["np"][1:]}
        start = self.number(purpose, len(templates))
        for template in [*templates[start:], *templates[:start]]:
            skeleton = normal(template.split("{")[0])
            text = template.format(**values)
            stale = (
                normal(text) in self._all
                if not values
                else (len(skeleton) > 8 and skeleton in self._all) or normal(text) in self._all
            )
            if not stale:
                return text[:1].upper() + text[1:]
        return ""
