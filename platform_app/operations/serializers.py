from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from caching.ai.ledger.report import MOST_DAYS, Report, Sums
from caching.connection.walking import Place


class LedgerQuerySerializer(serializers.Serializer[Any]):
    """The parameters of the ledger."""

    days = serializers.IntegerField(default=30, min_value=1, max_value=MOST_DAYS)


def _usd(help_text: str) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=None, decimal_places=6, allow_null=True, help_text=help_text)


class SumsSerializer(serializers.Serializer[Sums]):
    name = serializers.CharField(help_text="operation, model, scenario or day; empty: total, or no scenario")
    requests = serializers.IntegerField()
    hits = serializers.IntegerField(help_text="answered without asking the provider")
    hit_ratio = serializers.FloatField(allow_null=True, min_value=0, max_value=1)
    near_hits = serializers.IntegerField(help_text="found in the process")
    redis_hits = serializers.IntegerField()
    joined = serializers.IntegerField(help_text="took the answer that another caller was about to get")
    stale = serializers.IntegerField(help_text="the provider failed, and an expired answer took its place")
    fresh = serializers.IntegerField()
    unkept = serializers.IntegerField()
    failed = serializers.IntegerField()
    fresh_tokens = serializers.IntegerField(help_text="paid in full: input and output")
    provider_cached_tokens = serializers.IntegerField(
        help_text="input made cheap by the provider's own cache"
    )
    saved_tokens = serializers.IntegerField(help_text="what the hits took when they were fresh")
    spent_input_tokens = serializers.IntegerField()
    spent_output_tokens = serializers.IntegerField()
    saved_input_tokens = serializers.IntegerField()
    saved_output_tokens = serializers.IntegerField()
    spent_pictures = serializers.IntegerField()
    saved_pictures = serializers.IntegerField()
    spent_usd = _usd("null: no price is known")
    saved_usd = _usd("null: no price is known")
    provider_saved_usd = _usd("what the provider's own cache took off")
    unpriced_requests = serializers.IntegerField(help_text="of models without a price: not in the money")


class Wishes(serializers.Serializer[Any]):
    """What is asked for in the body of a request. A wish that nobody knows is refused: `dry_run` where there is none would
    else be taken for the deed itself.
    """

    def to_internal_value(self, data: Any) -> Any:
        if unknown := set(data) - set(self.fields) if isinstance(data, Mapping) else ():
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), "There is no such field here."))
        return super().to_internal_value(data)


class DryRunSerializer(Wishes):
    dry_run = serializers.BooleanField(
        default=False, help_text="count the results that it would hit, and change nothing"
    )


class InvalidationSerializer(serializers.Serializer[Any]):
    """What was invalidated. The counts are there for a dry run only: at least so many, unless it is complete."""

    dry_run = serializers.BooleanField()
    tags = serializers.ListField(child=serializers.CharField())
    results = serializers.IntegerField(required=False, help_text="that would count no more")
    of = serializers.IntegerField(required=False, help_text="results that were looked at")
    complete = serializers.BooleanField(required=False, help_text="false: there are more to look at")


class CursorSerializer(Wishes):
    cursor = serializers.CharField(
        required=False, max_length=30, help_text="from the answer before, to go on where that stopped"
    )

    def validate_cursor(self, text: str) -> Place:
        try:
            return Place.parse(text)
        except ValueError as error:
            raise serializers.ValidationError("This is no cursor of an answer.") from error


class CleanupSerializer(serializers.Serializer[Any]):
    """What one call has cleaned. Not complete: call again with the cursor."""

    complete = serializers.BooleanField()
    looked_at = serializers.IntegerField(help_text="keys")
    cleaned = serializers.DictField(
        child=serializers.IntegerField(), help_text="how many of each kind of leftovers"
    )
    cursor = serializers.CharField(allow_null=True)


class LedgerSerializer(serializers.Serializer[Report]):
    """Days are those of UTC. Money comes from the price table as it is now."""

    days = serializers.IntegerField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    prices_as_of = serializers.DateField()
    unpriced_models = serializers.ListField(child=serializers.CharField())
    total = SumsSerializer()
    by_operation = SumsSerializer(many=True)
    by_model = SumsSerializer(many=True)
    by_scenario = SumsSerializer(many=True)
    by_day = SumsSerializer(many=True)
