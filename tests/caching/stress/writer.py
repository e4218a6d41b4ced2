"""A writer: one process that changes what it owns, and what all share, in every way, and publishes what it committed.

python -m tests.caching.stress.writer '{"board": …, "index": 0, …}'      (`plan.WriterPlan`)
"""

import random
import sys
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from tests.caching.stress import faults, reads, shared, writes  # noqa: E402
from tests.caching.stress.board import (  # noqa: E402
    LABELS,
    Board,
    child_cell,
    content_of,
    labels_cell,
    owned_children,
    owned_parents,
    parent_cell,
    version_of,
    word,
)
from tests.caching.stress.judge import Verdicts, shown  # noqa: E402
from tests.caching.stress.models import Parent  # noqa: E402
from tests.caching.stress.plan import WriterPlan, write_report  # noqa: E402
from tests.caching.stress.writes import Change  # noqa: E402

States = Mapping[int, int]
"""Cell to its new word."""


class RolledBack(Exception):
    pass


def nothing() -> None:
    pass


class Writer:
    """Knows what is committed of its own cells from the board alone, so that its successor after a kill knows it too."""

    def __init__(self, plan: WriterPlan, board: Board) -> None:
        self.plan, self.board = plan, board
        self.random = random.Random(plan.seed)
        self.children, self.parents = owned_children(plan.index), owned_parents(plan.index)
        self.kinds: Tally[str] = Tally()
        self.verdicts = Verdicts()
        self.in_commit: Callable[[], None] = nothing
        """Publishes what is being committed; for a writer who is killed before he comes to it."""

    # --- One commit -------------------------------------------------------------------------------------------------

    def commit(self, name: str, new: States, act: Callable[[], object], *, autocommit: bool = True) -> None:
        """Acts, in autocommit or in a transaction, and publishes `new` when the commit has returned."""
        for cell, state in new.items():
            self.board.attempted[cell] = state
        self.in_commit = lambda: self._publish(new)
        way = self.random.random()
        if autocommit and way < 0.4:
            self.kinds[f"{name} in autocommit"] += 1
            act()
        elif way > 0.9:
            self.kinds[f"{name} committed by hand"] += 1
            with committed_by_hand():
                act()
                self._see_own(new)
        else:
            self.kinds[f"{name} in a transaction"] += 1
            with transaction.atomic():
                self._stumble(act)
                act()
                self._see_own(new)
        self._publish(new)
        self.in_commit = nothing
        self._see_own(new)

    def _stumble(self, act: Callable[[], object]) -> None:
        """Sometimes the same write is made first in a savepoint that is rolled back."""
        if self.random.random() < 0.2:
            self.kinds["savepoint rolled back"] += 1
            with suppressed_rollback(), transaction.atomic():
                act()
                raise RolledBack

    def roll_back(self, name: str, new: States, act: Callable[[], object]) -> None:
        """Writes odd versions, looks at them, and takes them back."""
        self.kinds[f"{name} rolled back"] += 1
        old = {cell: self.board.committed[cell] for cell in new}
        with suppressed_rollback(), transaction.atomic():
            act()
            self._see_own(new)
            raise RolledBack
        self._see_own(old)

    def _publish(self, new: States) -> None:
        for cell, state in new.items():
            self.board.committed[cell] = state

    def _see_own(self, states: States) -> None:
        """The owner knows exactly what he has to see, also before the commit and after a rollback."""
        if self.plan.reads_own and self.random.random() < 0.3:
            for cell, state in states.items():
                self._see(cell, state)

    def _see(self, cell: int, state: int) -> None:
        pk = cell + 1
        if cell != child_cell(pk) or pk not in self.children:
            return
        found = reads.child(pk)
        seen = found and word(found["version"], found["parent_id"])
        if seen != (state if content_of(state) else None):
            self.verdicts.add_stale(f"own write of child {pk}: wrote {shown(state)}, sees {shown(seen)}")
            assert not self.plan.killed_every, self.verdicts.findings

    # --- Changes ----------------------------------------------------------------------------------------------------

    def state(self, cell: int) -> int:
        return self.board.committed[cell]

    def next_word(self, cell: int, content: int, step: int) -> int:
        return word(version_of(self.state(cell)) + step, content)

    def write(self) -> None:
        deeds = (
            self.change_children,
            self.change_parent,
            self.change_labels,
            self.cascade,
            self.write_shared,
        )
        (deed,) = self.random.choices(deeds, weights=self.plan.weights)
        deed()

    def change_children(self) -> None:
        some = self.random.sample(self.children, self.random.choice((1, 1, 1, 2, 3)))
        rolled_back = self.random.random() < 0.25
        changes = self._alike([self._change(pk, step=1 if rolled_back else 2) for pk in some])
        if not changes:
            return
        write = self.random.choice(writes.kinds(changes))
        new = {child_cell(change.pk): change.new for change in changes}
        for change in changes:
            if not change.parent:
                new[labels_cell(change.pk)] = self.next_word(labels_cell(change.pk), 0, 2)
        if rolled_back:
            self.roll_back(write.__name__, new, lambda: write(changes))
        else:
            several = len(changes) > 1 and write not in WHOLE
            self.commit(write.__name__, new, lambda: write(changes), autocommit=not several)

    def _change(self, pk: int, step: int) -> Change:
        old = self.state(child_cell(pk))
        parents = [parent for parent in self.parents if content_of(self.state(parent_cell(parent)))]
        target = content_of(old)
        if not target or self.random.random() < 0.3:
            target = self.random.choice(parents) if parents else 0
        elif self.random.random() < 0.15:
            target = 0
        return Change(pk, old, self.next_word(child_cell(pk), target, step))

    def _alike(self, changes: list[Change]) -> list[Change]:
        """Those that are of the same sort as the first that is possible."""
        possible = [change for change in changes if content_of(change.old) or change.parent]
        return [change for change in possible if writes.kinds([change]) == writes.kinds(possible[:1])]

    def change_parent(self) -> None:
        parent = self.random.choice(self.parents)
        cell = parent_cell(parent)
        if not content_of(self.state(cell)):
            return self.bring_back(parent)
        alter = self.random.choice(writes.PARENT_ALTERATIONS)
        if self.random.random() < 0.25:
            odd = self.next_word(cell, 1, 1)
            return self.roll_back(alter.__name__, {cell: odd}, lambda: alter(parent, version_of(odd)))
        new = self.next_word(cell, 1, 2)
        return self.commit(alter.__name__, {cell: new}, lambda: alter(parent, version_of(new)))

    def bring_back(self, parent: int) -> None:
        new = self.next_word(parent_cell(parent), 1, 2)
        self.commit(
            "create_parent",
            {parent_cell(parent): new},
            lambda: Parent.objects.create(pk=parent, version=version_of(new)),
        )

    def cascade(self) -> None:
        parent = self.random.choice(self.parents)
        if not content_of(self.state(parent_cell(parent))):
            return self.bring_back(parent)
        inside = [pk for pk in self.children if content_of(self.state(child_cell(pk))) == parent]
        cells = [parent_cell(parent), *map(child_cell, inside), *map(labels_cell, inside)]
        new = {cell: self.next_word(cell, 0, 2) for cell in cells}
        delete = self.random.choice(writes.CASCADES)
        return self.commit(delete.__name__, new, lambda: delete(parent))

    def change_labels(self) -> None:
        pk = self.random.choice(self.children)
        if not content_of(self.state(child_cell(pk))):
            return
        label = self.random.choice(writes.LABELINGS)
        bits = self.random.randrange(1 << len(LABELS))
        labels = {number + 1 for number in range(len(LABELS)) if bits >> number & 1}
        if self.random.random() < 0.25:
            self.roll_back(label.__name__, {}, lambda: label(pk, labels))
        else:
            new = {labels_cell(pk): self.next_word(labels_cell(pk), bits, 2)}
            self.commit(label.__name__, new, lambda: label(pk, labels))

    def write_shared(self) -> None:
        self.random.choice((shared.increase, shared.add_posts))(self)


# Several rows by one statement or one transaction of Django's.
WHOLE = {writes.bulk_update, writes.upsert, writes.delete_by_query, writes.bulk_create, writes.copy}


@contextmanager
def committed_by_hand() -> Iterator[None]:
    """A transaction that Django does not manage."""
    transaction.set_autocommit(False)
    try:
        yield
        transaction.commit()
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


@contextmanager
def suppressed_rollback() -> Iterator[None]:
    try:
        yield
    except RolledBack:
        return


def main() -> None:
    plan = WriterPlan.parse(sys.argv[1])
    board = Board(plan.board_path)
    writer = Writer(plan, board)
    faults.install(plan.faults)
    plan.wait_for_start(board)
    done = 0
    while done < plan.writes and not board.has_ended:
        if plan.killed_every:
            faults.write_in_a_child_that_is_killed(writer, plan.killed_every)
        else:
            writer.write()
        done += 1
        plan.rest(board)
    connection.close()
    write_report(
        plan,
        writes=done,
        kinds=dict(writer.kinds),
        stale=writer.verdicts.stale,
        findings=writer.verdicts.findings,
    )


if __name__ == "__main__":
    main()
