"""The form of `GET /api/cache/stats`: that of `caching.inspection.figures`, explained."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from caching.inspection.figures import (
    AIFigures,
    Figures,
    KeyFigures,
    KindFigures,
    Latency,
    MemoryFigures,
    NamespaceFigures,
    ProcessFigures,
)
from caching.inspection.overview import ALL, PERIODS


class StatsQuerySerializer(serializers.Serializer[Any]):
    """The parameters of the statistics."""

    period = serializers.ChoiceField(
        choices=[*PERIODS],
        default=ALL,
        help_text="the last hour, day or week; all: since counting began",
    )


def _share() -> serializers.FloatField:
    return serializers.FloatField(
        allow_null=True, min_value=0, max_value=1, help_text="null: nothing was asked"
    )


def _usd(help_text: str) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=None, decimal_places=6, allow_null=True, help_text=help_text)


class LatencySerializer(serializers.Serializer[Latency]):
    count = serializers.IntegerField(help_text="how many were timed")
    p50_seconds = serializers.FloatField(allow_null=True)
    p95_seconds = serializers.FloatField(allow_null=True)
    p99_seconds = serializers.FloatField(allow_null=True)


class KindFiguresSerializer(serializers.Serializer[KindFigures]):
    kind = serializers.CharField(help_text="kind of value; empty: all together")
    requests = serializers.IntegerField(help_text="readings: hits, misses and bypasses")
    hits = serializers.IntegerField()
    hit_ratio = _share()
    near_hits = serializers.IntegerField(help_text="found in the process")
    network_hits = serializers.IntegerField(help_text="found in Redis")
    misses = serializers.IntegerField()
    absent = serializers.IntegerField(help_text="misses: there was no entry")
    outdated = serializers.IntegerField(help_text="misses: what it rested on has changed")
    undecodable = serializers.IntegerField(help_text="misses: the entry could not be read")
    bypasses = serializers.IntegerField(help_text="somebody was writing what it rests on")
    computed = serializers.IntegerField()
    waited = serializers.IntegerField(help_text="took what another caller computed")
    early = serializers.IntegerField(help_text="computed anew before the entry expired")
    unstored = serializers.IntegerField(help_text="computed, and not kept")
    avoided = serializers.IntegerField(help_text="computations that were spared: hits and waits")
    bytes_read = serializers.IntegerField(help_text="from Redis, as they were packed")
    bytes_written = serializers.IntegerField()
    latencies = serializers.DictField(
        child=LatencySerializer(), help_text="by what was timed: network, computation, wait, ai"
    )

    def to_representation(self, instance: KindFigures) -> dict[str, Any]:
        """They are plain numbers already. Field by field hundreds of kinds would take longer than to read them."""
        plain: dict[str, Any] = msgspec.to_builtins(instance)
        return plain


class AIFiguresSerializer(serializers.Serializer[AIFigures]):
    """Days are those of UTC; of the last hour and the last day it is today."""

    days = serializers.IntegerField()
    requests = serializers.IntegerField()
    hits = serializers.IntegerField(help_text="answered without asking the provider")
    hit_ratio = _share()
    fresh_tokens = serializers.IntegerField(help_text="paid in full: input and output")
    provider_cached_tokens = serializers.IntegerField(
        help_text="input made cheap by the provider's own cache"
    )
    saved_tokens = serializers.IntegerField(help_text="what the hits took when they were fresh")
    spent_usd = _usd("null: no price is known")
    saved_usd = _usd("null: no price is known")
    unpriced_requests = serializers.IntegerField(help_text="of models without a price: not in the money")


class MemoryFiguresSerializer(serializers.Serializer[MemoryFigures]):
    """Of one primary. null: the server does not say."""

    server = serializers.CharField()
    used_bytes = serializers.IntegerField(allow_null=True)
    max_bytes = serializers.IntegerField(allow_null=True, help_text="0: no limit")
    fragmentation = serializers.FloatField(allow_null=True)
    evicted_keys = serializers.IntegerField(
        allow_null=True, help_text="thrown out for want of memory, since the server began"
    )
    expired_keys = serializers.IntegerField(allow_null=True, help_text="since the server began")


class NamespaceFiguresSerializer(serializers.Serializer[NamespaceFigures]):
    start = serializers.CharField(allow_null=True, help_text="how the keys begin; null: they are not ours")
    title = serializers.CharField()
    keys = serializers.IntegerField()
    keys_error = serializers.IntegerField(help_text="the truth lies so near in 95 of 100 cases")
    bytes = serializers.IntegerField(allow_null=True)
    bytes_error = serializers.IntegerField()
    without_ttl = serializers.IntegerField()
    median_ttl_seconds = serializers.FloatField(allow_null=True)


class KeyFiguresSerializer(serializers.Serializer[KeyFigures]):
    total = serializers.IntegerField(help_text="keys in Redis, ours and others")
    looked_at = serializers.IntegerField()
    complete = serializers.BooleanField(help_text="false: the figures are extrapolated from a sample")
    namespaces = NamespaceFiguresSerializer(many=True)


class ProcessFiguresSerializer(serializers.Serializer[ProcessFigures]):
    host = serializers.CharField()
    pid = serializers.IntegerField()
    role = serializers.CharField()
    started_at = serializers.FloatField(help_text="seconds since 1970")
    near_open = serializers.BooleanField(help_text="whether it keeps copies near")
    near_entries = serializers.IntegerField()
    near_bytes = serializers.IntegerField()
    near_limit_bytes = serializers.IntegerField()


_KIND = {
    "requests": 1200,
    "hits": 1128,
    "hit_ratio": 0.94,
    "near_hits": 900,
    "network_hits": 228,
    "misses": 70,
    "absent": 50,
    "outdated": 20,
    "undecodable": 0,
    "bypasses": 2,
    "computed": 65,
    "waited": 7,
    "early": 0,
    "unstored": 0,
    "avoided": 1135,
    "bytes_read": 410400,
    "bytes_written": 123500,
    "latencies": {
        "network": {"count": 228, "p50_seconds": 0.0006, "p95_seconds": 0.0014, "p99_seconds": 0.0021}
    },
}
EXAMPLE = {
    "period": "day",
    "total": {"kind": "", **_KIND},
    "kinds": [{"kind": "query:scenario_list", **_KIND}],
    "ai": {
        "days": 1,
        "requests": 310,
        "hits": 190,
        "hit_ratio": 0.6129,
        "fresh_tokens": 132000,
        "provider_cached_tokens": 0,
        "saved_tokens": 209000,
        "spent_usd": "0.081000",
        "saved_usd": "0.128000",
        "unpriced_requests": 0,
    },
    "memory": [
        {
            "server": "127.0.0.1:6379",
            "used_bytes": 10400000,
            "max_bytes": 0,
            "fragmentation": 1.2,
            "evicted_keys": 0,
            "expired_keys": 4100,
        }
    ],
    "keys": {
        "total": 30814,
        "looked_at": 500,
        "complete": False,
        "namespaces": [
            {
                "start": "db_query:",
                "title": "Results of queries",
                "keys": 12300,
                "keys_error": 1340,
                "bytes": 14500000,
                "bytes_error": 1900000,
                "without_ttl": 0,
                "median_ttl_seconds": 540.0,
            }
        ],
    },
    "processes": [
        {
            "host": "web-1",
            "pid": 4711,
            "role": "web",
            "started_at": 1767225600.0,
            "near_open": True,
            "near_entries": 812,
            "near_bytes": 1450000,
            "near_limit_bytes": 67108864,
        }
    ],
}


@extend_schema_serializer(examples=[OpenApiExample("A day", value=EXAMPLE)])
class StatsSerializer(serializers.Serializer[Figures]):
    """Kinds of values that were asked for most come first."""

    period = serializers.CharField(help_text="hour, day, week or all")
    total = KindFiguresSerializer()
    kinds = KindFiguresSerializer(many=True)
    ai = AIFiguresSerializer()
    memory = MemoryFiguresSerializer(many=True)
    keys = KeyFiguresSerializer()
    processes = ProcessFiguresSerializer(many=True)
