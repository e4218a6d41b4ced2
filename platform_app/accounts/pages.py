"""Sign-up, sign-in, sign-out, the account page, and the ways to a new password."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.views import PasswordResetConfirmView
from django.contrib.messages.views import SuccessMessageMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from platform_app.accounts import actions, connections, leaving, professors, providers, selectors
from platform_app.accounts.forms import (
    ChangePasswordForm,
    ConnectForm,
    NewPasswordForm,
    PasswordResetForm,
    ProfileForm,
    SignInForm,
    SignUpForm,
)
from platform_app.errors import InvalidInput, TooManyAttempts, WrongCredentials
from platform_app.models import User
from platform_app.requests import SignedInRequest, origin_of, signed_in
from platform_app.throttling import address_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@sensitive_post_parameters("password")
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        try:
            user = actions.sign_up(**form.cleaned_data, address=address_of(request))
        except InvalidInput as refused:
            for error in refused.errors:
                form.add_error(error.attr, error.detail)
        except TooManyAttempts as refused:
            return too_often(request, "accounts/sign_up.html", form, refused)
        else:
            login(request, user, BACKEND)
            messages.success(request, f"Welcome, {user.name}. Your account is ready.")
            if waiting := professors.waiting(user):
                messages.info(request, waiting)
            return redirect(destination(request))
    return form_response(request, "accounts/sign_up.html", form, providers=providers.offered())


@form_page
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(destination(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = actions.check_credentials(**form.cleaned_data, address=address_of(request))
        except WrongCredentials as refused:
            form.add_error(None, refused.detail)
        except TooManyAttempts as refused:
            return too_often(request, "accounts/sign_in.html", form, refused)
        else:
            login(request, user)
            return redirect(destination(request))
    return form_response(request, "accounts/sign_in.html", form, providers=providers.offered())


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("home")


@form_page
@signed_in
@never_cache
def account(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        actions.rename(request.user, form.cleaned_data["name"])
        messages.success(request, "Your name has been changed.")
        return redirect("accounts:account")
    connected = connections.connections_of(request.user.pk)
    return form_response(
        request,
        "accounts/account.html",
        form,
        tokens=selectors.valid_tokens(request.user.pk),
        connections=connected,
        password_form=ConnectForm() if request.user.has_usable_password() else None,
        providers=[p for p in providers.offered() if p.name not in {c.provider for c in connected}],
        waiting=professors.waiting(request.user),
    )


@form_page
@signed_in
@sensitive_post_parameters("old_password", "new_password")
@never_cache
def password_change(request: SignedInRequest) -> HttpResponse:
    if not request.user.has_usable_password():
        return redirect("accounts:password_reset")
    if request.method == "POST":
        attempt = actions.PRESENT_PASSWORD.count_attempt(str(request.user.pk))
    form = ChangePasswordForm(request.user, request.POST or None)
    if form.is_valid():
        attempt.take_back()
        update_session_auth_hash(request, form.save())  # this browser stays signed in, under a new session id
        changed = "Your password has been changed. Other devices are signed out, API tokens revoked."
        messages.success(request, f"{changed} {connections.still_open(request.user.pk)}".strip())
        return redirect("accounts:account")
    return form_response(request, "accounts/password_change.html", form)


@form_page
def password_reset(request: HttpRequest) -> HttpResponse:
    form = PasswordResetForm(request.POST or None)
    if form.is_valid():
        try:
            actions.request_password_reset(
                **form.cleaned_data, address=address_of(request), origin=origin_of(request)
            )
        except TooManyAttempts as refused:
            return too_often(request, "accounts/password_reset.html", form, refused)
        return redirect("accounts:password_reset_sent")
    return form_response(request, "accounts/password_reset.html", form)


def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_sent.html")


class PasswordResetConfirm(SuccessMessageMixin, PasswordResetConfirmView):
    """The link of the mail. Django's view moves the one-time token out of the address before anything is shown."""

    form_class = NewPasswordForm  # type: ignore[assignment]
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:sign_in")
    success_message = "Your new password is set. Please sign in with it."

    def get_success_message(self, cleaned_data: dict[str, str]) -> str:
        return f"{self.success_message} {connections.still_open(cast(User, self.user).pk)}".strip()

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        if (
            self.request.user == self.user
        ):  # the new password has ended this session, too: nothing is left to save
            self.request.session.flush()
        return response


@require_POST
@signed_in
@never_cache
def make_token(request: SignedInRequest) -> HttpResponse:
    """Answers the POST itself: the token is shown once and kept nowhere, so there is no page to redirect to."""
    return render(request, "accounts/token_made.html", {"token": actions.issue_token(request.user)})


@require_POST
@signed_in
def revoke_token(request: SignedInRequest) -> HttpResponse:
    actions.revoke_token(request.user, request.POST.get("digest", ""))
    messages.success(request, "The token has been revoked and opens nothing any more.")
    return redirect("accounts:account")


def form_response(request: HttpRequest, template: str, form: Form, **context: object) -> HttpResponse:
    context = {"form": form, "next": destination(request, default=""), **context}
    return render(request, template, context, status=400 if form.errors else 200)


def too_often(request: HttpRequest, template: str, form: Form, refused: TooManyAttempts) -> HttpResponse:
    """The form as it was filled in, with how long to wait."""
    form.add_error(None, refused.detail)
    response = form_response(request, template, form)
    response.status_code = refused.status
    response["Retry-After"] = refused.headers["Retry-After"]
    return response


def destination(request: HttpRequest, default: str | None = None) -> str:
    """Where `next` leads, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return leaving.own_page(request, wanted) or (resolve_url("home") if default is None else default)
