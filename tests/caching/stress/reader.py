"""A reader: one process that reads through cached functions and judges each answer by what it noted before.

python -m tests.caching.stress.reader '{"board": …, "index": 0, …}'      (`plan.ReaderPlan`)
"""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import django
from asgiref.sync import sync_to_async

django.setup()

from django.db import connection, transaction  # noqa: E402

from caching import fresh, stats  # noqa: E402
from tests.caching.stress import faults, reads  # noqa: E402
from tests.caching.stress.board import CHILDREN, COUNTERS, PARENTS, TOPICS, Board  # noqa: E402
from tests.caching.stress.judge import Notes, Verdicts  # noqa: E402
from tests.caching.stress.plan import ReaderPlan, write_report  # noqa: E402


class Reader:
    def __init__(self, plan: ReaderPlan, board: Board) -> None:
        self.plan, self.board = plan, board
        self.random = random.Random(plan.seed)
        self.verdicts = Verdicts()
        self.reads = 0

    # --- All kinds --------------------------------------------------------------------------------------------------

    def read_all_kinds(self) -> None:
        """One scope, usually; sometimes each read for itself, and sometimes in a transaction of this reader."""
        notes = Notes(self.board, self.verdicts)
        place = self.random.choice((fresh, fresh, fresh, fresh, nullcontext, in_transaction, in_old_snapshot))
        with place():
            for _ in range(self.random.choice((1, 2, 3))):
                self._read_family(notes, self.random.choice(PARENTS), place.__name__)
            self._read_child(notes, self.random.choice(CHILDREN), place.__name__)
            self._read_shared(notes, place.__name__)

    def _read_family(self, notes: Notes, parent: int, place: str) -> None:
        what = self.random.choice(("children", "joined", "totals", "family", "labels"))
        name = f"{place} {what}"
        self.reads += 1
        match what:
            case "children":
                seen = reads.children_of(parent)
                notes.children(name, parent, [(row["pk"], row["version"]) for row in seen])
            case "joined":
                rows = reads.joined(parent)
                notes.children(name, parent, [(pk, version) for pk, version, _ in rows])
                for _, _, version in rows[:1]:
                    notes.parent(name, parent, version)
            case "totals":
                notes.totals(name, parent, reads.totals(parent))
            case "family":
                found = reads.family(parent)
                notes.parent(name, parent, found and found.version)
                children = found.children.all() if found else []
                notes.children(name, parent, [(child.pk, child.version) for child in children])
            case "labels":
                pk = self.random.choice(CHILDREN)
                notes.labels(name, pk, reads.labels_of(pk))

    def _read_child(self, notes: Notes, pk: int, place: str) -> None:
        self.reads += 2
        notes.child(f"{place} by key:", pk, reads.child(pk))
        notes.existence(place, pk, reads.child_exists(pk))

    def _read_shared(self, notes: Notes, place: str) -> None:
        self.reads += 5
        pk, topic = self.random.choice(COUNTERS), self.random.choice(TOPICS)
        notes.counter(f"{place} counter", pk, reads.counter(pk))
        notes.counters(f"{place} all counters", reads.counters())
        for version in reads.counter_twice(pk):
            notes.counter(f"{place} twice counter", pk, version)
        notes.posts(f"{place} posts", topic, reads.posts(topic))
        for key in notes.post_keys()[:1]:
            notes.post(f"{place} post", key, reads.post(key))
            # Rows that are not there yet: their absence is cached.
            ahead = key + self.random.randrange(1, 6)
            notes.post(f"{place} post ahead", ahead, reads.post(ahead))

    # --- As many near hits as possible --------------------------------------------------------------------------------

    def read_fast(self, hits: int) -> None:
        """One barrier, then look-ups in the near cache only, each of them judged."""
        notes = Notes(self.board, self.verdicts)
        pk, child = self.random.choice(COUNTERS), self.random.choice(CHILDREN)
        floor, counter = notes.floor(pk), reads.counter
        with fresh():
            for _ in range(hits - 1):
                version = counter(pk)
                if version < floor or version % 2:
                    notes.counter("near counter", pk, version)
            notes.child("near", child, reads.child(child))
        self.reads += hits

    # --- The run ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        if self.plan.near_reads:
            while self.reads < self.plan.near_reads:
                self.read_fast(self.plan.hits_a_scope)
            return
        while not self.board.has_ended:
            self.read_all_kinds()

    def run_with_others(self) -> None:
        """Beside threads, and beside a thread with an event loop, that read as well."""
        others = [Reader(self.plan, self.board) for _ in range(self.plan.threads - 1 + bool(self.plan.tasks))]
        for number, other in enumerate(others):
            other.random.seed(self.plan.seed + 1000 * number)
        with ThreadPoolExecutor(len(others) + 1) as threads:
            runs = [threads.submit(other.run_and_close) for other in others[: self.plan.threads - 1]]
            if self.plan.tasks:
                runs.append(threads.submit(asyncio.run, others[-1].run_tasks()))
            self.run()
        for other, run in zip(others, runs, strict=True):
            run.result()
            self.reads += other.reads
            self.verdicts.add(other.verdicts)

    def run_and_close(self) -> None:
        try:
            self.run()
        finally:
            close_connection()

    async def run_tasks(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self.plan.tasks):
                group.create_task(self._read_async())
        await sync_to_async(close_connection)()

    async def _read_async(self) -> None:
        while not self.board.has_ended:
            notes = Notes(self.board, self.verdicts)
            pk, child = self.random.choice(COUNTERS), self.random.choice(CHILDREN)
            async with fresh():
                for _ in range(3):
                    notes.counter("async counter", pk, await reads.async_counter(pk))
                notes.child("async", child, await reads.async_child(child))
            self.reads += 4
            await asyncio.sleep(0)

    def look_at_everything(self) -> None:
        """After the writers: each answer must be exact."""
        notes = Notes(self.board, self.verdicts)
        with fresh():
            for child in CHILDREN:
                notes.child("at the end", child, reads.child(child))
                notes.existence("at the end", child, reads.child_exists(child))
                notes.labels("at the end", child, reads.labels_of(child))
            for parent in PARENTS:
                notes.children(
                    "at the end", parent, [(c["pk"], c["version"]) for c in reads.children_of(parent)]
                )
                notes.totals("at the end", parent, reads.totals(parent))
            notes.counters("at the end", reads.counters())
            for topic in TOPICS:
                notes.posts("at the end", topic, reads.posts(topic))


