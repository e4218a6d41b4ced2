from django.apps import AppConfig

from caching import conf


class CachingConfig(AppConfig):
    name = "caching"
    verbose_name = "Cache"

    def ready(self) -> None:
        conf.current()  # a misspelt setting stops the start, not the first question to the AI
