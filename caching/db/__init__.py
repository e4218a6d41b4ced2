"""Database backends that see what is read and written: `caching.db.postgresql` and `caching.db.sqlite3`.

They are Django's own, with a mixin over them; nothing else about them is different.
"""
