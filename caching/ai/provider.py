"""Which of three places answers come from: OpenAI, a compatible server, or the offline engine in this process."""

from dataclasses import dataclass, field
from typing import Literal

from caching import conf

OPENAI_URL = "https://api.openai.com/v1"
OFFLINE_URL = "http://offline.invalid/v1"
OFFLINE_MODEL = "offline-engine"


@dataclass(frozen=True, slots=True)
class Provider:
    """`is_offline` is what a page must tell its reader. The base URL stays out of texts: it may hold a password."""

    name: Literal["openai", "compatible", "offline"]
    base_url: str = field(repr=False)
    model: str
    embedding_model: str
    image_model: str

    @property
    def is_offline(self) -> bool:
        return self.name == "offline"

    @property
    def token_limit_parameter(self) -> str:
        """OpenAI's newer models refuse the old name, which is the one that other servers know."""
        return "max_completion_tokens" if self.name == "openai" else "max_tokens"


def ai_provider() -> Provider:
    """The provider of the settings: a base URL decides, else a key means OpenAI, else there is only the engine."""
    global _read  # noqa: PLW0603
    settings, provider = _read
    if settings is not conf.current():
        settings = conf.current()
        provider = _provider(settings)
        _read = settings, provider
    return provider


def _provider(settings: conf.CachingConf) -> Provider:
    if not (settings.openai_base_url or settings.openai_api_key):
        return Provider("offline", OFFLINE_URL, OFFLINE_MODEL, OFFLINE_MODEL, OFFLINE_MODEL)
    base_url = settings.openai_base_url.rstrip("/") or OPENAI_URL
    return Provider(
        "openai" if base_url == OPENAI_URL else "compatible",
        base_url,
        settings.ai_model,
        settings.ai_embedding_model,
        settings.ai_image_model,
    )


_read = conf.CachingConf(), _provider(conf.CachingConf())
