"""For servers that only speak WSGI. Live streams need `config.asgi`; the pages work without them."""

import os

from django.core.wsgi import get_wsgi_application

from caching.connection import require_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

require_redis()
application = get_wsgi_application()
