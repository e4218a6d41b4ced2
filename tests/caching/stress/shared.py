"""Writes of what all writers share: counters that they increase at once, and posts that they add under the same topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from tests.caching.stress.board import COUNTERS, TOPICS, Board, counter_word, post_word
from tests.caching.stress.models import Counter, Post
from tests.caching.stress.writes import run

if TYPE_CHECKING:
    from tests.caching.stress.writer import Writer


def update_expression(pk: int, step: int) -> None:
    Counter.objects.filter(pk=pk).update(version=F("version") + step)


def save_expression(pk: int, step: int) -> None:
    counter = Counter.objects.get(pk=pk)
    counter.version = F("version") + step
    counter.save()


def raw_update(pk: int, step: int) -> None:
    run("UPDATE stress_counter SET version = version + %s WHERE id = %s", step, pk)


def upsert(pk: int, step: int) -> None:
    run(
        "INSERT INTO stress_counter (id, version) VALUES (%s, 0)"
        " ON CONFLICT (id) DO UPDATE SET version = stress_counter.version + %s",
        pk, step,
    )  # fmt: skip


def lock_and_save(pk: int, step: int) -> None:
    with transaction.atomic():
        counter = Counter.objects.select_for_update().get(pk=pk)
        counter.version += step
        counter.save()


INCREASES = (update_expression, save_expression, raw_update, upsert, lock_and_save)


def increase(writer: Writer) -> None:
    """One counter in autocommit, or some in a transaction, which may roll back (by one: an odd version)."""
    if writer.random.random() < 0.4:
        increase_one(writer)
    else:
        increase_some(writer)


def increase_one(writer: Writer) -> None:
    pk, how = writer.random.choice(COUNTERS), writer.random.choice(INCREASES)
    # Others may have increased it meanwhile: it is at least one step above what was published before.
    least = {pk: writer.board.floor_of_counter(pk) + 2}
    writer.kinds[f"counter: {how.__name__} in autocommit"] += 1
    committing(writer, lambda: publish_counters(writer, least), lambda: how(pk, 2))


def increase_some(writer: Writer) -> None:
    # In order, so that writers do not lock one another out.
    some = sorted(writer.random.sample(COUNTERS, writer.random.choice((1, 1, 2))))
    rolled_back = writer.random.random() < 0.25
    hows = {pk: writer.random.choice(INCREASES) for pk in some}
    known: dict[int, int] = {}

    def act() -> None:
        with transaction.atomic():
            for pk, how in hows.items():
                how(pk, 1 if rolled_back else 2)
                # The row is locked: this is the version that the commit will bring.
                known[pk] = version_now(pk)
            if rolled_back:
                transaction.set_rollback(True)

    for how in hows.values():
        writer.kinds[f"counter: {how.__name__} {'rolled back' if rolled_back else 'in a transaction'}"] += 1
    if rolled_back:
        act()
    else:
        committing(writer, lambda: publish_counters(writer, known), act)


def version_now(pk: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM stress_counter WHERE id = %s", (pk,))
        return int(cursor.fetchone()[0])


def publish_counters(writer: Writer, versions: dict[int, int]) -> None:
    for pk, version in versions.items():
        place = counter_word(writer.plan.index, pk)
        writer.board.counters[place] = max(writer.board.counters[place], version)


def committing(writer: Writer, publish: Callable[[], None], act: Callable[[], None]) -> None:
    writer.in_commit = publish
    act()
    publish()
    writer.in_commit = lambda: None


# --- Posts ------------------------------------------------------------------------------------------------------------

Numbers = Sequence[int]


def create(topic: int, writer: int, numbers: Numbers) -> int:
    with transaction.atomic():
        posts = [Post.objects.create(topic_id=topic, writer=writer, number=number) for number in numbers]
    return posts[-1].pk


def bulk_create(topic: int, writer: int, numbers: Numbers) -> int:
    posts = [Post(topic_id=topic, writer=writer, number=number) for number in numbers]
    return Post.objects.bulk_create(posts)[-1].pk


def copy(topic: int, writer: int, numbers: Numbers) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY stress_post (topic_id, writer, number) FROM STDIN") as rows,
    ):
        for number in numbers:
            rows.write_row((topic, writer, number))


def insert_select(topic: int, writer: int, numbers: Numbers) -> None:
    run(
        "INSERT INTO stress_post (topic_id, writer, number) SELECT id, %s, unnest(%s::bigint[])"
        " FROM stress_topic WHERE id = %s",
        writer, list(numbers), topic,
    )  # fmt: skip


def insert_values(topic: int, writer: int, numbers: Numbers) -> None:
    rows = ", ".join(["(%s, %s, %s)"] * len(numbers))
    values = [value for number in numbers for value in (topic, writer, number)]
    run(f'INSERT INTO "stress_post" ("topic_id", "writer", "number") VALUES {rows}', *values)


ADDITIONS: Sequence[Callable[[int, int, Numbers], int | None]] = (
    create, bulk_create, copy, insert_select, insert_values
)  # fmt: skip


def add_posts(writer: Writer) -> None:
    """Some posts in one commit. Rolled-back ones have negative numbers."""
    topic, add = writer.random.choice(TOPICS), writer.random.choice(ADDITIONS)
    place = post_word(writer.plan.index, topic)
    already, more = writer.board.posts[place], writer.random.choice((1, 1, 3))
    numbers = range(already + 1, already + more + 1)
    if writer.random.random() < 0.25:
        writer.kinds[f"post: {add.__name__} rolled back"] += 1
        with transaction.atomic():
            add(topic, writer.plan.index, [-number for number in numbers])
            transaction.set_rollback(True)
        return
    writer.kinds[f"post: {add.__name__}"] += 1
    keys: list[int | None] = []
    publish = publisher_of_posts(writer.board, place, already + more, keys)
    committing(writer, publish, lambda: keys.append(add(topic, writer.plan.index, numbers)))


def publisher_of_posts(board: Board, place: int, count: int, keys: list[int | None]) -> Callable[[], None]:
    def publish() -> None:
        board.posts[place] = count
        if keys and keys[0] is not None:
            board.last_post[place] = keys[0]

    return publish
