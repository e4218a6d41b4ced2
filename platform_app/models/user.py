"""People sign in with their e-mail address and have one role."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac


class Role(models.TextChoices):
    STUDENT = "student", "Student"
    PROFESSOR = "professor", "Professor"
    ADMIN = "admin", "Administrator"


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The one form in which addresses are stored, looked up and counted: people type them both ways."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, role=Role.ADMIN, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        # Not "ignoring case": databases take letters for the same that are not, such as the Turkish ı for i.
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        "e-mail address", unique=True, error_messages={"unique": "This address has an account."}
    )
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)
    is_staff = models.BooleanField("may use the admin", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    email_verified_at = models.DateTimeField(
        "address proved",
        null=True,
        blank=True,
        editable=False,
        help_text="When this person showed that mail to this address reaches him; empty if never.",
    )
    professor_requested_at = models.DateTimeField(
        "asked to be a professor",
        null=True,
        blank=True,
        editable=False,
        help_text="Waits for an administrator; empty when nothing waits.",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("email",)
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_ignoring_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session is good for the password and the rights with which it was opened: another role asks for a new sign-in."""
        opened_with = (self.password, self.role, str(self.is_staff), str(self.is_superuser))
        return salted_hmac(
            "platform_app.session", "\0".join(opened_with), secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def is_professor(self) -> bool:
        return self.role == Role.PROFESSOR

    @property
    def is_student(self) -> bool:
        return self.role == Role.STUDENT

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN
