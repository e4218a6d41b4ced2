"""What is cached of seven people, to see of whom it still counts."""

from __future__ import annotations

from caching import ai_cache_service, cache_db_query, cache_user_query
from platform_app.models import Scenario, User


@cache_user_query("operations_name", ttl=60)
def name_of(user_id: int) -> str | None:
    return User.objects.filter(pk=user_id).values_list("name", flat=True).first()


@cache_db_query("operations_title", ttl=60)
def title_of(scenario_id: int) -> str | None:
    return Scenario.objects.filter(pk=scenario_id).values_list("title", flat=True).first()


def keep_answer(user: User) -> None:
    ai_cache_service.cache_openai_response(
        operation="summary", input_data=f"of {user.pk}", response="kept", model="m", user_id=user.pk
    )


def kept_answer(user: User) -> object:
    return ai_cache_service.get_cached_openai_response(
        operation="summary", input_data=f"of {user.pk}", model="m", user_id=user.pk
    )
