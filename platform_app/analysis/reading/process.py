"""The parent's side of reading: runs a reader in a child process and turns whatever becomes of it into text or a sentence.

The child is a fresh interpreter without the parent's environment, so a document that takes it over finds no secret.
Input and output go through unnamed files: nothing can block, and the parent reads no more than the limit.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path, PurePath
from tempfile import TemporaryFile
from typing import IO, Any

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.text import ReadText
from platform_app.analysis.reading.upload import check_upload
from platform_app.errors import DocumentUnreadable

log = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parents[3]
PACKAGE = "platform_app.analysis.reading"
# Tried in this order until one reads the file or refuses it for good. pypdf is slow and knows no layout, but it opens
# some damaged files that PDFium does not, and it survives what crashes native code.
READERS = {
    "pdf": ["pdf.pdfium", "pdf.pypdf_fallback"],
    "docx": ["docx.reader"],
    "txt": ["plain"],
    "md": ["plain"],
}
OUT_OF_TIME = (signal.SIGXCPU, signal.SIGKILL)
MAX_LOGGED_BYTES = 2000
MAX_NAME_CHARACTERS = 255


class ReaderFailed(Exception):
    """One reader could not do it; `sentence` is for the professor if no other reader can."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_document(filename: str, data: bytes, limits: ReadingLimits = ReadingLimits()) -> ReadText:
    """The text of a document. Takes up to `wall_seconds`, in a child process bounded by `limits`.

    Raises DocumentUnreadable, with a sentence for the professor, whatever the file does to its reader.
    """
    kind = check_upload(filename, data, limits)
    deadline = time.monotonic() + limits.wall_seconds
    failures: list[ReaderFailed] = []
    for reader in READERS[kind]:
        try:
            return _read_with(reader, filename, data, limits, deadline)
        except ReaderFailed as failure:
            failures.append(failure)
    raise DocumentUnreadable(failures[-1].sentence) from failures[-1]


def _read_with(reader: str, filename: str, data: bytes, limits: ReadingLimits, deadline: float) -> ReadText:
    with TemporaryFile() as document, TemporaryFile() as answer, TemporaryFile() as complaints:
        document.write(data)
        document.seek(0)
        status = _run(_command(reader, filename, limits), document, answer, complaints, deadline)
        if status != 0:
            log.warning("%s ended with status %s: %s", reader, status, _end_of(complaints))
            if -status in OUT_OF_TIME:
                raise DocumentUnreadable(refusals.TOO_SLOW)
            raise ReaderFailed(refusals.UNREADABLE)
        answer.seek(0)
        return _understood(answer.read(limits.max_reply_bytes + 1), limits)


def _command(reader: str, filename: str, limits: ReadingLimits) -> list[str]:
    name = PurePath(filename.replace("\x00", "")).name[-MAX_NAME_CHARACTERS:]
    return [sys.executable, "-X", "utf8", "-m", f"{PACKAGE}.{reader}", name, json.dumps(asdict(limits))]


def _run(
    command: list[str], document: IO[bytes], answer: IO[bytes], complaints: IO[bytes], deadline: float
) -> int:
    """The exit status of the child; minus the signal that ended it."""
    child = subprocess.Popen(  # noqa: S603 - no shell, and the file name is an argument
        command, stdin=document, stdout=answer, stderr=complaints, cwd=PROJECT, env={}
    )
    try:
        return child.wait(max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired as error:
        raise DocumentUnreadable(refusals.TOO_SLOW) from error
    finally:
        # Also when the job that waits here is cancelled.
        child.kill()
        child.wait()


def _end_of(complaints: IO[bytes]) -> str:
    size = complaints.seek(0, 2)
    complaints.seek(max(size - MAX_LOGGED_BYTES, 0))
    return complaints.read(MAX_LOGGED_BYTES).decode("utf-8", "replace")


def _understood(answer: bytes, limits: ReadingLimits) -> ReadText:
    """The child's answer, believed only as far as its shape goes: a document may have taken the child over."""
    try:
        reply = json.loads(answer)
        if "read" in reply:
            return _checked(reply["read"], limits)
        if "refused" in reply:
            raise DocumentUnreadable(_sentence(reply["refused"]))
        raise ReaderFailed(_sentence(reply["damaged"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("A reader gave an answer of %d bytes that makes no sense: %s", len(answer), error)
        raise ReaderFailed(refusals.UNREADABLE) from error


def _checked(read: Any, limits: ReadingLimits) -> ReadText:
    match read:
        case {"kind": str(), "text": str() as text, "title": str(), "pages": int() | None, **rest}:
            if len(text) <= limits.max_characters and not rest:
                return ReadText(**read)
    raise TypeError("The fields of the answer have wrong names, types or sizes")


def _sentence(reply: Any) -> str:
    return reply[:1000] if isinstance(reply, str) else refusals.UNREADABLE