@contextmanager
def in_transaction() -> Iterator[None]:
    with fresh(), transaction.atomic():
        yield


@contextmanager
def in_old_snapshot() -> Iterator[None]:
    """What is computed here may be older than the stamps, so that it must not be stored for others."""
    with fresh(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT 1")
        yield


def close_connection() -> None:
    """That of the thread in which this runs."""
    connection.close()


def report(reader: Reader, path: str) -> None:
    reader.plan.report = path
    write_report(
        reader.plan,
        reads=reader.reads,
        computations=reads.Computations.count,
        stale=reader.verdicts.stale,
        never_committed=reader.verdicts.never_committed,
        exact=reader.verdicts.exact,
        findings=reader.verdicts.findings,
        served=served(),
    )


def served() -> dict[str, int]:
    """How the answers came about, as the cache counted it."""
    told: Counter[str] = Counter()
    for (_, outcome), times in stats.total().items():
        told[outcome] += times
    return told


def fork_readers(reader: Reader) -> list[int]:
    """A server that forks its workers: they begin with copies of the parent's near cache, locks and sockets."""
    if not reader.plan.forks:
        return []
    reader.look_at_everything()
    connection.close()  # PostgreSQL's protocol forbids to share it; of Redis's connections the cache takes care
    children = []
    for number in range(reader.plan.forks):
        if not (pid := os.fork()):
            reader.random.seed(reader.plan.seed + number + 1)
            reader.reads = reads.Computations.count = 0
            reader.run()
            reader.look_at_everything()
            report(reader, f"{reader.plan.report}.{number}")
            os._exit(0)
        children.append(pid)
    return children


def main() -> None:
    plan = ReaderPlan.parse(sys.argv[1])
    board = Board(plan.board_path)
    faults.install(plan.faults)
    reader = Reader(plan, board)
    plan.wait_for_start(board)
    children = fork_readers(reader)
    reader.run_with_others()
    for pid in children:
        _, status = os.waitpid(pid, 0)
        assert status == 0, f"a forked reader ended with {status}"
    if not plan.near_reads:
        reader.look_at_everything()
    report(reader, plan.report)


if __name__ == "__main__":
    main()
