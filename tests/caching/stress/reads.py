"""The cached functions of the stress test. Each counts how often it really ran."""

from django.db.models import Count, Max, Min, Sum

from caching import cache_db_query, cache_user_query
from tests.caching.stress.models import Child, Counter, Parent, Post


class Computations:
    """How often a function body ran in this process."""

    count = 0


def _computing() -> None:
    Computations.count += 1


@cache_db_query("stress_child")
def child(pk: int) -> dict[str, int] | None:
    _computing()
    return Child.objects.filter(pk=pk).values("version", "parent_id").first()


@cache_db_query("stress_child_exists")
def child_exists(pk: int) -> bool:
    _computing()
    return Child.objects.filter(pk=pk).exists()


@cache_user_query("stress_children")
def children_of(user_id: int) -> list[dict[str, int]]:
    """By foreign key; the parent plays the user."""
    _computing()
    return list(Child.objects.filter(parent=user_id).order_by("pk").values("pk", "version"))


@cache_db_query("stress_joined")
def joined(parent: int) -> list[tuple[int, int, int]]:
    _computing()
    return list(
        Child.objects.filter(parent__pk=parent, parent__version__gt=0).values_list(
            "pk", "version", "parent__version"
        )
    )


@cache_db_query("stress_totals")
def totals(parent: int) -> dict[str, int | None]:
    _computing()
    return Child.objects.filter(parent=parent).aggregate(count=Count("pk"), versions=Sum("version"))


@cache_db_query("stress_family")
def family(parent: int) -> Parent | None:
    """A model instance with its children fetched beside it."""
    _computing()
    return Parent.objects.filter(pk=parent).prefetch_related("children").first()


@cache_db_query("stress_labels")
def labels_of(child: int) -> list[int]:
    _computing()
    return list(Child.labels.through.objects.filter(child=child).values_list("label_id", flat=True))


@cache_db_query("stress_counter")
def counter(pk: int) -> int:
    _computing()
    return int(Counter.objects.values_list("version", flat=True).get(pk=pk))


@cache_db_query("stress_async_counter")
async def async_counter(pk: int) -> int:
    _computing()
    return (await Counter.objects.aget(pk=pk)).version


@cache_db_query("stress_async_child")
async def async_child(pk: int) -> dict[str, int] | None:
    _computing()
    return await Child.objects.filter(pk=pk).values("version", "parent_id").afirst()


@cache_db_query("stress_counter_twice")
def counter_twice(pk: int) -> tuple[int, int]:
    """The row itself, and what a cached function says of it: the latter may be older, if it is near."""
    _computing()
    return int(Counter.objects.values_list("version", flat=True).get(pk=pk)), counter(pk)


@cache_db_query("stress_counters")
def counters() -> list[int]:
    """A cached function that calls cached functions."""
    _computing()
    return [counter(pk) for pk in Counter.objects.order_by("pk").values_list("pk", flat=True)]


@cache_db_query("stress_posts")
def posts(topic: int) -> list[dict[str, int]]:
    _computing()
    by_writer = Post.objects.filter(topic=topic).values("writer")
    return list(by_writer.annotate(count=Count("pk"), least=Min("number"), most=Max("number")))


@cache_db_query("stress_post")
def post(pk: int) -> int | None:
    """Asked for rows that are not there yet: their INSERT will not name the key."""
    _computing()
    return Post.objects.filter(pk=pk).values_list("number", flat=True).first()
