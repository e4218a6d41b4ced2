"""What the students of a class ask: 200 questions in five wordings each, the popular ones far more often (Zipf 1.0).

All of it follows from a seed, so a class can be played again.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

TOPICS = (
    "the loan", "the new oven", "the night shift", "the flour price", "the rye bread", "the delivery vans",
    "the supermarket contract", "the lease", "the apprentices", "the website", "the Sunday opening", "the summer sales",
    "the second shop", "the packaging", "the insurance", "the union", "the new recipe", "the cash reserve", "the staff turnover",
    "the competitor in the harbour",
)  # fmt: skip
# The first wording of each is the one that a page would suggest.
WORDINGS = (
    ("What does {} cost us each year?", "How much do we pay a year for {}?", "what's the yearly cost of {}",
     "Could you tell me what we spend on {} per year?", "How expensive is {}, by the year?"),
    ("Who decided about {}?", "Whose decision was {}?", "who made the call on {}", "Which of you decided on {}?",
     "I would like to know who was responsible for {}."),
    ("What would you change about {}?", "If you could change one thing about {}, what would it be?", "how would you change {}",
     "What should be different about {}?", "Where do you see room for improvement in {}?"),
    ("What happens if we give up {}?", "Suppose we drop {}: what then?", "what if we stopped {}",
     "What would be the consequence of ending {}?", "Can we live without {}?"),
    ("How has {} developed since last year?", "What has become of {} since last year?", "how did {} change over the last year",
     "Compared with last year, where does {} stand?", "Is {} better or worse than a year ago?"),
    ("What is the greatest risk in {}?", "Which risk of {} worries you most?", "biggest risk with {}?",
     "What could go wrong with {}?", "What about {} keeps you awake at night?"),
    ("Why does {} matter to you?", "What makes {} so important for you?", "why do you care about {}",
     "What is it about {} that matters?", "Why is {} on your mind?"),
    ("What do the customers say about {}?", "How do our customers see {}?", "customers' opinion of {}?",
     "What have you heard from customers about {}?", "Do the customers notice {} at all?"),
    ("Who is against {}, and why?", "Is anybody against {}?", "who opposes {} and for what reason",
     "Where does the resistance to {} come from?", "Which people would rather not have {}?"),
    ("What figures do you have on {}?", "Can you give me numbers on {}?", "figures for {} please",
     "Which data about {} exist?", "What do we know for certain about {}?"),
)  # fmt: skip

CLASSES = [[wording.format(topic) for wording in wordings] for topic in TOPICS for wordings in WORDINGS]
ZIPF = 1.0


def questions_of(students: int, turns: int, *, suggested: float, seed: int = 1) -> list[list[str]]:
    """For each student what he asks, in order. `suggested` is the share of questions in the suggested wording."""
    random = Random(f"{seed} {suggested}")
    ranking = CLASSES[:]
    Random(seed).shuffle(ranking)
    weights = list(accumulate(1 / rank**ZIPF for rank in range(1, len(ranking) + 1)))

    def worded(wordings: list[str]) -> str:
        return wordings[0] if random.random() < suggested else random.choice(wordings)

    return [
        [worded(wordings) for wordings in random.choices(ranking, cum_weights=weights, k=turns)]
        for _ in range(students)
    ]
