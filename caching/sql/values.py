"""What a parameter says about a column: the text of a value as it stands in a tag, or None if it says nothing.

Only whole numbers and UUIDs name rows: there equality in Python is equality in the database. Texts are compared by
collations, decimals and floats by rounding, so that two spellings may be one value: they never pin a row. A bool is
an int to Python and a 1 to SQLite, and a text such as '7' a number to both databases: they are refused, not guessed.
"""

import re
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class ValueType(Enum):
    INTEGER = "integer"
    UUID = "uuid"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as the model writes it, `key` as it stands in tags and in the words of a text."""

    name: str
    type: ValueType

    @property
    def key(self) -> str:
        return self.name.lower()

    def text(self, value: object) -> str | None:
        """The same text for the same value in the database, however it was handed over."""
        if self.type is ValueType.INTEGER:
            # psycopg's Int4 and Int8, which Django sends, are ints as well.
            return int.__repr__(value) if isinstance(value, int) and not isinstance(value, bool) else None
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, str) and _HEX.fullmatch(value):
            return value.replace("-", "").lower()
        return None
