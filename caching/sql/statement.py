"""One text, analysed: what it does, what it depends on, what it changes. `Statements` remembers texts."""

import threading
from collections.abc import Sequence
from typing import TypeVar

from caching.sql.aids import Returning, UpdateByKey, returning, update_by_key
from caching.sql.kinds import Kind, natures, strongest
from caching.sql.names import known_names, named_tables
from caching.sql.placeholders import Params, Placeholders
from caching.sql.reading import Reading
from caching.sql.schema import EVERYTHING, UNKNOWN_TABLE, Schema
from caching.sql.selects import UNPINNED, selection
from caching.sql.tagging import NOTHING_CHANGED, Changes, Dependencies, Tagging
from caching.sql.tokens import name_of, scan, shorten
from caching.sql.writing import Writing

T = TypeVar("T")

MOST_TEXTS = 2000
# Longer texts are made by loops and hardly ever come again.
LONGEST_TEXT = 20_000
# Of an executemany: beyond this any row may have changed.
MOST_PARAMETER_SETS = 200


class Shape:
    """What texts that differ only in the length of their lists have in common."""

    def __init__(self, sql: str, vendor: str, tagging: Tagging) -> None:
        tokens = scan(sql, vendor)
        words, schema = tokens.words, tagging.schema
        found = natures(words)
        known = known_names(words, schema.names, vendor)
        kinds = {nature.kind for nature in found} or {Kind.OTHER}
        if not tokens.understood or (Kind.READ in kinds and not schema.writing.isdisjoint(known)):
            kinds.add(Kind.WRITE)
        self.kinds = frozenset(kinds)
        self.kind = strongest(list(kinds))
        self.schema_changed = any(nature.schema_changed for nature in found)
        everything = not tokens.understood or any(nature.everything for nature in found)
        names = known | named_tables(words)
        if everything or _calls_the_unknown(words, known):
            names |= {EVERYTHING}
        if self.schema_changed:
            names |= {UNKNOWN_TABLE}
        self.reads_uncached = schema.reads_uncached(names)
        self.writes_only_uncached = kinds == {Kind.WRITE} and schema.writes_only_uncached(names)
        placeholders = Placeholders(tokens)
        one_query = len(found) == 1 and self.kind is Kind.READ
        selected = selection(words) if one_query else UNPINNED
        reads = names if kinds & {Kind.READ, Kind.WRITE} else frozenset()
        self.reading = Reading(tagging, reads, selected, placeholders)
        self.writing = Writing(tagging, names, words, placeholders) if self.kind is Kind.WRITE else None


def _calls_the_unknown(words: Sequence[str], known: frozenset[str]) -> bool:
    """CALL of a procedure whose body nobody has read."""
    return words[:1] == ("call",) and known.isdisjoint(name_of(word) for word in words[1 : words.index("(")])


class Statement:
    """A text and what it means. The methods take the parameters as the cursor got them."""

    __slots__ = ("_hidden", "_shape", "_sql", "_vendor", "kind", "kinds", "schema_changed")

    def __init__(self, sql: str, vendor: str, shape: Shape, hidden: tuple[int, ...]) -> None:
        self._sql = sql
        self._vendor = vendor
        self._shape = shape
        self._hidden = hidden
        self.kind = shape.kind
        """The strongest of the text's statements: WRITE > COMMIT > ROLLBACK > BEGIN > READ > OTHER."""
        self.kinds = shape.kinds
        """Those of all its statements."""
        self.schema_changed = shape.schema_changed
        """It defines something: the schema has to be read again."""

    def dependencies(self, params: Params) -> Dependencies:
        """What its result depends on. A statement that writes may read as well."""
        return self._shape.reading.dependencies(params, self._hidden)

    def changes(self, params: Params) -> Changes:
        """What results are no longer true, as far as the text and its parameters tell."""
        writing = self._shape.writing
        return writing.changes(params, self._hidden) if writing else NOTHING_CHANGED

    def changes_of_many(self, param_sets: Sequence[Params]) -> Changes:
        """The same for executemany, all sets together."""
        writing = self._shape.writing
        if writing is None or not param_sets:
            return NOTHING_CHANGED
        if len(param_sets) > MOST_PARAMETER_SETS:
            return writing.in_bulk
        every = [writing.changes(params, self._hidden) for params in param_sets]
        tags = frozenset().union(*(changes.tags for changes in every))
        return Changes(tags, explained=all(changes.explained for changes in every))

    @property
    def reads_uncached(self) -> bool:
        """It reads a table whose writes are not announced."""
        return self._shape.reads_uncached

    @property
    def writes_only_uncached(self) -> bool:
        """It writes, and nothing but such tables."""
        return self._shape.writes_only_uncached

    @property
    def by_key(self) -> UpdateByKey | None:
        writing = self._shape.writing
        return update_by_key(self._sql, self._vendor, writing) if writing else None

    @property
    def returning(self) -> Returning | None:
        writing = self._shape.writing
        return returning(self._sql, self._hidden, writing) if writing else None


class Statements:
    """The analysed texts of one database; any thread may ask. A text is analysed once, whatever lengths its lists have."""

    def __init__(self, database: str, vendor: str, schema: Schema) -> None:
        self._database = database
        self._vendor = vendor
        self._lock = threading.Lock()
        self.reload(schema)

    def reload(self, schema: Schema) -> None:
        """From here on texts are read with this schema."""
        with self._lock:
            self._tagging = Tagging(self._database, schema)
            self._statements: dict[str, Statement] = {}
            self._shapes: dict[str, Shape] = {}

    def analyse(self, sql: str) -> Statement:
        return self._statements.get(sql) or self._analyse(sql)

    def _analyse(self, sql: str) -> Statement:
        statements, shapes, tagging = self._statements, self._shapes, self._tagging
        short, hidden = shorten(sql)
        shape = shapes.get(short)
        if shape is None:
            shape = Shape(short, self._vendor, tagging)
            self._remember(shapes, short, shape)
        statement = Statement(sql, self._vendor, shape, hidden)
        if not hidden:
            self._remember(statements, sql, statement)
        return statement

    def _remember(self, texts: dict[str, T], sql: str, analysed: T) -> None:
        """The oldest goes, not the least used: a hit then costs one look-up and no lock."""
        if len(sql) > LONGEST_TEXT:
            return
        with self._lock:
            while len(texts) >= MOST_TEXTS:
                del texts[next(iter(texts))]
            texts[sql] = analysed
