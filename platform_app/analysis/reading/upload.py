"""Cheap checks of an upload, before anything is stored: its size, its type, and whether the content is what the name says.

Nothing is unpacked or parsed here; what only a parser can see is refused by `read_document`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.encodings import decode
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.errors import DocumentUnreadable

KIND_OF_SUFFIX = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
}
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ZIP = b"PK\x03\x04"
# A PDF reader looks for the mark within the first kilobyte: mail gateways and printers put lines before it.
PDF_MARK_WITHIN = 1024


@dataclass(frozen=True)
class Content:
    """What the first bytes say that a file is. `suffix` is what its name should end in, if we could read it then."""

    kind: str
    said: str
    suffix: str | None = None


PDF = Content("pdf", "a PDF", ".pdf")
WORD = Content("docx", "a Word document", ".docx")
SIGNATURES: list[tuple[bytes, Content]] = [
    (b"\x89PNG\r\n\x1a\n", Content("picture", "a PNG picture")),
    (b"\xff\xd8\xff", Content("picture", "a JPEG picture")),
    (b"GIF8", Content("picture", "a GIF picture")),
    (b"II*\x00", Content("picture", "a TIFF picture")),
    (b"MM\x00*", Content("picture", "a TIFF picture")),
    (b"{\\rtf", Content("rtf", "a Rich Text document")),
    (b"%!PS", Content("postscript", "a PostScript document")),
    (b"\x1f\x8b", Content("archive", "a compressed archive")),
    (b"Rar!", Content("archive", "a RAR archive")),
    (b"7z\xbc\xaf", Content("archive", "a 7-Zip archive")),
    (b"\x7fELF", Content("program", "a program")),
    (b"SQLite format 3\x00", Content("database", "a database")),
]


def check_upload(filename: str, data: bytes, limits: ReadingLimits = ReadingLimits()) -> str:
    """The kind of the document: "pdf", "docx", "txt" or "md".

    Raises DocumentUnreadable: empty, too large, unknown type, or content that is not what the name says.
    """
    suffix = PurePath(filename).suffix.lower()
    if not data:
        raise DocumentUnreadable(refusals.EMPTY)
    if len(data) > limits.max_bytes:
        raise DocumentUnreadable(refusals.too_large(len(data), limits.max_bytes))
    if suffix == ".doc":
        raise DocumentUnreadable(refusals.OLD_WORD)
    if suffix not in KIND_OF_SUFFIX:
        raise DocumentUnreadable(refusals.unknown_type(suffix))
    kind = KIND_OF_SUFFIX[suffix]
    _check_content(kind, suffix, data)
    return kind


def _check_content(kind: str, suffix: str, data: bytes) -> None:
    content = _content_of(data, PDF_MARK_WITHIN if kind == "pdf" else 0)
    if content is not None and content.kind == "compound":
        protected = ENCRYPTED_PACKAGE in data
        raise DocumentUnreadable(refusals.PROTECTED_WORD if protected else refusals.OLD_WORD)
    if content is not None and content.kind != kind:
        raise DocumentUnreadable(refusals.not_what_its_name_says(suffix, content.said, content.suffix))
    if content is None and kind in ("pdf", "docx"):
        raise DocumentUnreadable(refusals.not_what_its_name_says(suffix, "something else", None))
    if kind in ("txt", "md"):
        decode(data)


def _content_of(data: bytes, pdf_mark_within: int) -> Content | None:
    """What the bytes say; None for text and for what nobody knows."""
    if data.startswith(COMPOUND_FILE):
        return Content("compound", "an old Office document")
    if data.startswith(ZIP):
        return _zip_content(data)
    for signature, content in SIGNATURES:
        if data.startswith(signature):
            return content
    # After the other signatures, so that a picture with a PDF hidden in its first kilobyte is a picture.
    return PDF if b"%PDF-" in data[: pdf_mark_within + len(b"%PDF-")] else None


def _zip_content(data: bytes) -> Content:
    """Told by the names of its parts, which stand in the clear; the archive is not opened here."""
    for part, content in (
        (b"word/", WORD),
        (b"xl/workbook", Content("xlsx", "an Excel workbook")),
        (b"ppt/presentation", Content("pptx", "a PowerPoint presentation")),
        (b"opendocument", Content("odt", "an OpenDocument file")),
    ):
        if part in data:
            return content
    return Content("zip", "a ZIP archive")
