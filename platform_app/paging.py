"""A page of a list as a plain value, so that it can be cached; a queryset or Django's Paginator could not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.utils.urls import remove_query_param, replace_query_param

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


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


def page_of(
    found: QuerySet[Row], number: int, size: int, read: Callable[[QuerySet[Row]], tuple[Item, ...]]
) -> Page[Item]:
    """`read` makes the items of one page; the last page for a number beyond it."""
    total = found.count()
    pages = page_count(total, size)
    number = min(number, pages)
    return Page(read(found[(number - 1) * size : number * size]), number, pages, total)


def page_count(total: int, size: int) -> int:
    """At least one: the page that says that there is nothing."""
    return max(1, ceil(total / size))


def asked_page(text: str | None) -> int:
    """The number in an address; the first page for what is no number."""
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1


def with_links(page: Page[Item], address: str) -> dict[str, Any]:
    """The page as the API shows it; `address` is where it was asked for."""
    return {
        "count": page.total,
        "next": _page_url(address, page.next),
        "previous": _page_url(address, page.previous),
        "results": page.items,
    }


def _page_url(address: str, number: int | None) -> str | None:
    if number is None:
        return None
    return (
        remove_query_param(address, "page") if number == 1 else replace_query_param(address, "page", number)
    )
