"""A list of values pins each of them, in whatever way Django writes it."""

from collections.abc import Callable

import pytest

from caching.sql import Statement

from .test_reading import BOOK, rows, whole

Analyse = Callable[[str], Statement]


def plain_list(count: int) -> str:
    return f'"book"."id" IN ({", ".join(["%s"] * count)})'


def list_in_brackets(count: int) -> str:
    return f'("book"."id") IN ({", ".join(["(%s)"] * count)})'


def list_of_equalities(count: int) -> str:
    return "(" + " OR ".join(['"book"."id" = %s'] * count) + ")"


@pytest.mark.parametrize("in_list", [plain_list, list_in_brackets, list_of_equalities])
class TestLists:
    @pytest.mark.parametrize("count", [1, 2, 12, 40])
    def test_a_list_pins_each_of_its_values(
        self, analyse: Analyse, in_list: Callable[[int], str], count: int
    ) -> None:
        found = analyse(BOOK + f'{in_list(count)} AND "book"."title" = %s').dependencies([*range(count), "x"])
        tags = [f"book:id={number}" for number in range(count)]
        assert found == rows(*tags, "book:bulk", absent="book:any", found=count)

    def test_very_many_values_read_the_table(self, analyse: Analyse, in_list: Callable[[int], str]) -> None:
        assert analyse(BOOK + in_list(41)).dependencies(list(range(41))) == whole("book")

    def test_a_value_that_proves_nothing_spoils_the_list(
        self, analyse: Analyse, in_list: Callable[[int], str]
    ) -> None:
        assert analyse(BOOK + in_list(3)).dependencies([1, "2", 3]) == whole("book")
        assert analyse(BOOK + in_list(3)).dependencies([1, 2]) == whole("book")

    def test_a_list_after_not_or_in_a_function_pins_nothing(
        self, analyse: Analyse, in_list: Callable[[int], str]
    ) -> None:
        for around in (
            "NOT {}",
            "NOT ({})",
            "f({})",
            "f(({}))",
            "({}) IS NULL",
            "({} OR 1 = 1)",
            "{} = false",
        ):
            found = analyse(BOOK + around.format(in_list(3))).dependencies([1, 2, 3])
            assert "db:book:any" in found.tags | found.absent, around
            assert found.rows == 0, around
