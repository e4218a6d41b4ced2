"""Pictures of scenes: what is taken, what is stored, who may look."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from platform_app.errors import InvalidInput
from platform_app.models import Scenario, Scene, User
from platform_app.scenarios import actions, copying, parts, pictures
from tests.factories import SimulationFactory
from tests.scenarios.images import picture

ClientFor = Callable[[User], Client]


@pytest.fixture
def scene(draft_scenario: Scenario) -> Scene:
    scene: Scene = draft_scenario.scenes.all()[0]
    pictures.set_picture(scene, picture())
    return scene


def stored(scene: Scene) -> Image.Image:
    scene.refresh_from_db()
    with default_storage.open(str(scene.image.name)) as file:
        return Image.open(BytesIO(file.read()))


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes with an enormous header."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


class TestTaking:
    @pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
    def test_pictures_of_the_known_formats_become_webp(self, scene: Scene, format_: str) -> None:
        pictures.set_picture(scene, picture(format_, (320, 180)))

        assert (stored(scene).format, stored(scene).size) == ("WEBP", (320, 180))

    @pytest.mark.parametrize("mode", ["P", "L", "LA", "RGBA", "CMYK", "1", "I;16"])
    def test_all_kinds_of_pixels_are_taken(self, scene: Scene, mode: str) -> None:
        pictures.set_picture(scene, picture("JPEG" if mode == "CMYK" else "PNG", mode=mode))

        assert stored(scene).size == (64, 36)

    def test_large_pictures_are_made_smaller_and_upright_without_their_metadata(self, scene: Scene) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # lies on its side
        exif[0x010E] = "taken at home"
        pictures.set_picture(scene, picture("JPEG", (3000, 2000), exif=exif))

        assert stored(scene).size == (1067, 1600)
        assert not stored(scene).getexif()

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "unreadable"),
            (b"no picture", "unreadable"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
            (picture("GIF", mode="L"), "unreadable"),
            (picture("TIFF"), "unreadable"),
            (picture()[:-30], "unreadable"),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "unreadable"),
            (b"\xff\xd8\xff\xe0" + b"\0" * 50, "unreadable"),
            (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 50, "unreadable"),
            (png_that_claims(6000, 6000), "too_many_pixels"),
            (png_that_claims(10_000, 10_000), "too_many_pixels"),
            (png_that_claims(60_000, 60_000), "too_many_pixels"),
            (b"\0" * (pictures.MOST_BYTES + 1), "too_large"),
        ],
        ids=lambda value: value if isinstance(value, str) else f"{len(value)}-bytes",
    )
    def test_everything_else_is_refused_and_the_old_picture_stays(
        self, scene: Scene, content: bytes, code: str
    ) -> None:
        name = scene.image.name
        with pytest.raises(InvalidInput) as refusal:
            pictures.set_picture(scene, content)

        assert [error.code for error in refusal.value.errors] == [code]
        scene.refresh_from_db()
        assert scene.image.name == name

    def test_a_picture_broken_anywhere_is_never_a_crash(self) -> None:
        for format_ in ("PNG", "JPEG", "WEBP"):
            whole = picture(format_, (40, 30))
            for place in range(0, len(whole), 3):
                broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
                for content in (broken, whole[:place]):
                    try:
                        pictures.normalised(content)
                    except InvalidInput:
                        continue


class TestFiles:
    def test_a_replaced_picture_is_deleted(
        self, scene: Scene, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        old = str(scene.image.name)
        with django_capture_on_commit_callbacks(execute=True):
            pictures.set_picture(scene, picture())

        assert not default_storage.exists(old)
        assert default_storage.exists(str(scene.image.name))

    @pytest.mark.parametrize(
        "removal",
        [
            pictures.remove_picture,
            parts.delete_scene,
            lambda scene: actions.delete_scenario(scene.scenario),
        ],
    )
    def test_the_file_goes_with_what_it_belonged_to(
        self,
        scene: Scene,
        removal: Callable[[Scene], object],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        name = str(scene.image.name)
        with django_capture_on_commit_callbacks(execute=True):
            removal(scene)

        assert not default_storage.exists(name)

    def test_a_copy_has_files_of_its_own(self, scene: Scene) -> None:
        copy = copying.duplicate_scenario(scene.scenario).scenes.all()[0]

        assert copy.image.name != scene.image.name
        assert stored(copy).size == stored(scene).size

    def test_files_lie_in_the_media_folder_under_names_nobody_chose(self, scene: Scene) -> None:
        path = Path(scene.image.path)

        assert path.parent == Path(settings.MEDIA_ROOT) / "scenes"
        assert len(path.stem) == 32


class TestServing:
    def test_a_picture_is_private_and_is_what_it_says(
        self, scene: Scene, professor: User, client_for: ClientFor
    ) -> None:
        response = client_for(professor).get(pictures.scene_image_url(scene))

        assert response["Content-Type"] == "image/webp"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"].startswith("private")
        assert b"".join(response.streaming_content)[8:12] == b"WEBP"  # type: ignore[attr-defined]

    def test_strangers_do_not_see_the_picture_of_a_draft(
        self, scene: Scene, student: User, client_for: ClientFor
    ) -> None:
        url = pictures.scene_image_url(scene)

        assert client_for(student).get(url).status_code == 404
        assert Client().get(url).status_code == 404

    def test_everybody_sees_the_picture_of_a_published_scenario_as_the_start_page_shows_it(
        self, published_scenario: Scenario
    ) -> None:
        scene = published_scenario.scenes.all()[0]
        pictures.set_picture(scene, picture())
        url = pictures.scene_image_url(scene)
        visitor = Client()

        assert url in visitor.get("/").content.decode()
        response = visitor.get(url)
        assert response.status_code == 200
        assert b"".join(response.streaming_content)[8:12] == b"WEBP"  # type: ignore[attr-defined]

        actions.unpublish_scenario(published_scenario)
        assert visitor.get(url).status_code == 404

    def test_those_who_play_see_it(self, scene: Scene, student: User, client_for: ClientFor) -> None:
        SimulationFactory.create(scenario=scene.scenario, student=student)

        response = client_for(student).get(pictures.scene_image_url(scene))
        assert response.status_code == 200
        response.close()

    def test_a_scene_without_a_picture_or_without_its_file_is_not_found(
        self, scene: Scene, professor: User, client_for: ClientFor
    ) -> None:
        url = pictures.scene_image_url(scene)
        default_storage.delete(str(scene.image.name))
        assert client_for(professor).get(url).status_code == 404

        pictures.remove_picture(scene)
        assert client_for(professor).get(url).status_code == 404

    def test_the_address_changes_with_the_picture(self, scene: Scene) -> None:
        before = pictures.scene_image_url(scene)
        pictures.set_picture(scene, picture())

        assert pictures.scene_image_url(scene) != before
