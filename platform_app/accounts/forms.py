"""What people fill in about themselves. Passwords are typed once and can be shown; a forgotten one is reset by mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from platform_app.accounts import actions
from platform_app.models import Role, User

STRENGTH_RULES = (
    "At least 10 characters; not only digits, no common password, nothing like your name or address."
)
# Hashing takes time for every kilobyte; nobody needs more.
PASSWORD_LENGTH = 200


class EmailField(forms.EmailField):
    """`autocomplete="username"` tells password managers that this is the name to sign in with."""

    def __init__(self) -> None:
        super().__init__(
            label="E-mail address", max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
        )

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


class PasswordField(forms.CharField):
    def __init__(self, *, label: str = "Password", autocomplete: str, **options: Any) -> None:
        widget = forms.PasswordInput({"autocomplete": autocomplete})
        super().__init__(label=label, max_length=PASSWORD_LENGTH, strip=False, widget=widget, **options)


class NameField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            max_length=120,
            widget=forms.TextInput({"autocomplete": "name"}),
            help_text="Professors see it beside your results; students see it on your scenarios.",
        )


class RoleField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label="I am a",
            choices=[(role.value, role.label) for role in actions.OPEN_ROLES],
            initial=Role.STUDENT,
            widget=forms.RadioSelect,
            error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose student or professor."),
        )


class FinishSignUpForm(forms.Form):
    """All else was said, and proved, by the provider."""

    role = RoleField()
    name = NameField()


class PasswordOnlyForm(forms.Form):
    password = PasswordField(autocomplete="current-password")


class ConnectForm(forms.Form):
    """Says whose password: beside the name of a provider, people would type the one that they have there."""

    password = PasswordField(label="Your password here", autocomplete="current-password")


class SignUpForm(forms.Form):
    email = EmailField()
    name = NameField()
    password = PasswordField(autocomplete="new-password", help_text=STRENGTH_RULES)
    role = RoleField()

    def clean_email(self) -> str:
        """Four letters beyond ASCII pass for letters of ASCII in a search that ignores case, and look like them (ı, ſ)."""
        email: str = self.cleaned_data["email"]
        if not email.rpartition("@")[0].isascii():
            raise forms.ValidationError("Use plain letters from a to z before the @.", code="invalid")
        return email

    def clean_password(self) -> str:
        known = User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        password: str = self.cleaned_data["password"]
        validate_password(password, known)
        return password


class SignInForm(forms.Form):
    email = EmailField()
    password = PasswordField(autocomplete="current-password")


class ProfileForm(forms.Form):
    name = NameField()


class NewPasswordForm(forms.Form):
    """For Django's reset view, which hands in the user and calls `save`."""

    new_password = PasswordField(label="New password", autocomplete="new-password", help_text=STRENGTH_RULES)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password

    def save(self) -> User:
        actions.reset_password(self.user, self.cleaned_data["new_password"])
        return self.user


class ChangePasswordForm(NewPasswordForm):
    """Whoever sits at an open screen must also know the old one."""

    old_password = PasswordField(label="Present password", autocomplete="current-password")
    field_order = ("old_password", "new_password")

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("This is not your present password.", code="password_incorrect")
        return password

    def save(self) -> User:
        actions.set_password(self.user, self.cleaned_data["new_password"])
        return self.user


class PasswordResetForm(forms.Form):
    email = EmailField()
