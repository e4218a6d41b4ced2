"""What reading a document gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadText:
    """The words of a document in reading order.

    Blank lines stand between paragraphs; a heading is a line of its own; the cells of a table row are on one line with
    " | " between them. Markdown keeps its markup.
    """

    kind: str
    """"pdf", "docx", "txt" or "md"."""
    text: str
    pages: int | None
    """Only a PDF has pages; the other kinds have none before somebody prints them."""
    title: str
    """The best guess from the document's own data, its first heading, or its file name; never empty."""
