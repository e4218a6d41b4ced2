"""Reads the text of an uploaded case study: PDF, DOCX, TXT or Markdown.

`check_upload` does the cheap checks before anything is stored; `read_document` reads the text in a child process that
holds no secret, imports no Django and is bounded in memory and time, so that a hostile file can at worst be refused.
Every refusal is a `DocumentUnreadable` whose sentence says what is wrong and what the professor can do.
"""

from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.process import read_document
from platform_app.analysis.reading.text import ReadText
from platform_app.analysis.reading.upload import check_upload

__all__ = ["ReadText", "ReadingLimits", "check_upload", "read_document"]
