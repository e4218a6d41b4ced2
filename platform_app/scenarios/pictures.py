"""The picture of a scene: uploaded or drawn, always stored as a WebP made here, so that nothing of a stranger's file but
its pixels (no metadata, no second file inside) is ever served."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from PIL import Image, ImageOps, UnidentifiedImageError

from caching.ai import ai
from caching.errors import AIAnswerUnusable
from platform_app.errors import FieldError, InvalidInput, NotFound
from platform_app.models import Scene
from platform_app.prompting import block
from platform_app.scenarios.editing import editing

CONTENT_TYPE = "image/webp"
FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 5 * 2**20
MOST_PIXELS = 24_000_000  # decoded: about 100 MB for the moment of the conversion
LONGEST_SIDE = 1600
INSTRUCTIONS = (
    "Draw one scene of a business role-play: a calm editorial illustration, natural light, a wide view of the place, people "
    "small or seen from behind. No text, no letters, no logos, no flags. "
    "The block says where it plays, who is there and what it is about; a variation asks for another composition."
)
TOO_LARGE = f"The picture is larger than {MOST_BYTES // 2**20} MB."
QUALITY = 86


def scene_image_url(scene: Scene) -> str:
    """The address of the picture, "" without one. It changes with the picture, so that browsers may keep it."""
    return image_url(scene.pk, scene.image.name) if scene.image.name else ""


def image_url(scene_id: int, name: str) -> str:
    """The same for those who have read only the two columns."""
    stem = name.rpartition("/")[2].partition(".")[0]
    return f"{reverse('scenarios:scene_image', args=[scene_id])}?v={stem[:12]}"


def set_picture(scene: Scene, content: bytes) -> None:
    """Makes `content` (PNG, JPEG or WebP) the picture of the scene. Raises InvalidInput if it is no such picture."""
    _store(scene, normalised(content))


def remove_picture(scene: Scene) -> None:
    _store(scene, None)


def draw_picture(scene: Scene, *, again: bool = False) -> None:
    """Has the AI draw the scene. `again` asks for another picture than the one that the same scene had before. Raises
    AIError; the old picture then stays.
    """
    # Outside of the transaction: drawing takes long, and nobody should wait for the lock meanwhile.
    drawn = ai.image("scene_image", prompt_of(scene, again=again))
    try:
        webp = normalised(drawn)
    except InvalidInput as error:
        raise AIAnswerUnusable(
            "The AI’s picture cannot be shown. Please try again.", reason="invalid"
        ) from error
    _store(scene, webp)


def prompt_of(scene: Scene, *, again: bool = False) -> str:
    """What is asked for when the scene is to be drawn; with `again` it is another prompt each time."""
    people = [persona.name for persona in scene.personas.all()]
    # The answer to the very same prompt is in the cache, and would come back as it was.
    other = {"variation": uuid4().hex[:8]} if again else {}
    return picture_prompt(
        scene.title, scene.user_goal, people, scene.image_prompt or scene.description, **other
    )


def picture_prompt(title: str, caption: str, people: Sequence[str], setting: str, **more: str) -> str:
    """One wording for every drawing, so that a scene drawn again keeps the style of the others."""
    wanted = {"title": title, "caption": caption, "people": list(people), "setting": setting, **more}
    return f"{INSTRUCTIONS}\n\n{block('scene', wanted)}"


def discard_file(name: str | None) -> None:
    """Deletes a stored file once the transaction that gave it up has been committed."""
    if name:
        transaction.on_commit(partial(default_storage.delete, name))


def copied_file(name: str) -> ContentFile[bytes]:
    """The picture of another scene, as a new file."""
    with default_storage.open(name) as file:
        return ContentFile(file.read())


def new_name() -> str:
    return f"{uuid4().hex}.webp"


def normalised(content: bytes) -> bytes:
    """The same picture as WebP, upright and at most LONGEST_SIDE wide and high. Raises InvalidInput."""
    if len(content) > MOST_BYTES:
        raise _refusal("too_large", TOO_LARGE)
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise _refusal(
                "too_many_pixels", f"The picture has more than {MOST_PIXELS // 10**6} million pixels."
            )
        return _as_webp(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refusal("too_many_pixels", "The picture has far too many pixels.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise _refusal("unreadable", "This is not a readable PNG, JPEG or WebP picture.") from error


def _as_webp(picture: Image.Image) -> bytes:
    # Lets the JPEG decoder scale by itself: a fraction of the memory for a large photo.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    output = BytesIO()
    upright.convert("RGBA" if has_alpha else "RGB").save(output, "WEBP", quality=QUALITY)
    return output.getvalue()


def _store(scene: Scene, webp: bytes | None) -> None:
    with editing(scene.scenario):
        current = Scene.objects.select_for_update().filter(pk=scene.pk).first()
        if current is None:
            raise NotFound("This scene has been deleted in the meantime.")
        discard_file(current.image.name)
        if webp is None:
            current.image = ""
        else:
            current.image.save(new_name(), ContentFile(webp), save=False)
        current.save(update_fields=["image"])
    scene.image = current.image


def _refusal(code: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, errors=[FieldError("picture", code, detail)])
