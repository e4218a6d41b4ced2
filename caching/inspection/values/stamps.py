"""A tag: the stamp that lies there, or the mark of writers who are about to commit."""

from __future__ import annotations

import time

from caching.connection import wire
from caching.inspection import names
from caching.inspection.names import shown
from caching.inspection.validity import mark_in
from caching.inspection.values.opened import Opened


def open_stamp(opened: Opened, found: bytes, *, may_read: bool) -> None:
    key = names.key_of(opened.facts.name)
    tag = shown(opened.facts.name.partition(b":")[2])
    opened.what = f"The stamp of the tag {tag}. What rests on it counts while it stays the same."
    mark = mark_in(found, wire.epoch_of(key.decode(errors="surrogateescape")), time.time())
    opened.details.append(("Stamp", mark.text))
    if mark.writers:
        opened.details.append(("Busy", mark.why_not))
        opened.details.append(("Meanwhile", "nobody takes or stores what rests on it"))
    elif mark.why_not:
        opened.details.append(("Does not count", f"{mark.why_not}; its next reader gives it a new one"))
