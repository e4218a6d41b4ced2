"""The settings of this library: one dict, `settings.CACHING`, with defaults and types. Unknown names are refused.

Never read at import, and again whenever Django says that a setting has changed, so that a test may override any of it.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[int, msgspec.Meta(ge=1)]
Days = Annotated[int, msgspec.Meta(ge=1)]
SemanticMode = Literal["off", "shadow", "on"]


class AIPrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model costs, in US dollars: tokens by the million, pictures each."""

    input_usd: Decimal
    cached_input_usd: Decimal | None = None
    """None: as much as other input"""
    output_usd: Decimal = Decimal(0)
    picture_usd: Decimal | None = None
    """None: its pictures are paid by the token"""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            usd: Decimal | None = getattr(self, name)
            if usd is not None and not (usd.is_finite() and usd >= 0):
                raise ValueError(f"{name} is {usd}, which is no price")


class CachingConf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="upper"):
    """`settings.CACHING`, checked. With neither key nor base URL, answers come from OFFLINE_TRANSPORT."""

    openai_api_key: str = ""
    openai_base_url: str = ""
    ai_model: str = "gpt-5-mini"
    ai_embedding_model: str = "text-embedding-3-small"
    ai_image_model: str = "gpt-image-1"
    ai_timeout_seconds: Positive = 90.0
    ai_max_retries: Count = 2
    ai_ttl_seconds: dict[str, Seconds] = {}
    """Operation to time to live; what is not named here keeps the default of `policy`."""
    ai_prices: dict[str, AIPrice] = {}
    """Model to price; it wins over `ai/ledger/prices.toml`."""
    ai_stale_seconds: Count = 86_400
    """How long an answer lingers after it has expired, for callers who take it when the provider fails."""
    ai_semantic: dict[str, SemanticMode] = {}
    """Operation to whether a question may get the answer to another one of the same meaning; `shadow` only records it."""
    ai_semantic_never: tuple[str, ...] = ()
    """Operations for which this is out of the question, whatever the operator wishes: conversations."""
    ai_semantic_threshold: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.95
    """The cosine from which on two questions may mean the same. Below 0.9 it counts as 0.9."""
    ai_semantic_retention_days: Days = 30
    """How long the recorded questions are kept; verdicts on them stay."""
    offline_transport: str = ""
    """Dotted path of an httpx2 transport that speaks the OpenAI protocol in process."""

    near_cache: bool = True
    """Whether each process keeps copies of what it read, coherent by client tracking."""
    near_cache_bytes: Annotated[int, msgspec.Meta(ge=0)] = 64 * 2**20
    near_cache_max_processes: Count = 50
    """With more processes than this on one server, the near caches switch themselves off."""
    counts_folder: str = ""
    """Where processes count, in files that outlive them; empty: the system's folder for temporary files."""
    query_ttl_seconds: dict[str, Seconds] = {}
    """Name of a cached query to time to live; it wins over what the code says."""
    write_lease_seconds: Positive = 30.0
    """How long a writer that died between COMMIT and invalidation keeps readers from the cache."""
    flight_lease_seconds: Positive = 5.0
    """How long those who wait for a computation wait for a process that died in it."""
    quarantine_seconds: Annotated[float, msgspec.Meta(ge=0)] = 5.0
    """With Sentinel or Cluster: how long after a failover results are computed but not stored."""

    bridge: bool = False
    """On PostgreSQL with `cache_triggers`: whether connections say in their application_name that they announce writes."""

    def __repr__(self) -> str:
        # Error pages print local variables, and two of the fields may hold secrets.
        return f"<CachingConf {self.ai_model}>"


_read: tuple[dict[str, Any], CachingConf] = ({}, CachingConf())


def current() -> CachingConf:
    """The settings as they are now. Comparing the dict costs a tenth of checking it again."""
    global _read  # noqa: PLW0603
    seen, conf = _read
    if seen != settings.CACHING:
        seen = dict(settings.CACHING)
        conf = _checked(seen)
        _read = seen, conf
    return conf


def _checked(names: dict[str, Any]) -> CachingConf:
    try:
        return msgspec.convert(names, CachingConf)
    except msgspec.ValidationError as error:
        raise ImproperlyConfigured(f"settings.CACHING: {error}") from error


_texts: dict[str, str] = {}


def key_prefix() -> str:
    """What stands before every key, verbatim: several platforms may share one server."""
    return _texts.get("REDIS_KEY_PREFIX") or _text("REDIS_KEY_PREFIX")


def redis_url() -> str:
    return _texts.get("REDIS_URL") or _text("REDIS_URL")


def _text(name: str) -> str:
    """Every hit needs these, and to ask Django's settings object takes half as long as a near hit."""
    _texts[name] = text = str(getattr(settings, name))
    return text


@receiver(setting_changed)
def _forget(**_: object) -> None:
    _texts.clear()


def jobs_redis_url() -> str:
    """Where the jobs are queued: REDIS_URL unless it is said otherwise."""
    url: str = settings.JOBS_REDIS_URL
    return url
