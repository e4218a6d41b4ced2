"""What a query depends on: pinned rows where the text and the parameters prove them, else whole tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from caching.sql.placeholders import Params, Placeholders, Slot, values_at
from caching.sql.selects import Selection
from caching.sql.tagging import Dependencies, Tagging
from caching.sql.values import Column

# A page of rows with a row of another table for each. Every value is a tag more: a hit over the network takes 36 us with
# 8 of them, 48 with 20, 66 with 40, and a miss several hundred.
MOST_VALUES = 40


@dataclass(frozen=True, slots=True)
class RowPin:
    """A pin on a column that names rows. `tag` becomes that of a row when its value is put behind it."""

    tag: str
    column: Column
    slots: tuple[Slot, ...]
    is_key: bool

    def tags(self, params: Params, hidden: Sequence[int]) -> set[str] | None:
        """Those of the rows, or None where the values prove nothing: too many, or of another type than the column."""
        tags: set[str] = set()
        for slot in self.slots:
            values = values_at(slot, params, hidden)
            if len(values) > MOST_VALUES:
                return None
            for value in values:
                if (text := self.column.text(value)) is None:
                    return None
                tags.add(self.tag + text)
        return tags


@dataclass(frozen=True, slots=True)
class PinnedTable:
    """A table of which only some rows are read; its pins, the one on the primary key first: it names the fewest rows."""

    any: str
    bulk: str
    pins: tuple[RowPin, ...]


class Reading:
    """The dependencies of one query on its parameters."""

    def __init__(
        self, tagging: Tagging, names: frozenset[str], selected: Selection, placeholders: Placeholders
    ) -> None:
        self._tagging = tagging
        self._placeholders = placeholders
        self._selected = selected
        pins = self._row_pins()
        whole = tagging.schema.read_with(names - pins.keys())
        self._pinned = [self._pinned_table(name, pins[name]) for name in pins.keys() - whole]
        self._whole = tagging.read(whole)
        self._unproven = Dependencies(tagging.read(names))

    def _pinned_table(self, name: str, pins: list[RowPin]) -> PinnedTable:
        by_key_first = tuple(sorted(pins, key=lambda pin: not pin.is_key))
        return PinnedTable(self._tagging.any(name), self._tagging.bulk(name), by_key_first)

    def _row_pins(self) -> dict[str, list[RowPin]]:
        """By table."""
        found: dict[str, list[RowPin]] = {}
        for pin in self._selected.pins:
            table = self._tagging.schema.readable_by_row(pin.table)
            slots = self._placeholders.within(pin.values)
            columns = {column.key: column for column in table.columns} if table else {}
            if table and pin.column in columns and len(slots) <= MOST_VALUES:
                column = columns[pin.column]
                tag = self._tagging.row(pin.table, column, "")
                row_pin = RowPin(tag, column, slots, is_key=column not in table.foreign_keys)
                found.setdefault(pin.table, []).append(row_pin)
        return found

    def dependencies(self, params: Params, hidden: Sequence[int]) -> Dependencies:
        if not self._pinned or not self._placeholders.fit(params, hidden):
            return self._unproven
        tags = set(self._whole)
        absent: set[str] = set()
        rows = 0
        for table in self._pinned:
            proven = [(pin, named) for pin in table.pins if (named := pin.tags(params, hidden)) is not None]
            if not proven:
                tags.add(table.any)
                continue
            tags.add(table.bulk)
            pin, named = proven[0]
            tags |= named
            if pin.is_key:
                # A new row has its key from a sequence as a rule: its INSERT says only what it points to.
                later = next((others for other, others in proven if not other.is_key), {table.any})
                found = self._rows_that_prove(len(named))
                (absent if found else tags).update(later)
                rows = max(rows, found)
        absent -= tags
        return Dependencies(frozenset(tags), frozenset(absent), rows if absent else 0)

    def _rows_that_prove(self, values: int) -> int:
        """How many rows of the result prove that all these keys exist; 0: none do."""
        if not self._selected.rows_are_found or (self._selected.joins and values > 1):
            return 0
        return values
