import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caching.sql.tokens import scan, shorten

VENDORS = ("postgresql", "sqlite")
HARD_PIECES = st.sampled_from(
    """' '' " ` [ ] /* */ -- $$ $a$ E' \\ U&" %s %% % %(a)s ( ) , ; . ... = 1 1e book SELECT é""".split()
    + list(" \n\r\x00\ud800")
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('SELECT "A""b".C', ["select", '"a"b', ".", "c"]),
        ("'it''s' 'x", None),
        ("a--b\nc", ["a", "c"]),
        ("a/* b */c", ["a", "c"]),
        ("1FROM book", ["0", "from", "book"]),
        ("1.5e-3+2", ["0", "+", "0"]),
        ("a %% %s %(x)s", ["a", "%s", "%(x)s"]),
        ("grüße\u00a0", ["grüße\u00a0"]),
    ],
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_words_of_both_databases(vendor: str, text: str, words: list[str] | None) -> None:
    tokens = scan(text, vendor)
    assert tokens.understood == (words is not None)
    if words is not None:
        assert list(tokens.words) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$$ book ' $$ x", ["'", "x"]),
        ("$a$ $$ $b$ $a$ x", ["'", "x"]),
        (r"E'\' book' x", ["e'", "x"]),
        (r"'\' x", ["'", "x"]),
        ("/* a /* b */ c */ x", ["x"]),
        ("-- a\rx", ["x"]),
        ("a[1]", ["a", "[", "0", "]"]),
        ("a$$b", ["a$$b"]),
        ('U&"\\0061"', None),
        ("$a$ x", None),
        ("$" + "a" * 100 + "$ x $" + "a" * 100 + "$", None),
        ("E'a'\n'b\\'", None),
        ('"' + "a" * 70 + '"', ['"' + "a" * 63]),
    ],
)
def test_words_of_postgresql(text: str, words: list[str] | None) -> None:
    tokens = scan(text, "postgresql")
    assert tokens.understood == (words is not None)
    if words is not None:
        assert list(tokens.words) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a b] `c``d`", ['"a b', '"c`d']),
        ("/* a /* b */ x", ["x"]),
        ("-- a\rx\ny", ["y"]),
        (r"'\' x", ["'\\", "x"]),
        ("'Book'", ["'book"]),
    ],
)
def test_words_of_sqlite(text: str, words: list[str]) -> None:
    assert list(scan(text, "sqlite").words) == words


@pytest.mark.parametrize(
    "text",
    ["'%s' = %s", "-- 100%s\n", '"%s"', "%b", "%", "LIKE '5%' AND %s", "/* %(a)s */ %(a)s", "%s ' %s '"],
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_placeholders_in_odd_places_make_the_parameters_uncertain(vendor: str, text: str) -> None:
    assert not scan(text, vendor).countable


@pytest.mark.parametrize("text", ["%s", "'%%s' = %s", "%(a)s, %(b)s", "%% %s"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_placeholders_that_count(vendor: str, text: str) -> None:
    assert scan(text, vendor).countable


def test_native_placeholders_are_not_counted() -> None:
    assert not scan("SELECT ?", "sqlite").countable
    assert not scan("SELECT :a", "sqlite").countable
    assert not scan("SELECT $1", "postgresql").countable
    assert scan("SELECT a ? 'x', b::int", "postgresql").countable


@pytest.mark.parametrize("vendor", VENDORS)
@given(text=st.one_of(st.text(), st.lists(HARD_PIECES).map("".join)))
@example(text="'" * 3)
def test_no_text_is_too_odd(vendor: str, text: str) -> None:
    tokens = scan(text, vendor)
    assert all(tokens.words)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    "piece", ["'", '"', "[", "`", "/*", "*/", "$a$", "$$", "E'", "--", "(", "a.", "/* /* */", "%(", "\\"]
)
def test_a_text_is_looked_at_once(vendor: str, piece: str) -> None:
    """Counted, not timed: whatever piece is repeated, twice the text is about twice the words, and it ends."""
    few, many = (len(scan(piece * count, vendor).words) for count in (10_000, 20_000))
    assert many <= 2 * few + 10


def test_lists_of_any_length_are_one_text() -> None:
    assert shorten("IN (%s, %s, %s) AND b IN (%s, %s)") == ("IN (%s, ...) AND b IN (%s, ...)", (2, 1))
    assert shorten("IN (%s)") == ("IN (%s)", ())
    assert shorten('("a"."b") IN ((%s), (%s), (%s))') == ('("a"."b") IN (%s, ...)', (2,))
    assert shorten('("a"."b") IN ((%s))') == ('("a"."b") IN (%s)', ())
    equal = '("a"."b" = %s OR "a"."b" = %s OR "a"."b" = %s)'
    assert shorten(f"IN (%s, %s) AND {equal}") == ('IN (%s, ...) AND ("a"."b" IN (%s, ...))', (1, 2))
    rows = "INSERT INTO t (a, b) VALUES (%s, %s), (%s, %s), (%s, %s) RETURNING a"
    assert shorten(rows) == ("INSERT INTO t (a, b) VALUES (%s, %s), ... RETURNING a", (4,))


@pytest.mark.parametrize(
    "text",
    [
        '("a"."b" = %s OR "a"."c" = %s)',
        '("a"."b" = %s OR "a"."b" = %s OR c)',
        '("a"."b" = %s OR "a"."b" = %s AND c)',
        '("a"."b" = %s OR "a"."b" = %s::text)',
        '"a"."b" = %s OR "a"."b" = %s',
        '("a"."b" = %s)',
        "IN ((%s, %s))",
        "IN ((%s), %s)",
        "IN ((%s), (%s, %s))",
    ],
)
def test_other_brackets_stay_as_they_are(text: str) -> None:
    assert shorten(text) == (text, ())


@given(st.integers(1, 30), st.integers(1, 30))
def test_shortening_keeps_the_number_of_placeholders(first: int, second: int) -> None:
    text = f"a IN ({', '.join(['%s'] * first)}) AND b IN ({', '.join(['%s'] * second)})"
    short, hidden = shorten(text)
    assert len(re.findall("%s", short)) + sum(hidden) == first + second
