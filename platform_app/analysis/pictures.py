"""Draws the scenes, a few at a time. A picture that cannot be had is missing and said to be missing, never replaced."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from caching.ai import ai
from caching.errors import AIError
from platform_app.analysis import prompts
from platform_app.analysis.schema import SceneDraft
from platform_app.errors import InvalidInput
from platform_app.scenarios.pictures import normalised

log = logging.getLogger(__name__)

OPERATION = "scene_image"
AT_ONCE = 3
IN_THE_EDITOR = "You can have it drawn again, or upload one, in the editor."


@dataclass(frozen=True)
class Picture:
    """`position` counts the scenes from 0. Either `image`, as scenarios store it, or `complaint`, a sentence, is there."""

    position: int
    image: bytes | None
    complaint: str = ""


def draw(scenes: Sequence[SceneDraft]) -> Iterator[Picture]:
    """A picture for each scene, as they are done. Raises CacheUnavailable."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        drawing = [pool.submit(_draw, position, scene) for position, scene in enumerate(scenes)]
        for done in as_completed(drawing):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _draw(position: int, scene: SceneDraft) -> Picture:
    try:
        return Picture(position, normalised(ai.image(OPERATION, prompts.of_scene(scene))))
    except AIError as error:
        return _missing(position, scene, error.user_message)
    except InvalidInput as error:
        return _missing(position, scene, error.detail)


def _missing(position: int, scene: SceneDraft, why: str) -> Picture:
    log.warning("No picture of the scene at position %d: %s", position, why)
    return Picture(position, None, f"There is no picture of the scene “{scene.title}”. {why} {IN_THE_EDITOR}")
