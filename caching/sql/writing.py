"""What a statement changes: the rows that its text and parameters name, else any row of the tables that it names.

A change is explained if every result that could differ afterwards carries one of its tags: those pinned to a key or a
foreign key of a row before or after, and, by `any`, all that are not pinned. Tables with triggers or rules explain
nothing: what happens to their rows is not what the statement says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from caching.sql.changing import Alteration, Insertion, alteration, insertion
from caching.sql.placeholders import Params, Placeholders, values_at
from caching.sql.schema import Table
from caching.sql.tagging import Changes, Tagging
from caching.sql.values import Column

# More tags than this cost more than the entries that they spare.
MOST_TAGS = 300


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""The text does not say which value."""


@dataclass(frozen=True, slots=True)
class Values:
    """The parameters of one call, looked up by words of the text."""

    words: Sequence[str]
    placeholders: Placeholders
    params: Params
    hidden: Sequence[int]

    def fit(self) -> bool:
        return self.placeholders.fit(self.params, self.hidden)

    def at(self, word: int | None) -> object:
        """A parameter, None for NULL, or UNKNOWN."""
        if word is None or self.words[word] == "default":
            return UNKNOWN
        if self.words[word] == "null":
            return None
        return values_at(self.placeholders.slots[word], self.params, self.hidden)[0]

    def among(self, words: range) -> list[object]:
        """The parameters of all placeholders there."""
        slots = self.placeholders.within(words)
        return [value for slot in slots for value in values_at(slot, self.params, self.hidden)]

    def all_at(self, word: int | None, form: Insertion) -> Sequence[object]:
        """The values of one column in all rows that this one stands for."""
        first = self.at(word)
        if form.columnwise:
            return first if isinstance(first, (list, tuple)) else (UNKNOWN,)
        slot = self.placeholders.slots.get(word) if word is not None else None
        if not form.repeated or slot is None or not isinstance(self.params, (list, tuple)):
            return (first,)
        # The rows are alike, so their parameters follow one another at the distance of a row.
        return self.params[slot.position :: len(form.rows[0])]


class Writing:
    """The changes of one statement on its parameters."""

    def __init__(
        self, tagging: Tagging, names: frozenset[str], words: Sequence[str], placeholders: Placeholders
    ) -> None:
        self._tagging = tagging
        self._words = words
        self.placeholders = placeholders
        self.in_bulk = Changes(tagging.written(names), explained=False)
        self._inserts = insertion(words)
        self.alters = None if self._inserts else alteration(words)
        form = self._inserts or self.alters
        # A second name might be a query, a view or a function behind the form.
        alone = form is not None and names == {form.table}
        self.table = tagging.schema.writable_by_row(form.table) if form and alone else None

    def changes(self, params: Params, hidden: Sequence[int]) -> Changes:
        values = self.values(params, hidden)
        if self.table is None or not values.fit():
            return self.in_bulk
        if self._inserts:
            rows = self._new_rows(self.table, self._inserts, values)
        else:
            rows = self._same_rows(self.table, self.alters, values) if self.alters else None
        return self.explained(rows)

    def values(self, params: Params, hidden: Sequence[int]) -> Values:
        return Values(self._words, self.placeholders, params, hidden)

    def explained(self, rows: Iterable[tuple[Column, object]] | None) -> Changes:
        """The changes of rows with these values; None, an odd value or too many of them: in bulk."""
        if rows is None or self.table is None:
            return self.in_bulk
        table = self.table.name.lower()
        tags: set[str] = set()
        for column, value in rows:
            if value is None:
                continue
            text = column.text(value)
            if text is None or len(tags) >= MOST_TAGS:
                return self.in_bulk
            tags.add(self._tagging.row(table, column, text))
        along = self.in_bulk.tags - {self._tagging.bulk(table)}
        return Changes(along | tags, explained=True)

    def _new_rows(
        self, table: Table, form: Insertion, values: Values
    ) -> Iterable[tuple[Column, object]] | None:
        found: list[tuple[Column, object]] = []
        for row in form.rows:
            for column in table.foreign_keys:
                # A column that is not named takes a default that we do not know.
                if column.key not in row:
                    return None
                found += [(column, value) for value in values.all_at(row[column.key], form)]
            if table.key and table.key not in table.foreign_keys and table.key.key in row:
                keys = values.all_at(row[table.key.key], form)
                found += [(table.key, key) for key in keys if key is not UNKNOWN]
        return found

    def _same_rows(
        self, table: Table, form: Alteration, values: Values
    ) -> Iterable[tuple[Column, object]] | None:
        """Rows named by their key, in a table that points nowhere, or only by its key."""
        if table.key is None or table.other_foreign_keys or table.key.key in form.assigned:
            return None
        for pin in form.where.pins:
            if pin.column == table.key.key:
                key = table.key
                return [(key, value) for value in values.among(pin.values)]
        return None
