from django.apps import AppConfig
from rq.serializers import DefaultSerializer, JSONSerializer


class PlatformConfig(AppConfig):
    name = "platform_app"
    verbose_name = "Platform"

    def ready(self) -> None:
        # RQ falls back to pickle wherever nobody names a serializer: its own commands, the history pages of its
        # dashboard, `get_result` of django-tasks. Whoever can write to Redis could run code there.
        DefaultSerializer.dumps = JSONSerializer.dumps
        DefaultSerializer.loads = JSONSerializer.loads
