from django.apps import AppConfig

from caching import checks, conf, stats
from caching.invalidation import loaded
from caching.queries import threads
from caching.stats import delivery


class CachingConfig(AppConfig):
    name = "caching"
    verbose_name = "Cache"

    def ready(self) -> None:
        from caching.operations import leftovers  # noqa: PLC0415  (the models are there only now)

        conf.current()  # a misspelt setting stops the start, not the first question to the AI
        loaded.follow_models()
        threads.carry_recorders()
        stats.call_when_counting(delivery.begin)
        checks.register()
        leftovers.register()
