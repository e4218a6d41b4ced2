"""A page of a list as a plain value, so that it can be cached; a queryset or Django's Paginator could not."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Page `number` of `pages`, of `total` items."""

    items: tuple[Item, ...]
    number: int
    pages: int
    total: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def page_count(total: int, size: int) -> int:
    """At least one: the page that says that there is nothing."""
    return max(1, ceil(total / size))


def asked_page(text: str | None) -> int:
    """The number in an address; the first page for what is no number."""
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1
