"""Pictures to upload."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 36), mode: str = "RGB", **options: Any) -> bytes:
    output = BytesIO()
    Image.new(mode, size, 120).save(output, kind, **options)
    return output.getvalue()
