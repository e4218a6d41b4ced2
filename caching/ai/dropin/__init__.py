"""The drop-in door: the SDK's own clients, with the cache underneath. Every surface of theirs works, and is typed, as before.

client    the two clients        calls      what the SDK is about to send, in our terms
keeping   what a client says about its answers        upstream   how a flight asks the provider through a client
replies   what the SDK is given in place of a reply   sse        the form of streams on the wire
"""

from caching.ai.dropin.client import AsyncCachedOpenAI, CachedOpenAI

__all__ = ["AsyncCachedOpenAI", "CachedOpenAI"]
