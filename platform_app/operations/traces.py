"""The trace of one request over HTTP, for programs that asked for it by the header X-Cache-Trace."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from caching.tracing.pages import found
from caching.tracing.report import as_data
from platform_app.requests import SignedInAPIRequest


class DecisionSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="query:<name>, ai_chat, ai_embedding, session, near_cache, write …"
    )
    outcome = serializers.CharField()
    key = serializers.CharField(help_text="without the prefix of this platform; empty where there is none")
    why = serializers.CharField(help_text="particulars, such as the tags that have changed")
    explanation = serializers.CharField(help_text="the same in plain words")
    began_us = serializers.IntegerField(help_text="since the request began")
    took_us = serializers.IntegerField()
    depth = serializers.IntegerField(help_text="in how many computations it stands")


class TotalsSerializer(serializers.Serializer[Any]):
    near = serializers.IntegerField(help_text="hits in the process")
    hits = serializers.IntegerField(help_text="in Redis")
    misses = serializers.IntegerField()
    bypasses = serializers.IntegerField()
    computed = serializers.IntegerField()
    waited = serializers.IntegerField()
    unstored = serializers.IntegerField()
    round_trips = serializers.IntegerField(help_text="to Redis")
    queries = serializers.IntegerField(help_text="statements sent to the database")
    cache_us = serializers.IntegerField()
    database_us = serializers.IntegerField()
    ai_us = serializers.IntegerField(help_text="waiting for an AI")
    total_us = serializers.IntegerField()
    ai_asked = serializers.IntegerField()
    ai_spared = serializers.IntegerField()
    spent_tokens = serializers.IntegerField()
    saved_tokens = serializers.IntegerField()
    spent_usd = serializers.FloatField(allow_null=True, help_text="null: no price is known")
    saved_usd = serializers.FloatField(allow_null=True)


class TraceSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    at = serializers.FloatField(help_text="seconds since 1970")
    method = serializers.CharField()
    path = serializers.CharField()
    status = serializers.IntegerField()
    is_stream = serializers.BooleanField()
    totals = TotalsSerializer()
    decisions = DecisionSerializer(many=True)
    more = serializers.IntegerField(help_text="decisions beyond those that were kept")


class KeptTrace(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="cache_trace", responses=TraceSerializer)
    def get(self, request: SignedInAPIRequest, trace_id: str) -> Response:
        """What the cache decided in a request that was sent with `X-Cache-Trace: 1`, for ten minutes after it."""
        return Response(as_data(found(request._request, trace_id)), headers={"Cache-Control": "no-store"})
