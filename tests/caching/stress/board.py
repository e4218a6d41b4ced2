"""What is committed, published in memory that all processes of a run share. Aligned 64-bit words, each with one writer.

A *cell* is something that one writer owns: a child, a parent, the labels of a child. Its word is a version and a content:

    version (48 bits) · content (16 bits)       content: parent of the child, 1 for a parent, labels as bits; 0 is absent

Versions grow; those that were ever committed are even, and a rolled-back transaction writes odd ones: whoever reads an
odd version has seen what was never committed. `attempted` is raised before a write begins, `committed` after its COMMIT
returned: while both are equal, the content is known exactly. Counters and posts are written by all; each writer has a
word of its own for them, so that no word needs a lock.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

WRITERS = 3
PARENTS = range(1, 10)
CHILDREN = range(1, 37)
COUNTERS = range(1, 5)
TOPICS = range(1, 4)
LABELS = range(1, 7)

CELLS = len(CHILDREN) + len(PARENTS) + len(CHILDREN)
FIRST_VERSION = 2
CONTENT_BITS = 16


def owned_parents(writer: int) -> list[int]:
    return [parent for parent in PARENTS if parent % WRITERS == writer]


def owned_children(writer: int) -> list[int]:
    return [child for child in CHILDREN if child % WRITERS == writer]


def first_parent(child: int) -> int:
    """Where a child begins; it belongs to the same writer."""
    return (child - 1) % len(PARENTS) + 1


def child_cell(child: int) -> int:
    return child - 1


def parent_cell(parent: int) -> int:
    return len(CHILDREN) + parent - 1


def labels_cell(child: int) -> int:
    return len(CHILDREN) + len(PARENTS) + child - 1


def word(version: int, content: int) -> int:
    return version << CONTENT_BITS | content


def version_of(value: int) -> int:
    return value >> CONTENT_BITS


def content_of(value: int) -> int:
    return value & (1 << CONTENT_BITS) - 1


class Board:
    """One file, mapped by every process of a run."""

    def __init__(self, path: Path) -> None:
        widths = (
            CELLS,
            CELLS,
            WRITERS * len(COUNTERS),
            WRITERS * len(TOPICS),
            WRITERS * len(TOPICS),
            3 + WRITERS,
        )
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(8 * sum(widths))
            self._words = memoryview(mmap.mmap(file.fileno(), 8 * sum(widths))).cast("Q")
        parts = iter(self._parts(widths))
        self.committed, self.attempted = next(parts), next(parts)
        self.counters, self.posts, self.last_post = next(parts), next(parts), next(parts)
        self._control = next(parts)

    def _parts(self, widths: tuple[int, ...]) -> "Iterator[memoryview[int]]":
        start = 0
        for width in widths:
            yield self._words[start : start + width]
            start += width

    def begin(self) -> None:
        """The state of the template database."""
        for child in CHILDREN:
            self._set(child_cell(child), word(FIRST_VERSION, first_parent(child)))
            self._set(labels_cell(child), word(FIRST_VERSION, 0))
        for parent in PARENTS:
            self._set(parent_cell(parent), word(FIRST_VERSION, 1))
        for place in range(len(self.counters)):
            self.counters[place] = FIRST_VERSION

    def _set(self, cell: int, value: int) -> None:
        self.committed[cell] = self.attempted[cell] = value

    @property
    def has_ended(self) -> bool:
        return self._control[0] == 1

    def end(self) -> None:
        self._control[0] = 1

    @property
    def has_begun(self) -> bool:
        return self._control[1] == 1

    def start(self) -> None:
        self._control[1] = 1

    def floor_of_counter(self, counter: int) -> int:
        return max(self.counters[writer * len(COUNTERS) + counter - 1] for writer in range(WRITERS))


def counter_word(writer: int, counter: int) -> int:
    return writer * len(COUNTERS) + counter - 1


def post_word(writer: int, topic: int) -> int:
    return writer * len(TOPICS) + topic - 1
