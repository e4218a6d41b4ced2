"""Reads PDFs that PDFium cannot: pypdf repairs more, and refuses streams that unpack too far. It knows lines, but no layout."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.child import Damaged, serve
from platform_app.analysis.reading.cleaning import clean
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.pdf.furniture import PrintedLine, furniture_of
from platform_app.analysis.reading.pdf.soundness import TextLayer, check_end, check_pages, check_text
from platform_app.analysis.reading.plain import unwrapped
from platform_app.analysis.reading.text import ReadText
from platform_app.analysis.reading.titles import best_title, first_line_heading
from platform_app.errors import DocumentUnreadable

# Nothing tells here how far lines are apart, so only so many at the head and the foot of a page may be furniture.
EDGE = 2


def read(filename: str, data: bytes, limits: ReadingLimits) -> ReadText:
    check_end(data)
    try:
        return _read(filename, data, limits)
    except LimitReachedError as error:
        raise DocumentUnreadable(refusals.EXPANDS_TOO_FAR) from error
    except DependencyError as error:
        raise DocumentUnreadable(refusals.PROTECTED_PDF) from error
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        # pypdf raises whatever its dictionaries and lists do when a damaged file lies about them.
        raise Damaged(refusals.DAMAGED_PDF) from error


def _read(filename: str, data: bytes, limits: ReadingLimits) -> ReadText:
    document = PdfReader(BytesIO(data))
    if document.is_encrypted and not document.decrypt(""):
        raise DocumentUnreadable(refusals.PROTECTED_PDF)
    check_pages(len(document.pages), limits)
    layer = TextLayer()
    pages: list[list[str]] = []
    for page in document.pages:
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        layer.add("".join(lines), pictures="/XObject" in page.get("/Resources", {}), limits=limits)
        pages.append(lines)
    layer.check(len(pages))
    text = clean(unwrapped("\n".join(_without_furniture(pages))))
    check_text(text, limits)
    metadata = (document.metadata and document.metadata.title) or ""
    title = best_title(metadata=metadata, heading=first_line_heading(text), filename=filename, text=text)
    return ReadText("pdf", text, len(pages), title)


def _without_furniture(pages: list[list[str]]) -> list[str]:
    furniture = furniture_of(
        [[PrintedLine(line, 0) for line in lines] for lines in pages],
        [{*range(len(lines))[:EDGE], *range(len(lines))[-EDGE:]} for lines in pages],
    )
    return [
        line
        for lines, places in zip(pages, furniture, strict=True)
        for place, line in enumerate(lines)
        if place not in places
    ]


if __name__ == "__main__":
    serve(read)
