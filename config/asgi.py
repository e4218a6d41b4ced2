"""The web process: `uvicorn config.asgi:application`. It refuses to start without Redis."""

import os

from django.core.asgi import get_asgi_application

from caching.connection import require_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

require_redis()
application = get_asgi_application()
