"""The only reader of the environment. Every variable is listed in .env.example with its default."""

from datetime import timedelta
from pathlib import Path

import environ

from caching.connection.urls import queue_location
from platform_app.logs.form import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

# --- The process -------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
# Empty is refused by Django's own check at start, so that no server runs with a key that others know.
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# True where a proxy in front terminates TLS: secure cookies, redirect to https, HSTS.
HTTPS = env.bool("HTTPS", default=False)
# How many proxies of our own a request passes: so many entries of X-Forwarded-For, from its right, are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_htmx",
    "django_rq",
    "django_tasks",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "social_django",
    "caching",
    "sessions_ext",
    "platform_app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "platform_app.logs.requests.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "caching.tracing.timing.ServerTimingMiddleware",
    "caching.tracing.middleware.TraceMiddleware",
    # Before all that may read a cache: one scope of consistency for each request.
    "caching.middleware.ConsistencyMiddleware",
    "sessions_ext.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sessions_ext.oauth.middleware.BrowserCookieMiddleware",
    "platform_app.accounts.refusals.RefusalMiddleware",
    "platform_app.problems.ProblemMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "platform_app.context.ai_provider",
            ],
        },
    }
]

# --- Database ----------------------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / '.dev' / 'platform.sqlite3'}")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # WAL lets readers go on beside the writer; IMMEDIATE takes the write lock at BEGIN, so that a transaction
    # that reads and then writes waits its turn instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # A file, as in production: an in-memory database locks whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}.test"}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Django's own backends, but the cache sees what is written through them.
_OBSERVED_ENGINES = {
    "django.db.backends.postgresql": "caching.db.postgresql",
    "django.db.backends.sqlite3": "caching.db.sqlite3",
}
DATABASES["default"]["ENGINE"] = _OBSERVED_ENGINES.get(
    DATABASES["default"]["ENGINE"], DATABASES["default"]["ENGINE"]
)

# --- Redis: required, no fallback --------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
# Put before every key, for several platforms on one server.
REDIS_KEY_PREFIX = env.str("REDIS_KEY_PREFIX", default="")
# Where jobs are queued: a server or Sentinels, as RQ cannot use a cluster.
JOBS_REDIS_URL = env.str("JOBS_REDIS_URL", default="") or REDIS_URL
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": [REDIS_URL],
        "KEY_FUNCTION": "caching.django_keys.cache_key",
        "OPTIONS": {
            # One server, Sentinels or a cluster, as the URL says; timeouts that make a frozen Redis an error.
            "CONNECTION_FACTORY": "caching.connection.django_cache.ConnectionFactory",
            "CLIENT_CLASS": "caching.connection.django_cache.CacheClient",
            # Nothing that comes out of Redis is ever unpickled; whole responses have to be stored, too.
            "SERIALIZER": "caching.django_serializer.Serializer",
        },
    }
}

SESSION_ENGINE = "sessions_ext.engine"
SESSIONS = {
    "BACKUP": env.bool("SESSION_BACKUP", default=True),
    "ABSOLUTE_SECONDS": env.int("SESSION_ABSOLUTE_DAYS", default=30) * 24 * 3600,
}
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"

RQ_QUEUES = {
    "default": {
        **queue_location(JOBS_REDIS_URL),
        "DEFAULT_TIMEOUT": 15 * 60,
        "SERIALIZER": "rq.serializers.JSONSerializer",
    }
}
RQ = {
    "JOB_CLASS": "platform_app.jobs.ConsistentJob",
    "QUEUE_CLASS": "platform_app.jobs.Queue",
    "WORKER_CLASS": "platform_app.jobs.Worker",
}
TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]}}

# --- AI: OpenAI, a compatible server, or (with neither) the built-in offline engine --------------------------------

CACHING = {
    "OPENAI_API_KEY": env.str("OPENAI_API_KEY", default=""),
    "OPENAI_BASE_URL": env.str("OPENAI_BASE_URL", default=""),
    "AI_MODEL": env.str("AI_MODEL", default="gpt-5-mini"),
    "AI_EMBEDDING_MODEL": env.str("AI_EMBEDDING_MODEL", default="text-embedding-3-small"),
    "AI_IMAGE_MODEL": env.str("AI_IMAGE_MODEL", default="gpt-image-1"),
    "AI_TIMEOUT_SECONDS": env.float("AI_TIMEOUT_SECONDS", default=90.0),
    "AI_MAX_RETRIES": env.int("AI_MAX_RETRIES", default=2),
    "AI_SEMANTIC": env.json("AI_SEMANTIC", default={}),
    # What a persona says depends on all that was said before.
    "AI_SEMANTIC_NEVER": ["persona_answer", "persona_opening"],
    "AI_SEMANTIC_THRESHOLD": env.float("AI_SEMANTIC_THRESHOLD", default=0.95),
    "OFFLINE_TRANSPORT": "platform_app.offline.transport.OfflineTransport",
    "COUNTS_FOLDER": env.str("CACHE_COUNTS_FOLDER", default=""),
    "BRIDGE": env.bool("CACHE_BRIDGE", default=False),
}

