"""What can go wrong with sessions.

    SessionTooLarge     more was put into a session than it may hold; Django answers 400 (a SuspiciousOperation)

A session that was ended meanwhile is Django's `UpdateError`, Redis out of reach `caching.errors.CacheUnavailable`.
"""

from django.core.exceptions import SuspiciousOperation


class SessionTooLarge(SuspiciousOperation):
    pass
