"""What a page asks the database, for tests of pages that were seen before."""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

# Who is there is read anew for every request: for a page the user of its session, for the API the token with its user.
_USER = re.compile(r'SELECT [^()]* FROM "platform_app_user" WHERE "platform_app_user"."id" = \d+ LIMIT 21')
_TOKEN = re.compile(r'SELECT [^()]* FROM "knox_authtoken" INNER JOIN "platform_app_user" .*', re.DOTALL)


def view(client: Client, url: str) -> list[str]:
    """The SQL of one view, but for the one statement that says who is there."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
        response.getvalue()
    assert response.status_code == 200, f"{url}: {response.status_code}"
    sent = [query["sql"] for query in captured]
    who = [sql for sql in sent if _USER.fullmatch(sql) or _TOKEN.fullmatch(sql)]
    assert len(who) <= 1
    return [sql for sql in sent if sql not in who]
