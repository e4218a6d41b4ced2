"""The picture engine: a scene card for a prompt, drawn on this machine by rule, without any model.

``draw(prompt, size) -> PNG bytes`` is all that others use. The same prompt gives the same bytes.
"""

from platform_app.offline.pictures.card import draw

__all__ = ["draw"]
