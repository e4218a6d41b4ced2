from django.apps import AppConfig

from caching.doctor import register as register_with_doctor
from caching.inspection import namespaces
from caching.inspection.namespaces import Content, Namespace
from sessions_ext import checks, doctor

NAMESPACES = (
    Namespace("session:", "Sessions", Content.SECRET),
    Namespace("session_index:", "Which sessions a user has", Content.SECRET),
    Namespace("agent_session:", "Sessions of agents and their transcripts", Content.SECRET),
    Namespace("oauth:", "Sign-ins under way", Content.SECRET),
    Namespace("throttle:", "Counted attempts", Content.SECRET),
)


class SessionsExtConfig(AppConfig):
    name = "sessions_ext"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from sessions_ext import leftovers, signals  # noqa: PLC0415  (the models are there only now)

        signals.connect()
        checks.register()
        namespaces.register(*NAMESPACES)
        leftovers.register()
        register_with_doctor(*doctor.CHECKS)
