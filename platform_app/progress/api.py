"""Progress and grades over HTTP. Rules live in selectors and actions."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_app.errors import NotFound
from platform_app.models import Simulation
from platform_app.progress import selectors
from platform_app.progress.serializers import GradeSerializer, ProgressSerializer
from platform_app.requests import SignedInAPIRequest


class ProgressList(ListAPIView[Simulation]):
    """A student's own simulations; a professor's: those of the students of his scenarios."""

    request: SignedInAPIRequest
    serializer_class = ProgressSerializer
    queryset = Simulation.objects.none()  # tells the schema the model

    def get_queryset(self) -> QuerySet[Simulation]:
        return selectors.progress_of(self.request.user)


class GradeDetail(APIView):
    @extend_schema(responses=GradeSerializer)
    def get(self, request: SignedInAPIRequest, pk: int) -> Response:
        """The stored grade. 404 until the simulation is over; `status` is pending while it is being graded."""
        simulation = selectors.get_viewable_simulation(request.user, pk)
        grade = selectors.get_grade(simulation)
        if grade is None:
            raise NotFound("There is no grade yet: the simulation is not over.")
        return Response(GradeSerializer(grade).data)
