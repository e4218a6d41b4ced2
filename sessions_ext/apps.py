from django.apps import AppConfig

from sessions_ext import checks


class SessionsExtConfig(AppConfig):
    name = "sessions_ext"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from sessions_ext import signals  # noqa: PLC0415  (the models are there only now)

        signals.connect()
        checks.register()
