"""Somebody has read what another person may have written: told to whoever keeps a record of that."""

from django.dispatch import Signal

value_viewed = Signal()
"""Sent after a cached value was opened, before it is shown. The sender is its Namespace; `user`, and `name`: that of the key as
it is shown, behind our prefix. What a receiver raises keeps the value from being shown."""
