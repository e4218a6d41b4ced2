"""Files as people upload them, sound and unsound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.analysis.answers import CASE
from tests.analysis.reading import docxs, pdfs

MEGABYTE = 2**20


@dataclass(frozen=True)
class BadFile:
    """A file that must not get through, and words of the sentence that says why. Made when it is needed."""

    name: str
    make: Callable[[], bytes]
    says: tuple[str, ...]


def text_file(name: str = "harbour.txt", text: str = CASE) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def as_upload(bad: BadFile) -> SimpleUploadedFile:
    return SimpleUploadedFile(bad.name, bad.make())


@cache
def a_pdf() -> bytes:
    return pdfs.flowing_pdf(pdfs.FOUNDING, pdfs.OFFER, pdfs.PEOPLE, pdfs.QUESTION)


@cache
def a_docx() -> bytes:
    return docxs.docx(
        *(docxs.paragraph(each) for each in (pdfs.FOUNDING, pdfs.OFFER, pdfs.PEOPLE, pdfs.QUESTION))
    )


@cache
def many_pages() -> bytes:
    return pdfs.canvas_pdf(*[lambda canvas: canvas.drawString(72, 700, pdfs.FOUNDING)] * 201)


def a_docx_with(**parts: bytes) -> bytes:
    return docxs.docx(
        docxs.paragraph(pdfs.FOUNDING), parts={f"word/{name}.bin": data for name, data in parts.items()}
    )


# What is refused at once: nobody has to wait for the worker to hear it.
REFUSED = [
    BadFile("empty.pdf", lambda: b"", ("empty",)),
    BadFile("program.exe", lambda: b"MZ\x90\x00", ("“.exe”", "PDF")),
    BadFile("nameless", lambda: b"A case.", ("no ending",)),
    BadFile("text.pdf", lambda: b"Just text, and no PDF at all.", (".pdf", "content is")),
    BadFile("pdf.docx", a_pdf, (".docx", "a PDF")),
    BadFile("picture.txt", lambda: b"\x89PNG\r\n\x1a\n", ("PNG picture",)),
    BadFile("nul.txt", lambda: b"A case\x00 with NUL bytes.", ("NUL",)),
    BadFile("old.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (".docx",)),
    BadFile("large.txt", lambda: b"x" * (20 * MEGABYTE + 1), ("20.0 MB", "the limit is 20 MB")),
]
# What only shows when it is read, in the worker.
UNREADABLE = [
    BadFile("locked.pdf", lambda: pdfs.encrypted_pdf("secret"), ("protected by a password",)),
    BadFile("torn.pdf", lambda: a_pdf()[:-700], ("PDF",)),
    BadFile("scan.pdf", pdfs.scanned_pdf, ("pictures of pages",)),
    BadFile("long.pdf", many_pages, ("201 pages", "200")),
    BadFile("bomb.pdf", pdfs.bomb_pdf, ("file",)),
    BadFile("doctype.docx", lambda: docxs.docx(before="<!DOCTYPE w [<!ENTITY a 'b'>]>"), ("document type",)),
    BadFile("bomb.docx", lambda: a_docx_with(filler=b"\0" * (120 * MEGABYTE)), ("unpacks",)),
    BadFile("blank.txt", lambda: b" \n \n ", ("no text",)),
]
