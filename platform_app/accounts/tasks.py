"""Mails leave from the worker: a slow mail server keeps nobody waiting, and its pace tells nobody who has an account."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_tasks import task

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
