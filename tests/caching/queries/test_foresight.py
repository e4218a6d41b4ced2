"""The tags of the next computation are guessed from those of the last one."""

from caching.queries.foresight import Foresight

NAMES = ("db:scenario:id=4", "db:persona:scenario_id=4", "db:persona:bulk", "user:14", "all:queries")


def after(*args: object) -> Foresight:
    foresight = Foresight()
    foresight.learn(args, NAMES)
    return foresight


def test_nothing_is_known_at_first() -> None:
    assert Foresight().tags((4,)) == ()


def test_what_was_pinned_to_an_argument_is_pinned_to_its_next_value() -> None:
    expected = ("db:scenario:id=5", "db:persona:scenario_id=5", "db:persona:bulk", "user:14", "all:queries")
    assert after(4).tags((5,)) == expected
    assert after(14, "x").tags((3, "x"))[3] == "user:3"


def test_the_same_call_has_the_same_tags() -> None:
    assert after(4, [1]).tags((4, [1])) == NAMES


def test_a_number_that_another_argument_keeps_is_that_one_s() -> None:
    assert after(4, 4).tags((4, 5)) == NAMES
    assert after(4, True).tags((4, 5)) == NAMES
