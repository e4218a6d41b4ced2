"""Mails leave from the worker: a slow mail server keeps nobody waiting, and its pace tells nobody who has an account."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_tasks import task

from platform_app.accounts import confirmations
from platform_app.models import User


@task()
def mail_password_reset(user_id: int | None, origin: str) -> None:
    """Mail this user a link that sets a new password once. None, for an unknown address, is as much work to enqueue."""
    user = User.objects.filter(pk=user_id, is_active=True).first() if user_id else None
    if user is None:
        return
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("accounts:password_reset_confirm", args=(uid, default_token_generator.make_token(user)))
    text = render_to_string("accounts/password_reset_mail.txt", {"user": user, "link": origin + path})
    send_mail("A new password for the AI Agent Education Platform", text, None, [user.email])


@task()
def mail_professor_decision(user_id: int, approved: bool, origin: str) -> None:
    """Tell this user what became of the request to be a professor."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    context = {"user": user, "approved": approved, "link": origin + reverse("home")}
    text = render_to_string("accounts/professor_decision_mail.txt", context)
    send_mail("Your request to be a professor", text, None, [user.email])


@task()
def mail_connected(user_id: int, provider: str, address: str, origin: str) -> None:
    """Tell this user of a new way into the account: it may be somebody else's who sat at an open screen."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    link = origin + reverse("accounts:account")
    context = {"user": user, "provider": provider, "address": address, "link": link}
    text = render_to_string("accounts/connected_mail.txt", context)
    send_mail(f"{provider} was connected with your account", text, None, [user.email])


@task()
def mail_link_confirmation(handle: str, origin: str) -> None:
    """Mail the owner of an account a link that connects another sign-in with it. The link is made here: arguments of
    jobs can be read by others, and this handle opens nothing without its signature."""
    asked = confirmations.find(handle)
    user = User.objects.filter(pk=asked.user_id, is_active=True).first() if asked else None
    if asked is None or user is None:
        return
    path = reverse("accounts:link_confirm", args=(confirmations.signed(handle),))
    context = {
        "user": user,
        "provider": asked.label,
        "link": origin + path,
        "takes_over": user.email_verified_at is None,
        "minutes": confirmations.SECONDS // 60,
    }
    text = render_to_string("accounts/link_mail.txt", context)
    send_mail(f"Sign in with {asked.label}?", text, None, [user.email])
