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
    """A pin on a column that names rows. `row_tag` makes the tag of one value."""

    table: str
    column: Column
    slots: tuple[Slot, ...]
    is_key: bool

    def texts(self, params: Params, hidden: Sequence[int]) -> set[str] | None:
        """The values, or None where they prove nothing: too many of them, or of another type than the column."""
        texts: set[str] = set()
        for slot in self.slots:
            values = values_at(slot, params, hidden)
            if len(values) > MOST_VALUES:
                return None
            for value in values:
                if (text := self.column.text(value)) is None:
                    return None
                texts.add(text)
        return texts


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
        self._pins = {table: pins[table] for table in pins.keys() - whole}
        self._whole = tagging.read(whole)
        self._unproven = Dependencies(tagging.read(names))

    def _row_pins(self) -> dict[str, list[RowPin]]:
        """By table; the pin on the primary key comes first, since it names the fewest rows."""
        found: dict[str, list[RowPin]] = {}
        for pin in self._selected.pins:
            table = self._tagging.schema.readable_by_row(pin.table)
            slots = self._placeholders.within(pin.values)
            columns = {column.key: column for column in table.columns} if table else {}
            if table and pin.column in columns and len(slots) <= MOST_VALUES:
                column = columns[pin.column]
                row_pin = RowPin(pin.table, column, slots, is_key=column not in table.foreign_keys)
                found.setdefault(pin.table, []).append(row_pin)
        for pins in found.values():
            pins.sort(key=lambda pin: not pin.is_key)
        return found

    def dependencies(self, params: Params, hidden: Sequence[int]) -> Dependencies:
        if not self._pins or not self._placeholders.fit(params, hidden):
            return self._unproven
        tags = set(self._whole)
        absent: set[str] = set()
        rows = 0
        for table, pins in self._pins.items():
            proven = [(pin, texts) for pin in pins if (texts := pin.texts(params, hidden)) is not None]
            if not proven:
                tags.add(self._tagging.any(table))
                continue
            tags.add(self._tagging.bulk(table))
            pin, texts = proven[0]
            tags |= self._row_tags(pin, texts)
            if pin.is_key:
                # A new row has its key from a sequence as a rule: its INSERT says only what it points to.
                pointing = [one for one in proven if not one[0].is_key]
                later = self._row_tags(*pointing[0]) if pointing else {self._tagging.any(table)}
                found = self._rows_that_prove(len(texts))
                (absent if found else tags).update(later)
                rows = max(rows, found)
        return Dependencies(frozenset(tags), frozenset(absent - tags), rows if absent - tags else 0)

    def _rows_that_prove(self, values: int) -> int:
        """How many rows of the result prove that all these keys exist; 0: none do."""
        if not self._selected.rows_are_found or (self._selected.joins and values > 1):
            return 0
        return values

    def _row_tags(self, pin: RowPin, texts: set[str]) -> set[str]:
        return {self._tagging.row(pin.table, pin.column, text) for text in texts}
