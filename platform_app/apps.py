from django.apps import AppConfig
from django.core import checks
from rq.serializers import DefaultSerializer, JSONSerializer

from caching.doctor import register as register_with_doctor
from platform_app import doctor
from platform_app.telemetry import checks as telemetry_checks


class PlatformConfig(AppConfig):
    name = "platform_app"
    verbose_name = "Platform"

    def ready(self) -> None:
        # Listens to what is published. It brings models with it, which can be imported from here on only.
        from platform_app.accounts import signals  # noqa: F401, PLC0415
        from platform_app.operations import subjects  # noqa: PLC0415
        from platform_app.simulations import tasks  # noqa: F401, PLC0415

        subjects.register()
        register_with_doctor(*doctor.CHECKS)
        checks.register(doctor.check_proxies, checks.Tags.security, deploy=True)
        telemetry_checks.register()

        # RQ falls back to pickle wherever nobody names a serializer: its own commands, the history pages of its
        # dashboard, `get_result` of django-tasks. Whoever can write to Redis could run code there.
        DefaultSerializer.dumps = JSONSerializer.dumps
        DefaultSerializer.loads = JSONSerializer.loads
