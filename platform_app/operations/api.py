"""What administrators see and do of the cache over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from caching.ai.ledger.report import ledger_report
from caching.operations.figures import figures
from caching.operations.overview import PERIODS, overview
from platform_app.operations.permissions import IsAdmin, MaySeeCache
from platform_app.operations.serializers import LedgerQuerySerializer, LedgerSerializer
from platform_app.operations.stats_serializers import StatsQuerySerializer, StatsSerializer
from platform_app.requests import SignedInAPIRequest


class Ledger(APIView):
    permission_classes = (IsAuthenticated, IsAdmin)

    @extend_schema(
        operation_id="cache_ledger", parameters=[LedgerQuerySerializer], responses=LedgerSerializer
    )
    def get(self, request: SignedInAPIRequest) -> Response:
        """What the AI cache spent and saved: today (UTC) and the days before it."""
        wanted = LedgerQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        return Response(LedgerSerializer(ledger_report(wanted.validated_data["days"])).data)


class Stats(APIView):
    permission_classes = (IsAuthenticated, MaySeeCache)

    @extend_schema(operation_id="cache_stats", parameters=[StatsQuerySerializer], responses=StatsSerializer)
    def get(self, request: SignedInAPIRequest) -> Response:
        """Whether the cache earns its keep: what the overview in the admin and `manage.py cache_stats --json` say."""
        wanted = StatsQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        return Response(StatsSerializer(figures(overview(PERIODS[wanted.validated_data["period"]]))).data)
