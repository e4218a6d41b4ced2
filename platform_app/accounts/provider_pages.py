"""The pages between a provider's "yes" and being signed in: choosing a role, or proving that an account is one's own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from platform_app.accounts import actions, confirmations, leaving, linking, pending, professors
from platform_app.accounts.forms import ConnectForm, FinishSignUpForm, PasswordOnlyForm
from platform_app.accounts.pages import BACKEND, form_page
from platform_app.errors import WrongCredentials
from platform_app.models import User
from platform_app.requests import origin_of
from platform_app.throttling import Limit, address_of
from sessions_ext.oauth import views

# Each makes a record in Redis, and may have us ask the provider.
BEGIN_FROM_ADDRESS = Limit("provider_address", attempts=120)


@require_POST
@sensitive_post_parameters("password")
@never_cache
def begin(request: HttpRequest, backend: str) -> HttpResponse:
    """From the sign-in page, or from the account page, where it connects: then the password comes with it."""
    BEGIN_FROM_ADDRESS.count_attempt(address_of(request))
    if isinstance(request.user, User):
        form = ConnectForm(request.POST)
        form.full_clean()
        try:
            actions.check_present_password(request.user, form.cleaned_data.get("password", ""))
        except WrongCredentials:
            messages.error(request, "Enter your present password to connect another sign-in.")
            return redirect("accounts:account")
    return views.begin(request, backend)


@form_page
@never_cache
def finish_sign_up(request: HttpRequest) -> HttpResponse:
    """The form says who somebody is here, and nothing of what the provider has proved."""
    waiting = pending.of(request)
    posted = request.POST if request.method == "POST" else None
    form = FinishSignUpForm(posted, initial={"name": waiting.name})
    if form.is_valid():
        actions.SIGN_UP_FROM_ADDRESS.count_attempt(address_of(request))  # before what waits is used up
        outcome = waiting.go_on(**form.cleaned_data)
        if not isinstance(outcome, User):
            return outcome  # an account with this address was made meanwhile
        messages.success(request, f"Welcome, {outcome.name}. Your account is ready.")
        if request_waits := professors.waiting(outcome):
            messages.info(request, request_waits)
        return _signed_in(request, outcome)
    context = {"form": form, "pending": waiting, "listed": professors.is_listed(waiting.address)}
    return render(request, "accounts/finish_sign_up.html", context, status=400 if form.errors else 200)


@form_page
@sensitive_post_parameters("password")
@never_cache
def link(request: HttpRequest) -> HttpResponse:
    waiting = pending.of(request)
    account = linking.account_for(waiting)
    form = PasswordOnlyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = linking.link_with_password(
                waiting, password=form.cleaned_data["password"], address=address_of(request)
            )
        except WrongCredentials:
            form.add_error("password", "This is not the password of your account here.")
        else:
            messages.success(request, f"{waiting.label} is connected with your account.")
            return _signed_in(request, user)
    context = {
        "form": form,
        "pending": waiting,
        "with_password": linking.opens_with_password(account),
        "takes_over": account.email_verified_at is None,
    }
    return render(request, "accounts/link.html", context, status=400 if form.errors else 200)


@require_POST
@never_cache
def link_by_mail(request: HttpRequest) -> HttpResponse:
    waiting = pending.of(request)
    linking.ask_by_mail(waiting, address=address_of(request), origin=origin_of(request))
    context = {"pending": waiting, "minutes": confirmations.SECONDS // 60}
    return render(request, "accounts/link_mail_sent.html", context)


@form_page
@never_cache
def link_confirm(request: HttpRequest, link: str) -> HttpResponse:
    """The link in the mail. Only the button does it: programs that look for bad mail open every link."""
    handle = confirmations.handle_in(link)
    read = confirmations.take if request.method == "POST" else confirmations.find
    asked = read(handle) if handle else None
    if asked is None:
        return render(request, "accounts/link_confirm.html", status=404)
    if request.method != "POST":
        account = linking.account_meant(asked, User.objects.all())
        context = {"asked": asked, "takes_over": account.email_verified_at is None}
        return render(request, "accounts/link_confirm.html", context)
    linking.link_by_mail(asked)
    messages.success(request, f"{asked.label} is connected with your account. You can sign in with it now.")
    return redirect("accounts:sign_in")


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    pending.forget(request)
    page = leaving.next_page(request)
    login(request, user, BACKEND)
    return redirect(page)
