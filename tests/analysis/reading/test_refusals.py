"""Whatever is uploaded in place of a case study is refused with a sentence that says what is wrong and what to do."""

from __future__ import annotations

import random
import struct
from io import BytesIO

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from platform_app.analysis.reading import ReadingLimits, check_upload, read_document
from platform_app.errors import DocumentUnreadable
from tests.analysis.reading.docxs import WORD, archive, docx, paragraph
from tests.analysis.reading.pdfs import (
    FOUNDING,
    bomb_pdf,
    canvas_pdf,
    encrypted_pdf,
    flowing_pdf,
    lettered_pdf,
    pdf_with_tree,
    raw_pdf,
    scanned_pdf,
)

USUAL = ReadingLimits()
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def upload_refusal(name: str, data: bytes) -> str:
    """Refused before anything is stored, and by the reader as well."""
    with pytest.raises(DocumentUnreadable) as at_upload:
        check_upload(name, data)
    with pytest.raises(DocumentUnreadable) as at_reading:
        read_document(name, data)
    assert at_upload.value.detail == at_reading.value.detail
    return at_upload.value.detail


def reading_refusal(name: str, data: bytes, limits: ReadingLimits = USUAL) -> str:
    """Accepted as an upload: only a reader can see what is wrong."""
    check_upload(name, data, limits)
    with pytest.raises(DocumentUnreadable) as refusal:
        read_document(name, data, limits)
    return refusal.value.detail


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 40)).save(buffer, "PNG")
    return buffer.getvalue()


def blank_page(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 11)


def test_an_empty_file():
    assert upload_refusal("case.pdf", b"").startswith("This file is empty.")


def test_a_file_above_the_limit():
    sentence = upload_refusal("case.pdf", b"%PDF-1.7" + bytes(20 * 2**20))

    assert sentence.startswith("This file has 20.0 MB; the limit is 20 MB.")


def test_an_unknown_type():
    assert upload_refusal("case.odt", b"x").startswith(
        "Files of the type “.odt” cannot be read. Upload a PDF"
    )
    assert upload_refusal("case", b"x").startswith("The file name has no ending such as .pdf.")


def test_a_picture_named_pdf():
    assert upload_refusal("case.pdf", png()) == (
        "The name ends in .pdf, but the content is a PNG picture. Upload a PDF, a Word document (.docx), a text file "
        "(.txt) or Markdown (.md)."
    )


def test_a_word_document_named_pdf():
    assert upload_refusal("case.pdf", docx(paragraph(FOUNDING))) == (
        "The name ends in .pdf, but the content is a Word document. Rename it so that it ends in .docx and upload it again."
    )


def test_a_pdf_named_docx_or_txt():
    data = flowing_pdf(FOUNDING)

    assert "Rename it so that it ends in .pdf" in upload_refusal("case.docx", data)
    assert "Rename it so that it ends in .pdf" in upload_refusal("case.txt", data)


def test_text_named_pdf():
    assert "the content is something else" in upload_refusal("case.pdf", FOUNDING.encode())


def test_a_zip_that_is_no_word_document():
    assert "the content is a ZIP archive" in upload_refusal("case.docx", archive({"a.txt": "a"}))
    assert "an Excel workbook" in upload_refusal("case.docx", archive({"xl/workbook.xml": "<a/>"}))


def test_a_zip_that_only_has_a_folder_like_that_of_word():
    assert "this is not a Word document" in reading_refusal("case.docx", archive({"word/notes.txt": "a"}))


def test_an_old_word_document():
    for name in ("case.doc", "case.docx"):
        assert upload_refusal(name, OLD_OFFICE).startswith("This is a document of an old Word version (.doc)")


def test_a_word_document_with_a_password():
    data = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")

    assert upload_refusal("case.docx", data).startswith("This Word document is protected by a password.")


def test_nul_bytes_in_text():
    assert "NUL bytes" in upload_refusal("case.txt", b"Brightwater\x00Foods")
    assert "NUL bytes" in upload_refusal("case.md", "Brightwater".encode("utf-16-le"))


def test_binary_junk_named_txt():
    junk = bytes(byte for byte in random.Random(7).randbytes(4000) if byte)

    assert upload_refusal("case.txt", junk).startswith("This is not a plain text file")
    assert upload_refusal("case.txt", b"\xff\xfe" + struct.pack("<H", 0xD800) * 50).startswith(
        "This is not a plain"
    )


def test_text_in_an_encoding_that_cannot_be_told():
    russian = "Мария Лопес руководит компанией с 2015 года.".encode("cp1251")

    assert "Save it as UTF-8" in upload_refusal("case.txt", russian)


def test_a_pdf_with_a_password():
    assert reading_refusal("case.pdf", encrypted_pdf("secret")) == (
        "This PDF is protected by a password. Save a copy without the password and upload that."
    )


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_truncated_pdf(kept: float):
    data = flowing_pdf(*[FOUNDING] * 60)

    assert reading_refusal("case.pdf", data[: int(len(data) * kept)]).startswith(
        "The end of this PDF is missing"
    )


def test_a_pdf_of_pictures_only():
    sentence = reading_refusal("case.pdf", scanned_pdf())

    assert sentence.startswith("This PDF contains only pictures of pages")
    assert "OCR" in sentence


