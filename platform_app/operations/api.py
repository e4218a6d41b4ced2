"""What administrators see and do of the cache over HTTP."""

from __future__ import annotations

import time

from django.db.models import Model
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from caching.ai.ledger.report import ledger_report
from caching.connection.walking import BEGINNING
from caching.inspection.figures import figures
from caching.inspection.overview import PERIODS, overview
from caching.models import Operation, Way
from caching.operations import actions, auditing, cleaning
from platform_app.errors import NotFound
from platform_app.models import Scenario, User
from platform_app.operations.permissions import MayOperateCache, MaySeeCache
from platform_app.operations.serializers import (
    CleanupSerializer,
    CursorSerializer,
    DryRunSerializer,
    InvalidationSerializer,
    LedgerQuerySerializer,
    LedgerSerializer,
)
from platform_app.operations.stats_serializers import StatsQuerySerializer, StatsSerializer
from platform_app.requests import SignedInAPIRequest

WORKING_SECONDS = 2.0
COUNTING_SECONDS = 1.0


class Ledger(APIView):
    permission_classes = (IsAuthenticated, MaySeeCache)

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


INVALIDATED = OpenApiExample(
    "Invalidated", {"dry_run": False, "tags": ["ai_user:7", "user:7"]}, response_only=True
)
COUNTED = OpenApiExample(
    "Dry run",
    {"dry_run": True, "tags": ["ai_user:7", "user:7"], "results": 12, "of": 3400, "complete": True},
    response_only=True,
)


class InvalidateUser(APIView):
    permission_classes = (IsAuthenticated, MayOperateCache)

    @extend_schema(
        operation_id="cache_invalidate_user",
        request=DryRunSerializer,
        responses=InvalidationSerializer,
        examples=[INVALIDATED, COUNTED],
    )
    def post(self, request: SignedInAPIRequest, user_id: str) -> Response:
        """What is cached for a user counts no more. It may be asked for again and again.

        Of a user who has been deleted: `manage.py cache_invalidate --user`.
        """
        return _invalidated(request, "user", _known(User, "user", user_id))


class InvalidateScenario(APIView):
    permission_classes = (IsAuthenticated, MayOperateCache)

    @extend_schema(
        operation_id="cache_invalidate_scenario",
        request=DryRunSerializer,
        responses=InvalidationSerializer,
        examples=[INVALIDATED, COUNTED],
    )
    def post(self, request: SignedInAPIRequest, scenario_id: str) -> Response:
        """What is cached of a scenario counts no more. It may be asked for again and again.

        Of a scenario that has been deleted: `manage.py cache_invalidate --scenario`.
        """
        return _invalidated(request, "scenario", _known(Scenario, "scenario", scenario_id))


class Cleanup(APIView):
    permission_classes = (IsAuthenticated, MayOperateCache)

    @extend_schema(
        operation_id="cache_cleanup",
        request=CursorSerializer,
        responses=CleanupSerializer,
        examples=[
            OpenApiExample(
                "A part",
                {
                    "complete": False,
                    "looked_at": 150_000,
                    "cleaned": {"without_expiry": 3, "given_expiry": 0, "undecodable": 1},
                    "cursor": "0-81920",
                },
                response_only=True,
            )
        ],
    )
    def post(self, request: SignedInAPIRequest) -> Response:
        """About two seconds of cleaning up, as `manage.py cache_cleanup` does it as a whole.

        While it is not complete, call again with the cursor of the answer. It may be done at any time, and again.
        """
        wanted = CursorSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        give_up_at = time.monotonic() + WORKING_SECONDS
        with auditing.audited(_operator(request), Operation.CLEAN_UP) as deed:
            total = cleaning.Total(deed)
            for step in cleaning.clean(wanted.validated_data.get("cursor", BEGINNING)):
                total.add(step)
                if time.monotonic() > give_up_at:
                    break
        return Response(total.facts())


def _known(model: type[Model], kind: str, pk: str) -> Model:
    """What is gone may have left something behind, which is for somebody who knows that."""
    number = int(pk)
    found = model._default_manager.filter(pk=number).only("pk").first()
    if found is None:
        raise NotFound(
            f"There is no {kind} {number}. Of one that was deleted: manage.py cache_invalidate --{kind} {number}."
        )
    return found


def _invalidated(request: SignedInAPIRequest, kind: str, of: Model) -> Response:
    wanted = DryRunSerializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    target = actions.scope(kind, str(of.pk))
    if wanted.validated_data["dry_run"]:
        return Response(actions.preview(target, seconds=COUNTING_SECONDS).facts())
    return Response(actions.carry_out(target, _operator(request)).facts())


def _operator(request: SignedInAPIRequest) -> auditing.Operator:
    return auditing.operator(request.user, Way.API)
