"""Requests whose sender is known, for the type checker: behind `signed_in` and DRF's IsAuthenticated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from platform_app.models import User

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


class SignedInAPIRequest(Request):
    user: User


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """`login_required`, so that the view may count on a user."""
    return cast(
        Callable[Concatenate[HttpRequest, P], HttpResponseBase],
        login_required(cast(Callable[..., HttpResponseBase], view)),
    )
