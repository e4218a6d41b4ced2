from django.apps import AppConfig

from sessions_ext import checks


class SessionsExtConfig(AppConfig):
    name = "sessions_ext"
    verbose_name = "Sessions"

    def ready(self) -> None:
        checks.register()