def test_a_pdf_with_hardly_any_text():
    assert reading_refusal("case.pdf", canvas_pdf(blank_page)).startswith(
        "There is hardly any text in this PDF."
    )


def test_a_pdf_of_nothing_but_a_table_of_contents():
    contents = [(60, 700 - 14 * place, f"Scene.{place}" + "." * 60 + "3") for place in range(5)]

    assert reading_refusal("case.pdf", lettered_pdf(*contents)).startswith(
        "There is hardly any text in this PDF."
    )


def test_a_word_document_that_is_nested_without_end():
    data = docx("<w:sdt>" * 5000 + paragraph("x") + "</w:sdt>" * 5000)

    assert reading_refusal("case.docx", data).startswith(
        "This file could not be read; it is probably damaged."
    )


def test_a_pdf_with_more_pages_than_allowed():
    sentence = reading_refusal("case.pdf", canvas_pdf(*[blank_page] * 201))

    assert sentence.startswith("This PDF has 201 pages; the limit is 200.")


def test_a_pdf_whose_pages_go_in_circles():
    loop = pdf_with_tree(b"<</Type/Pages/Kids[2 0 R]/Count 3>>")

    assert reading_refusal("case.pdf", loop).startswith("This PDF is damaged and cannot be read.")


@pytest.mark.parametrize("count", [0, 3, 1_000_000, -5])
def test_a_pdf_that_lies_about_the_number_of_its_pages_is_read_nevertheless(count: int):
    document = read_document("case.pdf", pdf_with_tree(b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % count))

    assert document.text.startswith("Brightwater Foods has to decide on a contract")
    assert document.pages == 1


def test_a_pdf_without_pages():
    data = raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")

    assert reading_refusal("case.pdf", data).startswith("This PDF")


def test_junk_behind_the_mark_of_a_pdf():
    data = b"%PDF-1.7\n" + random.Random(3).randbytes(5000) + b"\nstartxref\n5\n%%EOF\n"

    assert reading_refusal("case.pdf", data).startswith("This PDF is damaged and cannot be read.")


def test_a_pdf_that_unpacks_without_end():
    assert reading_refusal("case.pdf", bomb_pdf(400)).startswith("This file unpacks to far more")


def test_text_that_is_too_long():
    sentence = "This document has more than 400,000 characters of text, which is too long for a case study."
    words = "word " * 90_000

    assert reading_refusal("case.txt", words.encode()).startswith(sentence)
    assert reading_refusal("case.docx", docx(paragraph(words))).startswith(sentence)


def test_a_pdf_whose_text_is_too_long():
    sentence = reading_refusal("case.pdf", flowing_pdf(*[FOUNDING] * 20), ReadingLimits(max_characters=3000))

    assert sentence.startswith("This document has more than 3,000 characters")


def test_a_pdf_whose_letters_mean_nothing():
    data = lettered_pdf(*[(60, 700 - 14 * place, "\ue001\ue002\ue003\ue004" * 10) for place in range(5)])

    assert "cannot be turned into text" in reading_refusal("case.pdf", data)


def test_a_word_document_with_a_doctype():
    data = docx(paragraph("Brightwater"), before="<!DOCTYPE document>")

    assert reading_refusal("case.docx", data).startswith(
        "This Word document contains a document type declaration"
    )


def test_a_word_document_with_a_billion_laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<!DOCTYPE document [<!ENTITY l0 "ha">{entities}]>'

    assert "document type declaration" in reading_refusal("case.docx", docx(paragraph("&l9;"), before=before))


def test_a_doctype_in_the_styles():
    styles = f'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><w:styles xmlns:w="{WORD}"/>'
    data = docx(paragraph("Brightwater"), parts={"word/styles.xml": styles})

    assert "document type declaration" in reading_refusal("case.docx", data)


def test_a_word_document_that_unpacks_too_far():
    data = docx(paragraph("Brightwater"), parts={"word/media/picture.bmp": bytes(101 * 2**20)})

    assert len(data) < 2**20
    assert reading_refusal("case.docx", data).startswith("This file unpacks to far more")


def test_a_word_document_whose_body_takes_too_much_memory():
    data = docx("<w:p/>" * 12_000_000)

    assert len(data) < 20 * 2**20
    assert reading_refusal("case.docx", data).startswith("Reading this file takes more memory than allowed.")


def test_a_word_document_that_lies_about_the_size_of_a_part():
    data = bytearray(docx(paragraph("Brightwater " * 5000)))
    place = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02"))
    while bytes(data[place + 46 : place + 63]) != b"word/document.xml":
        place = data.index(b"PK\x01\x02", place + 1)
    data[place + 24 : place + 28] = struct.pack("<I", 100)

    assert reading_refusal("case.docx", bytes(data)).startswith("This Word document is damaged")


@pytest.mark.parametrize("cut", [0.4, 0.9])
def test_a_truncated_word_document(cut: float):
    data = docx(paragraph(FOUNDING))

    assert reading_refusal("case.docx", data[: int(len(data) * cut)]).startswith(
        "This Word document is damaged"
    )


def test_a_word_document_with_broken_xml():
    assert "is damaged" in reading_refusal("case.docx", docx("<w:p>"))


def test_documents_without_any_text():
    assert reading_refusal("case.docx", docx(paragraph(" "))).startswith("There is no text in this file.")
    assert reading_refusal("case.txt", b" \n\t\n").startswith("There is no text in this file.")
