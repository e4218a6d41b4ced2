"""Playing over HTTP. A turn is answered as JSON when it is over, or as an event stream while it goes on.

A browser asks with `Prefer: respond-async` (RFC 7240) and follows the events on its own: an EventSource reconnects by itself.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.errors import InvalidInput
from platform_app.requests import SignedInAPIRequest
from platform_app.simulations import actions, selectors
from platform_app.simulations.limits import count_turn
from platform_app.simulations.serializers import (
    MessageSerializer,
    SaySerializer,
    StartedTurnSerializer,
    StateSerializer,
    SubmitSerializer,
    TurnSerializer,
)
from platform_app.simulations.state import SimulationState
from platform_app.simulations.turns import Turn, TurnLog
from platform_app.sse import EventStreamRenderer, event_stream, last_event_id
from platform_app.throttling import address_of

EVENTS = OpenApiResponse(
    OpenApiTypes.STR,
    description="Events: token, reset (what the person said of this answer is void), message, problem, state, and end as the last.",
)


class StartSimulation(APIView):
    @extend_schema(
        request=None, responses={200: StateSerializer, 201: StateSerializer}, operation_id="simulation_start"
    )
    def post(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Start the caller's simulation of this scenario (201), or resume the running one (200)."""
        simulation, is_new = actions.start_or_resume(request.user, pk)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        headers = {"Location": reverse("api-simulations:simulation", args=[simulation.pk])}
        state = selectors.simulation_state(simulation.pk)
        return Response(_shown(state), status=code, headers=headers)


class SimulationDetail(APIView):
    @extend_schema(responses=StateSerializer)
    def get(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Where the simulation stands: scene, turn, goals, status."""
        return Response(_shown(selectors.readable_simulation(request.user, pk)))


class Messages(APIView):
    renderer_classes = (JSONRenderer, EventStreamRenderer)
    limited_methods = ("POST",)

    @extend_schema(
        operation_id="simulation_messages_list",
        parameters=[
            OpenApiParameter("after", int, description="Everything after this position, on one page."),
            OpenApiParameter("page", int),
        ],
        responses=MessageSerializer(many=True),
    )
    def get(self, request: SignedInAPIRequest, pk: int) -> Response:
        """The conversation in order."""
        selectors.own_simulation(request.user, pk)
        after = request.query_params.get("after", "")
        pages = PageNumberPagination()
        if after:
            found = selectors.messages_of(pk, after=_position(after))
            pages.page_size = max(1, len(found))
        else:
            found = selectors.messages_of(pk)
        page = pages.paginate_queryset(found, request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response(MessageSerializer(page, many=True).data)

    @extend_schema(
        operation_id="simulation_say",
        request=SaySerializer,
        parameters=[OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, enum=["respond-async"])],
        responses={
            (200, "application/json"): TurnSerializer,
            (200, "text/event-stream"): EVENTS,
            202: StartedTurnSerializer,
        },
    )
    def post(self, request: SignedInAPIRequest, pk: int) -> HttpResponseBase:
        """Say something and get the answers: as JSON, as an event stream, or (202) as the address of one."""
        selectors.own_simulation(request.user, pk)
        asked = SaySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        count_turn(request.user, address_of(request))
        if asked.validated_data["retry"]:
            turn = actions.try_again(pk)
        else:
            wanted = (asked.validated_data["persona"] or "").strip()
            turn = actions.say(pk, asked.validated_data["text"], persona=wanted or None)
        return _played(request, turn, pk)


class Events(APIView):
    renderer_classes = (EventStreamRenderer, JSONRenderer)

    @extend_schema(
        parameters=[OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER)],
        responses={
            (200, "text/event-stream"): EVENTS,
            204: OpenApiResponse(description="No turn runs and nothing is left to read."),
        },
    )
    def get(self, request: SignedInAPIRequest, pk: int) -> HttpResponseBase:
        """The events of the latest turn after `Last-Event-ID`, live to its end."""
        log = TurnLog(selectors.own_simulation(request.user, pk).id)
        after = last_event_id(request)
        if not log.has_news(after):
            return Response(status=status.HTTP_204_NO_CONTENT)  # tells an EventSource not to come back
        return event_stream(log, after)


class Submit(APIView):
    limited_methods = ("POST",)

    @extend_schema(request=SubmitSerializer, responses=TurnSerializer, operation_id="simulation_submit")
    def post(self, request: SignedInAPIRequest, pk: int) -> Response:
        """End the current scene, or with `{"scope": "simulation"}` the whole."""
        selectors.own_simulation(request.user, pk)
        asked = SubmitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        count_turn(request.user, address_of(request))
        if asked.validated_data["scope"] == "simulation":
            turn = actions.submit_simulation(pk)
        else:
            turn = actions.submit_scene(pk, scene_id=asked.validated_data["scene"])
        return Response(turn.play())


def _played(request: SignedInAPIRequest, turn: Turn, pk: int) -> HttpResponseBase:
    if isinstance(request.accepted_renderer, EventStreamRenderer):
        turn.play_in_background()
        return event_stream(TurnLog(pk), None)
    if "respond-async" in request.headers.get("Prefer", ""):
        turn.play_in_background()
        body = {"events": reverse("api-simulations:events", args=[pk])}
        return Response(
            body, status=status.HTTP_202_ACCEPTED, headers={"Preference-Applied": "respond-async"}
        )
    return Response(turn.play())


def _shown(state: SimulationState) -> dict[str, Any]:
    return dict(StateSerializer(state).data)


def _position(after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise InvalidInput("`after` is the position of a message: a whole number.")
    return int(after)
