"""The sentences with which a document is refused: each says what is wrong and what the professor can do about it."""

from __future__ import annotations

READABLE = "a PDF, a Word document (.docx), a text file (.txt) or Markdown (.md)"

EMPTY = "This file is empty. Save it again in the program that made it and upload that."
OLD_WORD = (
    "This is a document of an old Word version (.doc), which cannot be read. Open it in Word, save it as .docx or PDF "
    "and upload that."
)
PROTECTED_WORD = (
    "This Word document is protected by a password. Save a copy without the password and upload that."
)
NO_WORD_DOCUMENT = (
    "The name ends in .docx, but this is not a Word document. Open the document in Word, save it as .docx or PDF and "
    "upload that."
)
DAMAGED_WORD = "This Word document is damaged and cannot be read. Open it in Word, save it again as .docx or PDF and upload that."
DOCTYPE_IN_WORD = (
    "This Word document contains a document type declaration, which Word never writes and which can be used for "
    "attacks. Open it in Word, save it again as .docx and upload that."
)
PROTECTED_PDF = "This PDF is protected by a password. Save a copy without the password and upload that."
TRUNCATED_PDF = (
    "The end of this PDF is missing, so it is probably an interrupted download. Download or export it again and upload "
    "the complete file."
)
DAMAGED_PDF = (
    "This PDF is damaged and cannot be read. Open it in a PDF viewer, print it to a new PDF and upload that."
)
NO_PAGES = "This PDF has no pages. Export it again from the program that made it and upload that."
SCANNED_PDF = (
    "This PDF contains only pictures of pages, and no text. Pictures of text (OCR) cannot be read here: run the file "
    "through a text recognition program first, or upload the case as DOCX or TXT."
)
LITTLE_TEXT_PDF = "There is hardly any text in this PDF. Check that it is the right file, or upload the case as DOCX or TXT."
UNMAPPED_PDF = (
    "The letters of this PDF cannot be turned into text, because its fonts do not say which letters they draw. Export "
    "it again from the program that made it, or upload the case as DOCX or TXT."
)
EXPANDS_TOO_FAR = (
    "This file unpacks to far more than a case study needs, so it was not opened. Save it again without large pictures "
    "and attachments and upload that."
)
TOO_MUCH_MEMORY = (
    "Reading this file takes more memory than allowed. Save it again without large pictures and attachments, or upload "
    "the case as DOCX or TXT."
)
TOO_SLOW = "Reading this file took too long, so it was stopped. Print it to a new PDF, or upload the case as DOCX or TXT."
UNREADABLE = "This file could not be read; it is probably damaged. Open it in its program, save it again and upload that."
NUL_IN_TEXT = "This is not a plain text file: it contains NUL bytes. Save it as plain text in UTF-8, or upload a PDF or DOCX."
BINARY_TEXT = "This is not a plain text file: much of it is not text. Save it as plain text in UTF-8, or upload a PDF or DOCX."
UNKNOWN_ENCODING = "The letters of this text file are stored in an encoding that cannot be told. Save it as UTF-8 and upload that."
NO_TEXT = "There is no text in this file. Check that it is the right file, and upload the case with its text."


def too_large(bytes_: int, max_bytes: int) -> str:
    return (
        f"This file has {bytes_ / 2**20:.1f} MB; the limit is {max_bytes / 2**20:.0f} MB. Save it with smaller pictures, "
        "or without them, and upload that."
    )


def too_many_pages(pages: int, max_pages: int) -> str:
    return f"This PDF has {pages} pages; the limit is {max_pages}. Upload only the pages of the case study."


def too_long(max_characters: int) -> str:
    return (
        f"This document has more than {max_characters:,} characters of text, which is too long for a case study. "
        "Upload only the part that the students need."
    )


def unknown_type(suffix: str) -> str:
    what = (
        f"Files of the type “{suffix}” cannot be read."
        if suffix
        else "The file name has no ending such as .pdf."
    )
    return f"{what} Upload {READABLE}."


def not_what_its_name_says(suffix: str, content: str, right_suffix: str | None) -> str:
    advice = (
        f"Rename it so that it ends in {right_suffix} and upload it again."
        if right_suffix
        else f"Upload {READABLE}."
    )
    return f"The name ends in {suffix}, but the content is {content}. {advice}"
