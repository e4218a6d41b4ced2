"""What looks alike and asks for something else is objected to; the same question in other small words is not."""

from string import digits

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from caching.ai.semantic.guards import objection

OTHER = [
    ("Should we expand?", "Should we not expand?", "negation"),
    ("Should we expand?", "Shouldn't we expand?", "negation"),
    ("Can we afford it?", "Can we never afford it?", "negation"),
    ("Can we grow with a partner?", "Can we grow without a partner?", "negation"),
    ("Is the plan profitable?", "Is the plan unprofitable?", "words"),
    ("What was the margin in 2023?", "What was the margin in 2024?", "numbers"),
    ("What happened on June 29?", "What happened on June 28?", "numbers"),
    ("Do we need 20% more?", "Do we need 20 more?", "words"),
    ("Should we hire two people?", "Should we hire three people?", "numbers"),
    ("Who came second?", "Who came third?", "numbers"),
    ("Is it 5 degrees?", "Is it -5 degrees?", "numbers"),
    ("Should it grow from 5 to 10?", "Should it grow from 10 to 5?", "order"),
    ("Is Messi better than Ronaldo?", "Is Ronaldo better than Messi?", "order"),
    ("What if I put diesel in a petrol car?", "What if I put petrol in a diesel car?", "order"),
    ("What would you recommend to the board?", "What did the board recommend to you?", "order"),
    ("What are the risks of the merger?", "What are the benefits of the merger?", "words"),
    ("What does Anna Berg want?", "What does Tom Reed want?", "names"),
    ("Who does IT serve?", "Who does it serve?", "names"),
    ("Should we sell in the US?", "Should we sell in us?", "names"),
    ("What is the margin of Option A?", "What is the margin of Option B?", "names"),
    ("Why should we expand?", "When should we expand?", "kind"),
    ("Why should we expand?", "Should we expand?", "kind"),
    ("Should we expand?", "Did we expand?", "kind"),
    ("Should we sell Acme?", "Should we sell to Acme?", "words"),
    ("Should we decide before the audit?", "Should we decide after the audit?", "words"),
    ("Is it from Acme to Solera?", "Is it to Acme from Solera?", "order"),
    ("Do more clients pay?", "Do clients pay more?", "order"),
    ("What should I tell you?", "What should you tell me?", "order"),
    ("What did you not want and do?", "What did you want and not do?", "order"),
    ("What is the budget?", "What is the marketing budget?", "words"),
    ("Have costs increased?", "Are costs increasing?", "words"),
    ("What do you do?", "What are you?", "kind"),
    ("Who does it?", "Who is it?", "kind"),
    ("Should we sell Acme?", "Should we sell, Acme?", "words"),
    ("Did we sell? Acme bought.", "Did we sell Acme? Bought.", "order"),
    ("How do we sell?", "How well do we sell?", "words"),
    ("Shan't we sell?", "Shall we sell?", "negation"),
    ("Sollen wir expandieren?", "Sollen wir nicht expandieren?", "language"),
    ("¿Debemos vender a Solera?", "¿Debemos vender Solera?", "language"),
    ("利润是多少？", "成本是多少？", "language"),
    ("Стоит ли нам расширяться?", "Стоит ли им расширяться?", "language"),
]
SAME = [
    ("What is the margin?", "What's the margin?"),
    ("What is the margin?", "what is the margin"),
    ("What is the margin?", "Could you please tell me what the margin is?"),
    ("What are the risks of the plan?", "What are the risks of a plan?"),
    ("Why did sales fall last year?", "Could you tell me why did sales fall last year?"),
    ("Who is against it?", "Who's against it"),
    ("What were the costs?", "What was the cost?"),
    ("What do you think about Solera’s offer?", "What is your opinion on Solera's offer?"),
    ("What is the cost?", "What are the costs?"),
    ("Do we need 20 % more?", "Do we need 20 percent more?"),
    ("Should we hire two people?", "Should we hire 2 people?"),
    ("Should we pay $1,500 now?", "Should we pay 1500 $ now?"),
    ("What should we do in the 3rd year?", "What should we do in the third year?"),
    ("Why is Kjær against it?", "Why's Kjær against it?"),
    ("Was kostet das?", "was  kostet das?"),
    ("利润是多少？", "利润是多少?"),
]


@pytest.mark.parametrize(("asked", "kept", "why"), OTHER)
def test_another_question_is_objected_to_whichever_came_first(asked: str, kept: str, why: str) -> None:
    assert objection(asked, kept) == objection(kept, asked) == why


@pytest.mark.parametrize(("asked", "kept"), SAME)
def test_the_same_question_in_other_small_words_is_not(asked: str, kept: str) -> None:
    assert objection(asked, kept) == objection(kept, asked) == ""


WORDS = st.sampled_from(
    "why should we not expand in 2023 to Solera the board 1,500 first two US us don't costs % kjær Kjær été -5 ? . 3rd".split()
)
SENTENCES = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=60)


@given(SENTENCES)
def test_no_question_is_objected_to_by_itself(text: str) -> None:
    assert objection(text, text) == ""


@given(SENTENCES, SENTENCES)
def test_the_order_of_two_questions_does_not_matter(one: str, other: str) -> None:
    assert objection(one, other) == objection(other, one)


@given(SENTENCES, SENTENCES, st.sampled_from(digits), st.sampled_from(digits))
@example("in ", "", "1", "2")
@example("1,", "00", "1", "2")
@example("", "st of May", "1", "2")
def test_another_digit_is_always_objected_to(before: str, after: str, one: str, other: str) -> None:
    assume(one != other)
    assert objection(before + one + after, before + other + after)


@given(SENTENCES, SENTENCES)
def test_a_not_more_is_always_objected_to(before: str, after: str) -> None:
    assert objection(f"{before} {after}", f"{before} not {after}")
