"""Scenarios over HTTP. Rules live in selectors and actions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.errors import NotFound
from platform_app.models import User
from platform_app.paging import with_links
from platform_app.requests import SignedInAPIRequest
from platform_app.scenarios import actions, parts, selectors
from platform_app.scenarios.selectors import LibraryQuery
from platform_app.scenarios.serializers import (
    DETAIL,
    LibraryQuerySerializer,
    NewScenarioSerializer,
    PublicScenarioSerializer,
    ScenarioChangesSerializer,
    ScenarioPageSerializer,
    ScenarioSerializer,
)

PAGE_SIZE = 20


class ScenarioList(APIView):
    @extend_schema(
        operation_id="scenarios_list", parameters=[LibraryQuerySerializer], responses=ScenarioPageSerializer
    )
    def get(self, request: SignedInAPIRequest) -> Response:
        """Published scenarios and the caller's own, the latest first."""
        wanted = LibraryQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        number = wanted.validated_data.pop("page")
        query = LibraryQuery(**wanted.validated_data)
        page = selectors.scenario_page(request.user.pk, query, number, PAGE_SIZE)
        return Response(ScenarioPageSerializer(with_links(page, request.build_absolute_uri())).data)

    @extend_schema(request=NewScenarioSerializer, responses={201: ScenarioSerializer})
    def post(self, request: SignedInAPIRequest) -> Response:
        """A new draft, for professors; personas, scenes and the rest follow by PATCH."""
        actions.refuse_students(request.user)  # before their input is judged
        given = NewScenarioSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        scenario = actions.create_scenario(request.user, given.validated_data)
        return Response(_shown(request.user, scenario.pk), status=201)


class ScenarioDetail(APIView):
    @extend_schema(responses=DETAIL)
    def get(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Everything for the owner; for others what does not spoil the play."""
        return Response(_shown(request.user, pk))

    @extend_schema(request=ScenarioChangesSerializer, responses=ScenarioSerializer)
    def patch(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Changes what is given, all of it or nothing. A published scenario has to stay complete (422)."""
        scenario = selectors.get_own_scenario(request.user, pk)
        given = ScenarioChangesSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        actions.change_scenario(scenario, given.validated_data)
        return Response(_shown(request.user, pk))

    @extend_schema(
        responses={
            200: OpenApiResponse(
                ScenarioSerializer, "Students have played it: it has been archived instead."
            ),
            204: OpenApiResponse(description="Deleted."),
        }
    )
    def delete(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Deletes the scenario, or archives it if students have played it."""
        scenario = selectors.get_own_scenario(request.user, pk)
        if actions.delete_scenario(scenario) is actions.Removal.DELETED:
            return Response(status=204)
        return Response(_shown(request.user, pk))


class ScenarioPublish(APIView):
    @extend_schema(request=None, responses=ScenarioSerializer)
    def post(self, request: SignedInAPIRequest, pk: int) -> Response:
        """Shows the scenario to students. An incomplete one is refused (422) with the list of what is missing."""
        actions.publish_scenario(selectors.get_own_scenario(request.user, pk))
        return Response(_shown(request.user, pk))


class PersonaDetail(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: SignedInAPIRequest, pk: int, part: int) -> Response:
        """Deletes a persona. What it said stays in the students' conversations."""
        persona = selectors.get_own_persona(request.user, part)
        _require_part_of(pk, persona.scenario_id)
        parts.delete_persona(persona)
        return Response(status=204)


class SceneDetail(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: SignedInAPIRequest, pk: int, part: int) -> Response:
        """Deletes a scene that no student has played (else 409)."""
        scene = selectors.get_own_scene(request.user, part)
        _require_part_of(pk, scene.scenario_id)
        parts.delete_scene(scene)
        return Response(status=204)


def _shown(user: User, pk: int) -> dict[str, Any]:
    scenario = selectors.get_visible_scenario(user, pk)
    serializer = ScenarioSerializer if scenario.owner_id == user.pk else PublicScenarioSerializer
    return dict(serializer(scenario).data)


def _require_part_of(scenario_id: int, actual: int) -> None:
    if scenario_id != actual:
        raise NotFound
