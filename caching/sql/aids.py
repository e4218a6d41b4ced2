"""What could explain an UPDATE or DELETE better than its text: the old foreign keys of the row, or the rows themselves.

`UpdateByKey` is for a row that was loaded before: the statement is sent with a guard, so that the database confirms that
the row still points where it did when it was loaded. `Returning` asks the database for the rows that it changed.
Neither changes what the statement does.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from caching.sql.placeholders import Params
from caching.sql.schema import Table
from caching.sql.tagging import Changes
from caching.sql.tokens import POSTGRESQL
from caching.sql.values import Column
from caching.sql.writing import MOST_TAGS, UNKNOWN, Values, Writing


class UpdateByKey:
    """`UPDATE "t" SET … WHERE "t"."id" = %s`: at most one row, and only its old foreign keys are not in the text.

    If the guarded statement changed a row, its changes are `tags`. If it changed none, the row is gone or points
    elsewhere by now: send the original, whose changes are those of the statement without an aid.
    """

    def __init__(
        self, sql: str, vendor: str, writing: Writing, table: Table, key: Column, slot_word: int
    ) -> None:
        self.table = table.name
        self.key_column = key.name
        self.foreign_keys = tuple(column.name for column in table.other_foreign_keys)
        self._sql = sql
        self._vendor = vendor
        self._writing = writing
        self._key = key
        self._columns = table.other_foreign_keys
        self._slot_word = slot_word

    def key_value(self, params: Params) -> str | None:
        """The text of the key as in its tag; None: the parameters prove nothing."""
        values = self._values(params)
        return self._key.text(values.at(self._slot_word)) if values.fit() else None

    def new_foreign_keys(self, params: Params) -> dict[str, object]:
        """Of the foreign keys that the statement sets: the new value, None for NULL, or UNKNOWN."""
        values = self._values(params)
        fits = values.fit()
        return {
            column.name: values.at(self._assigned[column.key]) if fits else UNKNOWN
            for column in self._columns
            if column.key in self._assigned
        }

    def guarded(self, params: Sequence[object], old: Mapping[str, object]) -> tuple[str, tuple[object, ...]]:
        """The statement for a row that still has these foreign keys; `old` has all of `foreign_keys`."""
        conditions = [
            f"AND {_quoted(column.name)} " + ("IS NULL" if old[column.name] is None else "= %s")
            for column in self._columns
        ]
        values = [
            self._for_driver(old[column.name]) for column in self._columns if old[column.name] is not None
        ]
        # On a line of its own: the text may end in a comment.
        return "\n".join((self._sql, *conditions)), (*params, *values)

    def tags(self, params: Params, old: Mapping[str, object]) -> Changes:
        new = self.new_foreign_keys(params)
        values = self._values(params)
        key = values.at(self._slot_word) if values.fit() else None
        rows: list[tuple[Column, object]] = [(self._key, key)]
        rows += [(column, old[column.name]) for column in self._columns]
        rows += [(column, new[column.name]) for column in self._columns if column.name in new]
        return self._writing.explained(None if key is None else rows)

    @property
    def _assigned(self) -> Mapping[str, int | None]:
        return self._writing.alters.assigned if self._writing.alters else {}

    def _values(self, params: Params) -> Values:
        return self._writing.values(params, ())

    def _for_driver(self, value: object) -> object:
        return value.hex if isinstance(value, UUID) and self._vendor != POSTGRESQL else value


class Returning:
    """A statement on one table that deletes, or keeps the values of all keys and foreign keys but those that it pins.

    Rows come back as they are now: what they have lost is what the statement asked for. They are known only after the
    statement: outside of a transaction the change is then visible already.
    """

    def __init__(
        self, sql: str, hidden: Sequence[int], writing: Writing, table: Table, moved: Mapping[Column, range]
    ) -> None:
        self.columns = tuple(column.name for column in table.columns)
        self._sql = sql
        self._hidden = hidden
        self._writing = writing
        self._columns = table.columns
        self._moved = moved

    def sql(self) -> str:
        """The statement with RETURNING; its parameters stay as they are."""
        return f"{self._sql}\nRETURNING {', '.join(_quoted(name) for name in self.columns)}"

    def tags(self, params: Params, rows: Sequence[Sequence[object]]) -> Changes:
        values = self._writing.values(params, self._hidden)
        if len(rows) > MOST_TAGS or (self._moved and not values.fit()):
            return self._writing.in_bulk
        now = [pair for row in rows for pair in zip(self._columns, row, strict=True)]
        before = [(column, old) for column, words in self._moved.items() for old in values.among(words)]
        return self._writing.explained(before + now)


def update_by_key(sql: str, vendor: str, writing: Writing) -> UpdateByKey | None:
    table, form = writing.table, writing.alters
    if table is None or table.key is None or form is None or not form.assigned or form.returns:
        return None
    (pin, *_) = form.where.pins
    slots = writing.placeholders.within(pin.values)
    provable = form.where.only_pin and pin.column == table.key.key and pin.column not in form.assigned
    if not provable or not table.other_foreign_keys or len(slots) != 1 or slots[0].many or slots[0].name:
        return None
    (word,) = [word for word in pin.values if word in writing.placeholders.slots]
    return UpdateByKey(sql, vendor, writing, table, table.key, word)


def returning(sql: str, hidden: Sequence[int], writing: Writing) -> Returning | None:
    table, form = writing.table, writing.alters
    if table is None or form is None or form.returns:
        return None
    columns = {column.key: column for column in table.columns}
    pinned = {columns[pin.column]: pin.values for pin in form.where.pins if pin.column in columns}
    moved = [columns[name] for name in form.assigned if name in columns]
    if not pinned or not pinned.keys() >= set(moved):
        return None
    return Returning(sql, hidden, writing, table, {column: pinned[column] for column in moved})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
