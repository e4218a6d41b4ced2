"""The verdict on what a reader saw, given what it had noted before its scope began."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.caching.stress.board import (
    CHILDREN,
    COUNTERS,
    WRITERS,
    Board,
    child_cell,
    content_of,
    labels_cell,
    parent_cell,
    post_word,
    version_of,
    word,
)

KEPT_FINDINGS = 20


@dataclass
class Verdicts:
    """What was found; the first findings are kept in words."""

    stale: int = 0
    never_committed: int = 0
    exact: int = 0
    findings: list[str] = field(default_factory=list)

    def add_stale(self, text: str) -> None:
        self.stale += 1
        self._keep(f"stale: {text}")

    def add_never_committed(self, text: str) -> None:
        self.never_committed += 1
        self._keep(f"never committed: {text}")

    def add(self, other: "Verdicts") -> None:
        self.stale += other.stale
        self.never_committed += other.never_committed
        self.exact += other.exact
        self.findings += other.findings

    def _keep(self, text: str) -> None:
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(text)


class Notes:
    """What was published when the notes were taken, which is before the scope begins.

    The judging methods are called after the reads; `what` names the read in findings.
    """

    def __init__(self, board: Board, verdicts: Verdicts) -> None:
        self._board, self._verdicts = board, verdicts
        self._cells = board.committed.tolist()
        self._counters = [board.floor_of_counter(counter) for counter in COUNTERS]
        self._posts = board.posts.tolist()
        self._last_post = board.last_post.tolist()

    def cell(self, what: str, cell: int, seen: int | None) -> None:
        """`seen` is the whole word, None where the row was not found."""
        noted, attempted = self._cells[cell], self._board.attempted[cell]
        text = f"{what}: noted {shown(noted)}, seen {shown(seen)}, attempted {shown(attempted)}"
        if seen is not None and version_of(seen) % 2:
            self._verdicts.add_never_committed(text)
        elif attempted == noted:
            self._verdicts.exact += 1
            if seen != (noted if content_of(noted) else None):
                self._verdicts.add_stale(text)
        elif seen is not None and (seen < noted or (version_of(seen) == version_of(noted) and seen != noted)):
            self._verdicts.add_stale(text)

    def child(self, what: str, pk: int, seen: Mapping[str, int] | None) -> None:
        self.cell(f"{what} child {pk}", child_cell(pk), seen and word(seen["version"], seen["parent_id"]))

    def existence(self, what: str, pk: int, seen: bool) -> None:
        noted = self._cells[child_cell(pk)]
        if self._board.attempted[child_cell(pk)] == noted and seen != bool(content_of(noted)):
            self._verdicts.add_stale(f"{what} existence of {pk}: noted {shown(noted)}, seen {seen}")

    def children(self, what: str, parent: int, seen: Iterable[tuple[int, int]]) -> None:
        """All children of a parent as (key, version): none too old, none missing, none too many."""
        versions = dict(seen)
        for pk in CHILDREN:
            if pk in versions:
                self.cell(f"{what} of {parent}: child {pk}", child_cell(pk), word(versions[pk], parent))
            elif self._is_surely_in(pk, parent):
                noted = self._cells[child_cell(pk)]
                self._verdicts.add_stale(f"{what} of {parent}: child {pk} is missing, noted {shown(noted)}")

    def parent(self, what: str, parent: int, version: int | None) -> None:
        self.cell(f"{what} parent {parent}", parent_cell(parent), version and word(version, 1))

    def totals(self, what: str, parent: int, seen: Mapping[str, Any]) -> None:
        sure = [self._cells[child_cell(pk)] for pk in CHILDREN if self._is_surely_in(pk, parent)]
        maybe = sum(self._is_moving(pk) for pk in CHILDREN)
        count, versions = seen["count"], seen["versions"] or 0
        text = (
            f"{what} of {parent}: {len(sure)} to {len(sure) + maybe} children, seen {count} with {versions}"
        )
        if versions % 2:
            self._verdicts.add_never_committed(text)
        elif not len(sure) <= count <= len(sure) + maybe or versions < sum(map(version_of, sure)):
            self._verdicts.add_stale(text)

    def labels(self, what: str, child: int, seen: Iterable[int]) -> None:
        noted, attempted = self._cells[labels_cell(child)], self._board.attempted[labels_cell(child)]
        bits = sum(1 << label - 1 for label in seen)
        if noted == attempted and bits != content_of(noted):
            self._verdicts.add_stale(f"{what} {child}: noted {content_of(noted):06b}, seen {bits:06b}")

    def counters(self, what: str, seen: Iterable[int]) -> None:
        for counter, version in zip(COUNTERS, seen, strict=True):
            self.counter(what, counter, version)

    def counter(self, what: str, counter: int, version: int) -> None:
        text = f"{what} {counter}: noted {self._counters[counter - 1]}, seen {version}"
        if version % 2:
            self._verdicts.add_never_committed(text)
        elif version < self._counters[counter - 1]:
            self._verdicts.add_stale(text)

    def posts(self, what: str, topic: int, seen: Iterable[Mapping[str, int]]) -> None:
        rows = {row["writer"]: row for row in seen}
        for writer in range(WRITERS):
            noted = self._posts[post_word(writer, topic)]
            row = rows.get(writer, {"count": 0, "least": 0, "most": 0})
            text = f"{what} on {topic} by {writer}: noted {noted}, seen {dict(row)}"
            if row["least"] < 0:
                self._verdicts.add_never_committed(text)
            elif row["count"] < noted:
                self._verdicts.add_stale(text)

    def post_keys(self) -> list[int]:
        """Rows that are surely there: the last one of each writer and topic."""
        return [pk for pk in self._last_post if pk]

    def post(self, what: str, pk: int, number: int | None) -> None:
        if number is None and pk in self._last_post:
            self._verdicts.add_stale(f"{what} {pk}: seen as absent")
        elif number is not None and number < 0:
            self._verdicts.add_never_committed(f"{what} {pk}: {number}")

    def floor(self, counter: int) -> int:
        return self._counters[counter - 1]

    def _is_moving(self, pk: int) -> bool:
        return self._board.attempted[child_cell(pk)] != self._cells[child_cell(pk)]

    def _is_surely_in(self, pk: int, parent: int) -> bool:
        return not self._is_moving(pk) and content_of(self._cells[child_cell(pk)]) == parent


def shown(value: int | None) -> str:
    return "nothing" if value is None else f"{version_of(value)}@{content_of(value)}"
