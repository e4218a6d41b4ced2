"""The web process: `uvicorn config.asgi:application`. It refuses to start without Redis."""

import os
import warnings

from django.core.asgi import get_asgi_application

from caching.connection import require_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

require_redis()
# Files (static ones, downloads) are read in a thread, which is right for them; our own streams are asynchronous.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
django = get_asgi_application()

# Its models can be imported only now.
from platform_app.lifespan import finishing  # noqa: E402

application = finishing(django)