# --- Accounts ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "platform_app.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Whose e-mail addresses make professors without an administrator: "example.edu", or ".example.edu" for its subdomains.
PROFESSOR_DOMAINS = env.list("PROFESSOR_DOMAINS", default=[])
PROFESSORS_NEED_APPROVAL = env.bool("PROFESSORS_NEED_APPROVAL", default=False)
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "platform_app.problems.csrf_failure"
LOGOUT_REDIRECT_URL = "home"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="platform@localhost")

# --- Signing in with a provider ----------------------------------------------------------------------------------

SOCIAL_AUTH_STRATEGY = "sessions_ext.oauth.strategy.Strategy"
SOCIAL_AUTH_STORAGE = "sessions_ext.oauth.storage.Storage"
SOCIAL_AUTH_AUTHENTICATION_BACKENDS = [
    "sessions_ext.oauth.backends.OpenIdConnect",
    "sessions_ext.oauth.backends.Google",
]
# Stock `associate_by_email` would open an account for whoever has its address elsewhere, `load_extra_data` keep tokens.
SOCIAL_AUTH_PIPELINE = (
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_names",
    "social_core.pipeline.social_auth.social_uid",
    "platform_app.accounts.pipeline.refuse_strange_identity",
    "social_core.pipeline.social_auth.auth_allowed",
    "social_core.pipeline.social_auth.social_user",
    "platform_app.accounts.pipeline.refuse_disabled_account",
    "platform_app.accounts.pipeline.require_proved_address",
    "platform_app.accounts.pipeline.offer_link",
    "platform_app.accounts.pipeline.choose_role",
    "platform_app.accounts.pipeline.create_account",
    "platform_app.accounts.pipeline.connect_account",
)
SOCIAL_AUTH_DISCONNECT_PIPELINE = ("platform_app.accounts.pipeline.disconnect",)
SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = env.str("OIDC_ENDPOINT", default="")
SOCIAL_AUTH_OIDC_KEY = env.str("OIDC_CLIENT_ID", default="")
SOCIAL_AUTH_OIDC_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
SOCIAL_AUTH_OIDC_TITLE = env.str("OIDC_NAME", default="University login")
SOCIAL_AUTH_GOOGLE_KEY = env.str("GOOGLE_CLIENT_ID", default="")
SOCIAL_AUTH_GOOGLE_SECRET = env.str("GOOGLE_CLIENT_SECRET", default="")

# --- API ---------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "platform_app.accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "platform_app.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "platform_app.schema.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 20,
    "EXCEPTION_HANDLER": "platform_app.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=30),
    "TOKEN_LIMIT_PER_USER": 20,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AI Agent Education Platform",
    "DESCRIPTION": "Case studies become role-plays: scenarios, simulations, messages, grades.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Several models have a `status`; each of them is a type of its own in the schema.
    "ENUM_NAME_OVERRIDES": {
        name: f"platform_app.models.{name}"
        for name in ("DocumentStatus", "GradeStatus", "ScenarioStatus", "SimulationStatus", "SceneOutcome")
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Documents and pictures --------------------------------------------------------------------------------------

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / ".dev" / "media")))
# Django streams larger uploads to disk; the reader's own limit of 20 MB is in analysis/reading.
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

# --- Pages -------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedStaticFilesStorage"
    },
}
# The bundled server of `make run` has no build step: serve files from where they lie.
WHITENOISE_USE_FINDERS = env.bool("SERVE_STATIC_FROM_SOURCE", default=DEBUG)
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else BASE_DIR / "static_collected"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
# An orchestrator, or Prometheus, asks the process itself.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

# --- Metrics and traces ------------------------------------------------------------------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Whether there are traces. The rest of OTEL_* is read by OpenTelemetry itself.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(
        MIDDLEWARE.index("caching.middleware.ConsistencyMiddleware"),
        "platform_app.telemetry.middleware.TelemetryMiddleware",
    )

# For machines in production, for people while developing.
LOG_FORMAT = env.str("LOG_FORMAT", default="") or ("console" if DEBUG else "json")
LOGGING = logging_settings(level=env.str("LOG_LEVEL", default="INFO"), form=LOG_FORMAT)
