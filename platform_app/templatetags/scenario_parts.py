"""How personas and scenes look in every feature's templates: `{{ scene|image_url }}`, `{{ persona|tone }}`."""

from __future__ import annotations

from django import template

from platform_app.models import Persona, Scene
from platform_app.scenarios.pictures import scene_image_url

register = template.Library()

TONES = 6


@register.filter
def image_url(scene: object) -> str:
    """The address of the scene's picture; "" without one, or without a scene."""
    return scene_image_url(scene) if isinstance(scene, Scene) else ""


@register.filter
def tone(persona: Persona) -> str:
    """The class of the persona's avatar: the same colour wherever it appears."""
    return f"tone-{persona.position % TONES}"
