from django.apps import AppConfig


class SessionsExtConfig(AppConfig):
    name = "sessions_ext"
    verbose_name = "Sessions"
